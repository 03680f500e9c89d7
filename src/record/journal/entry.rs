//! The lines of the journal: writes them and reads them back. Pure. `record/journal/header.rs`
//! handles the first line, `record/journal/file.rs` the file, and `record/journal/replay.rs` a
//! journal that is read again.
//!
//! ```text
//! {"journal":2,…}                                    <sum>   what this run is
//! row ⇥ digest ⇥ id_respondent ⇥ … ⇥ finished_at     <sum>   an outcome, as it happened; in a round of
//!                                                            a retry with the row of its run
//! streak                                             <sum>   cancels the rows named before
//! again ⇥ row                                        <sum>   a row of the streak that ended the run
//! state ⇥ passes                                     <sum>   how often the store had invalidated entries
//! resumed                                            <sum>   all lines before are in row order
//! ended                                              <sum>   the process ended in an orderly way
//! finishing                                          <sum>   every row has its outcome
//! ```
//!
//! Fields are separated by tabs, which no field contains. Each line ends with its checksum, so a
//! torn line, or one that two writes were glued into, is invalid.

use std::time::Duration;

use jiff::Timestamp;
use xxhash_rust::xxh3::xxh3_64;

use crate::model::{ErrorCode, Outcome, SentRow, Settled, Status, clean};
use crate::record::outputs::push::{push_hex, push_number, push_tabbed};

/// Maximum length of a line in bytes. The length of its texts is limited.
pub(in crate::record) const MAX_LINE_BYTES: u64 = 64 << 10;

/// Length of the checksum and the line end in bytes.
const SEAL_BYTES: usize = 1 + 16 + 1;

/// Any line but the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::record) enum Entry {
    Outcome {
        row: u64,
        digest: u64,
        /// The respondent's id and the survey's id.
        ids: (String, String),
        settled: Settled,
        /// The row of the run that a round of a retry has sent again; 0 if it is unknown or this is
        /// no round.
        row_of_run: u64,
    },
    Streak,
    Again {
        row: u64,
    },
    /// How often the store had invalidated entries before the next lines were written.
    State {
        passes: u64,
    },
    Resumed,
    /// The process that wrote the lines before ended in an orderly way.
    Ended,
    Finishing,
}

/// Returns a record's digest, which shows whether a row is the one in the journal.
pub(crate) fn row_digest(record: &[u8]) -> u64 {
    xxh3_64(record)
}

/// A row by which a respondent was updated, or may have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UpdatedRow {
    pub(crate) survey: String,
    pub(crate) respondent: String,
    /// As in [`Entry::Outcome`].
    pub(crate) row_of_run: u64,
}

/// Appends the line of an outcome.
pub(in crate::record) fn write_outcome(outcome: &Outcome, lines: &mut Vec<u8>) {
    let start = lines.len();
    push_outcome(outcome, lines);
    seal(lines, start);
}

/// Appends the line of an outcome in a round of a retry: with the row of its run, which is the first
/// of the kept columns.
pub(in crate::record) fn write_outcome_of_round(outcome: &Outcome, lines: &mut Vec<u8>) {
    let start = lines.len();
    push_outcome(outcome, lines);
    let row = outcome.row.kept.first().and_then(|row| row.trim().parse().ok());
    lines.push(b'\t');
    push_number(row.unwrap_or(0_u64), lines);
    seal(lines, start);
}

fn push_outcome(outcome: &Outcome, lines: &mut Vec<u8>) {
    let row = &outcome.row;
    push_number(row.position.row, lines);
    lines.push(b'\t');
    push_hex(row_digest(&row.record), lines);
    lines.push(b'\t');
    push_tabbed(&clean(row.respondent()), lines);
    push_tabbed(&clean(row.survey()), lines);
    push_tabbed(outcome.status.name(), lines);
    push_tabbed(outcome.error_code.map_or("", ErrorCode::name), lines);
    push_tabbed(&clean(&outcome.message), lines);
    if let Some(status) = outcome.http_status {
        push_number(status, lines);
    }
    lines.push(b'\t');
    push_number(outcome.attempts, lines);
    lines.push(b'\t');
    push_number(millis(outcome.elapsed), lines);
    lines.push(b'\t');
    push_number(outcome.finished_at.as_millisecond(), lines);
}

