//! Decides about a row, by its entry in the store, the start of the run, and whether unchanged rows
//! are skipped. Pure; the clock is read elsewhere.

use std::time::Duration;

use jiff::Timestamp;

use super::pending::{Has, Late};
use super::store::file::StoredUpdate;
use crate::model::{ErrorCode, FaultText, Listed, PlannedRow};

/// When a run starts, and how long after its end a call may still be applied.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    pub(crate) start: Timestamp,
    /// How long after its end a call may still be applied.
    pub(crate) late: Duration,
    /// The run whose journal exists, and the latest time at which its process can have been alive.
    /// Its last calls ended by then.
    pub(crate) before: Option<(i64, Timestamp)>,
}

impl Clock {
    /// The start of the run, in seconds since the epoch.
    pub(super) fn starts(self) -> i64 {
        self.start.as_second()
    }

    /// Whether the calls in flight of a killed run are over: it is known when it was killed, and
    /// that was long enough before this run.
    fn are_over(self, run: i64) -> bool {
        let over = |alive: Timestamp| alive.checked_add(self.late).is_ok_and(|over| over <= self.start);
        self.before
            .is_some_and(|(before, alive)| before == run && over(alive))
    }

    /// Returns until when a call that ended then may be applied, in seconds since the epoch.
    pub(super) fn late_until(self, ended: Timestamp) -> i64 {
        let late = i64::try_from(self.late.as_secs()).unwrap_or(i64::MAX);
        // Fractions of a second are rounded up.
        ended.as_second().saturating_add(late).saturating_add(2)
    }
}

/// The conditions of a run.
#[derive(Debug)]
pub(super) struct Terms {
    pub(super) clock: Clock,
    /// The run's number.
    pub(super) run: i64,
    /// The text for unchanged rows, which are skipped; `None` if they are sent.
    pub(super) skips: Option<FaultText>,
    /// Whether labels that people changed on the platform are left as they are.
    pub(super) keeps: bool,
    /// Whether the run resumes a journal that the store knows only in part, so that rows without a
    /// verdict may have been sent.
    pub(super) doubts_all: bool,
}

/// The decision about a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    /// The row keeps its verdict from the journal.
    Stays,
    /// The platform has acknowledged the same content.
    Unchanged,
    /// The row is sent.
    Sent,
}

impl Terms {
    /// Decides about a row with a call to make. `digest` is that of its content, and `entry` is the
    /// respondent's. `is_overtaken` means that a run which this one resumes has sent a later row of
    /// the respondent.
    pub(super) fn judge(
        &self,
        row: &PlannedRow,
        digest: u128,
        entry: Option<&StoredUpdate>,
        is_overtaken: bool,
    ) -> Judgement {
        let is_known = self.skips.is_some() && entry.is_some_and(|entry| self.believes(entry, digest));
        match row.settled.as_deref() {
            // What was unchanged then may have changed since. But no row is sent after a later one
            // of its respondent.
            Some(settled) if settled.error_code == Some(ErrorCode::Unchanged) => {
                if is_known || is_overtaken {
                    Judgement::Stays
                } else {
                    Judgement::Sent
                }
            }
            Some(_) => Judgement::Stays,
            None if is_known && row.doubt.is_none() && !differs(row) => Judgement::Unchanged,
            None => Judgement::Sent,
        }
    }

    /// Whether the row is what the platform acknowledged last, and people have changed it since.
    pub(super) fn is_edited(&self, row: &PlannedRow, digest: u128, entry: Option<&StoredUpdate>) -> bool {
        let is_new = row.settled.is_none() && row.doubt.is_none() && self.skips.is_some();
        is_new && differs(row) && entry.is_some_and(|entry| self.believes(entry, digest))
    }

    /// Whether the platform has the row's content. Entries that this run has written are not
    /// trusted, so that the same rows are sent whenever the answers arrive.
    fn believes(&self, entry: &StoredUpdate, digest: u128) -> bool {
        entry.run != self.run && entry.acknowledged == Some(digest) && entry.doubt.repeats_only(digest)
    }

    /// Returns the state of a respondent by its entry, for a row that is sent now.
    pub(super) fn has(&self, entry: Option<&StoredUpdate>) -> Has {
        let acknowledged =
            entry.and_then(|entry| entry.acknowledged.filter(|said| entry.doubt.repeats_only(*said)));
        Has {
            acknowledged,
            late: self.late(entry),
        }
    }

    /// Returns the contents of an entry that may still be applied late.
    fn late(&self, entry: Option<&StoredUpdate>) -> Late {
        let late = |doubt, until| Late { doubt, until };
        match entry {
            // The entry is from a killed run, whose calls ended before this run at the latest.
            Some(StoredUpdate {
                run,
                doubt,
                until: None,
                ..
            }) => {
                if self.clock.are_over(*run) {
                    return Late::default();
                }
                late(*doubt, self.clock.late_until(self.clock.start))
            }
            Some(entry) if entry.run == self.run || entry.until >= Some(self.clock.starts()) => {
                late(entry.doubt, entry.until.unwrap_or_default())
            }
            _ => Late::default(),
        }
    }
}

/// Whether the mailing list has another value for a label of the row.
fn differs(row: &PlannedRow) -> bool {
    row.listed.as_ref().is_some_and(Listed::differs)
}
