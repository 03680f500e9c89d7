//! The journal's lines: how they are written and read back. Pure; the first line is the business of `record/journal/header.rs`, the
//! file of `record/journal/file.rs`, a journal that is read again of `record/journal/replay.rs`.
//!
//! ```text
//! {"journal":2,…}                                                          <sum>   what this run is
//! row ⇥ digest ⇥ id_respondent ⇥ … ⇥ finished_at                           <sum>   an outcome, as it happened
//! streak                                                                   <sum>   what was named before counts no more
//! again ⇥ row                                                              <sum>   of the streak that ended the run
//! state ⇥ passes                                                           <sum>   what the store had to know by now
//! resumed                                                                  <sum>   before: rewritten in row order
//! finishing                                                                <sum>   every row has its outcome
//! ```
//!
//! Fields are separated by tabs, which no field holds. Each line ends with a checksum of itself, so that a line that was
//! torn, or that two writes were glued into, is no line.

use std::time::Duration;

use jiff::Timestamp;
use xxhash_rust::xxh3::xxh3_64;

use crate::model::{ErrorCode, Outcome, SentRow, Settled, Status, clean};
use crate::record::outputs::push::{push_hex, push_number, push_tabbed};

/// A line cannot be longer: its texts are bounded.
pub(in crate::record) const MAX_LINE_BYTES: u64 = 64 << 10;

/// Checksum and line end.
const SEAL_BYTES: usize = 1 + 16 + 1;

/// A line that is not the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::record) enum Entry {
    Outcome {
        row: u64,
        digest: u64,
        /// The respondent and the survey.
        ids: (String, String),
        settled: Settled,
    },
    Streak,
    Again {
        row: u64,
    },
    /// How often the store had deleted what it knew before the next lines were written.
    State {
        passes: u64,
    },
    Resumed,
    /// The process that wrote what stands before ended in an orderly way.
    Ended,
    Finishing,
}

/// A record's digest: tells whether a row is the one that the journal means.
pub(crate) fn row_digest(record: &[u8]) -> u64 {
    xxh3_64(record)
}

pub(in crate::record) fn write_outcome(outcome: &Outcome, lines: &mut Vec<u8>) {
    let start = lines.len();
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
    seal(lines, start);
}

/// The line of an outcome as one that is sent again in doubt.
pub(in crate::record) fn stopped(line: &[u8]) -> Option<Vec<u8>> {
    const ERROR_CODE: usize = 5;
    let mut fields: Vec<&str> = unseal(line)?.split('\t').collect();
    *fields.get_mut(ERROR_CODE)? = ErrorCode::Stopped.name();
    let mut stopped = fields.join("\t").into_bytes();
    seal(&mut stopped, 0);
    Some(stopped)
}

pub(in crate::record) fn write_entry(entry: &str, lines: &mut Vec<u8>) {
    let start = lines.len();
    lines.extend_from_slice(entry.as_bytes());
    seal(lines, start);
}

pub(in crate::record) fn write_state(passes: u64, lines: &mut Vec<u8>) {
    write_entry(&format!("state\t{passes}"), lines);
}

pub(in crate::record) fn write_again(row: u64, lines: &mut Vec<u8>) {
    write_entry(&format!("again\t{row}"), lines);
}

pub(in crate::record) const STREAK: &str = "streak";
pub(in crate::record) const RESUMED: &str = "resumed";
pub(in crate::record) const ENDED: &str = "ended";
pub(in crate::record) const FINISHING: &str = "finishing";

/// The row of an outcome's line as one that was sent; nothing if it was not.
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

/// Ends the line that begins at `start` with its checksum.
pub(in crate::record) fn seal(lines: &mut Vec<u8>, start: usize) {
    let sum = xxh3_64(lines.get(start..).unwrap_or_default());
    lines.push(b'\t');
    push_hex(sum, lines);
    lines.push(b'\n');
}

/// The line without its seal, if it is whole and as it was written.
pub(in crate::record) fn unseal(line: &[u8]) -> Option<&str> {
    let (content, seal) = line.split_at_checked(line.len().checked_sub(SEAL_BYTES)?)?;
    let sum = str::from_utf8(seal)
        .ok()?
        .strip_prefix('\t')?
        .strip_suffix('\n')?;
    // As text: a number could be written in more ways than one.
    (sum == format!("{:016x}", xxh3_64(content)))
        .then(|| str::from_utf8(content).ok())
        .flatten()
}

/// Reads any other line; nothing if it is torn or damaged.
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
            Some(Entry::Outcome {
                row,
                digest,
                ids,
                settled,
            })
        }
    }
}

/// A field that may be empty; an error for one that cannot be read.
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
            let Some(Entry::Outcome { row, digest, ids, settled }) = read_entry(&line) else { panic!("unread") };
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