/// Returns the line of an outcome with the code `stopped`, which is sent again in doubt; `None` if
/// the line is invalid.
pub(in crate::record) fn stopped(line: &[u8]) -> Option<Vec<u8>> {
    const ERROR_CODE: usize = 5;
    let mut fields: Vec<&str> = unseal(line)?.split('\t').collect();
    *fields.get_mut(ERROR_CODE)? = ErrorCode::Stopped.name();
    let mut stopped = fields.join("\t").into_bytes();
    seal(&mut stopped, 0);
    Some(stopped)
}

/// Appends a line with this content.
pub(in crate::record) fn write_entry(entry: &str, lines: &mut Vec<u8>) {
    let start = lines.len();
    lines.extend_from_slice(entry.as_bytes());
    seal(lines, start);
}

/// Appends the line of [`Entry::State`].
pub(in crate::record) fn write_state(passes: u64, lines: &mut Vec<u8>) {
    write_entry(&format!("state\t{passes}"), lines);
}

/// Appends the line of [`Entry::Again`].
pub(in crate::record) fn write_again(row: u64, lines: &mut Vec<u8>) {
    write_entry(&format!("again\t{row}"), lines);
}

pub(in crate::record) const STREAK: &str = "streak";
pub(in crate::record) const RESUMED: &str = "resumed";
pub(in crate::record) const ENDED: &str = "ended";
pub(in crate::record) const FINISHING: &str = "finishing";

/// Returns the row of an outcome's line if it was sent; `None` otherwise.
pub(in crate::record) fn sent_row(line: &[u8]) -> Option<SentRow> {
    let Some(Entry::Outcome {
        row, ids, settled, ..
    }) = read_entry(line)
    else {
        return None;
    };
    let (respondent, survey) = ids;
    let is_final = settled.error_code != Some(ErrorCode::Stopped);
    (settled.attempts > 0).then_some(SentRow {
        row,
        survey,
        respondent,
        finished_at: settled.finished_at,
        may_come_late: settled.may_come_late(),
        may_be_applied: is_final && matches!(settled.status, Status::Success | Status::Unconfirmed),
    })
}

/// Returns the row of an outcome's line if its respondent has its content, or may have: it was
/// acknowledged, its outcome is unknown, or the store had it already.
pub(in crate::record) fn updated_row(line: &[u8]) -> Option<UpdatedRow> {
    let Some(Entry::Outcome {
        ids,
        settled,
        row_of_run,
        ..
    }) = read_entry(line)
    else {
        return None;
    };
    let (respondent, survey) = ids;
    let is_updated = settled.status.may_have_updated(settled.error_code);
    is_updated.then_some(UpdatedRow {
        survey,
        respondent,
        row_of_run,
    })
}

/// Appends the checksum to the line that begins at `start`, and ends it.
pub(in crate::record) fn seal(lines: &mut Vec<u8>, start: usize) {
    let sum = xxh3_64(lines.get(start..).unwrap_or_default());
    lines.push(b'\t');
    push_hex(sum, lines);
    lines.push(b'\n');
}

/// Returns the line without its checksum; `None` if it is incomplete or damaged.
pub(in crate::record) fn unseal(line: &[u8]) -> Option<&str> {
    let (content, seal) = line.split_at_checked(line.len().checked_sub(SEAL_BYTES)?)?;
    let sum = str::from_utf8(seal)
        .ok()?
        .strip_prefix('\t')?
        .strip_suffix('\n')?;
    // Compared as text, because a number can be written in several ways.
    (sum == format!("{:016x}", xxh3_64(content)))
        .then(|| str::from_utf8(content).ok())
        .flatten()
}

/// Reads any line but the first; `None` if it is torn or damaged.
pub(in crate::record) fn read_entry(line: &[u8]) -> Option<Entry> {
    let mut fields = unseal(line)?.split('\t');
    match fields.next()? {
        STREAK => Some(Entry::Streak),
        RESUMED => Some(Entry::Resumed),
        ENDED => Some(Entry::Ended),
        FINISHING => Some(Entry::Finishing),
        "state" => Some(Entry::State {
            passes: fields.next()?.parse().ok()?,
        }),
        "again" => Some(Entry::Again {
            row: fields.next()?.parse().ok()?,
        }),
        row => {
            let row = row.parse().ok()?;
            let digest = u64::from_str_radix(fields.next()?, 16).ok()?;
            let ids = (fields.next()?.to_owned(), fields.next()?.to_owned());
            let settled = Settled {
                status: Status::from_name(fields.next()?)?,
                error_code: optional(fields.next()?, ErrorCode::from_name).ok()?,
                message: fields.next()?.to_owned(),
                http_status: optional(fields.next()?, |text| text.parse().ok()).ok()?,
                attempts: fields.next()?.parse().ok()?,
                elapsed: Duration::from_millis(fields.next()?.parse().ok()?),
                finished_at: Timestamp::from_millisecond(fields.next()?.parse().ok()?).ok()?,
            };
            let row_of_run = fields.next().and_then(|row| row.parse().ok());
            Some(Entry::Outcome {
                row,
                digest,
                ids,
                settled,
                row_of_run: row_of_run.unwrap_or_default(),
            })
        }
    }
}

/// Reads a field that may be empty; fails if it is invalid.
fn optional<T>(field: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, ()> {
    match field {
        "" => Ok(None),
        text => read(text).map(Some).ok_or(()),
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::tests::outcome;

    fn line_of(outcome: &Outcome) -> Vec<u8> {
        let mut line = Vec::new();
        write_outcome(outcome, &mut line);
        line
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_and_damage_is_seen(
            message in ".{0,40}",
            http_status in proptest::option::of(100_u16..600),
            attempts in 0_u32..2000,
            millis in 0_u64..1 << 40,
            at in 0..1000_usize,
            flip in 1..=255_u8,
        ) {
            let written = Outcome {
                message: clean(&message).into_owned(),
                status: Status::Unconfirmed,
                error_code: Some(ErrorCode::Timeout),
                http_status,
                attempts,
                elapsed: Duration::from_millis(millis),
                ..outcome(7)
            };
            let line = line_of(&written);
            let Some(Entry::Outcome { row, digest, ids, settled, .. }) = read_entry(&line) else { panic!("unread") };
            prop_assert_eq!(row, 9);
            prop_assert_eq!(ids, ("8".to_owned(), "7".to_owned()));
            prop_assert_eq!(digest, row_digest(&written.row.record));
            prop_assert_eq!(settled, Settled {
                status: written.status,
                error_code: written.error_code,
                message: written.message,
                http_status,
                attempts,
                elapsed: written.elapsed,
                finished_at: written.finished_at,
            });
            let at = at % line.len();
            prop_assert_eq!(read_entry(&line[..at]), None, "torn");
            let mut damaged = line.clone();
            damaged[at] ^= flip;
            prop_assert_eq!(read_entry(&damaged), None, "damaged");
            let glued = [&line[..at], &line[..]].concat();
            prop_assert!(at == 0 || read_entry(&glued).is_none(), "glued");
        }
    }

    #[test]
    fn who_was_sent_is_read_back() {
        let sent = |outcome: Outcome| sent_row(&line_of(&outcome));
        let SentRow {
            row,
            survey,
            respondent,
            may_be_applied,
            ..
        } = sent(outcome(7)).unwrap();
        assert_eq!(
            (row, survey.as_str(), respondent.as_str(), may_be_applied),
            (9, "7", "8", true)
        );
        let of = |status, error_code, attempts| {
            sent(Outcome {
                status,
                error_code: Some(error_code),
                attempts,
                ..outcome(7)
            })
            .map(|sent| sent.may_be_applied)
        };
        assert_eq!(of(Status::Failed, ErrorCode::Rejected, 1), Some(false));
        assert_eq!(of(Status::Unconfirmed, ErrorCode::Timeout, 9), Some(true));
        assert_eq!(
            of(Status::Unconfirmed, ErrorCode::Stopped, 1),
            Some(false),
            "it is sent again"
        );
        assert_eq!(of(Status::Skipped, ErrorCode::Unchanged, 0), None);
    }

    #[test]
    fn the_other_lines_are_read_back() {
        let mut lines = Vec::new();
        write_again(7, &mut lines);
        write_state(3, &mut lines);
        write_entry(STREAK, &mut lines);
        write_entry(RESUMED, &mut lines);
        write_entry(ENDED, &mut lines);
        write_entry(FINISHING, &mut lines);
        let read: Vec<_> = lines
            .split_inclusive(|byte| *byte == b'\n')
            .map(read_entry)
            .collect();
        assert_eq!(
            read,
            [
                Some(Entry::Again { row: 7 }),
                Some(Entry::State { passes: 3 }),
                Some(Entry::Streak),
                Some(Entry::Resumed),
                Some(Entry::Ended),
                Some(Entry::Finishing)
            ]
        );
    }
}
