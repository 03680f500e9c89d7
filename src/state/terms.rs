//! What decides about a row beside the store: when the run began, and whether it skips anything. Pure; the clock is read
//! elsewhere.

use std::time::Duration;

use jiff::Timestamp;

use super::pending::{Has, Late};
use super::store::file::StoredUpdate;
use crate::model::{ErrorCode, PlannedRow};

/// When a run starts, and how long after its end a call may still be applied.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    pub(crate) start: Timestamp,
    pub(crate) late: Duration,
    /// The run whose journal is there, and until when its process was alive at most: then its last calls ended.
    pub(crate) before: Option<(i64, Timestamp)>,
}

impl Clock {
    /// In seconds of the epoch.
    pub(super) fn starts(self) -> i64 {
        self.start.as_second()
    }

    /// Whether the calls that were under way in a killed run are over: it is known when it was killed, and that was long
    /// enough before this run.
    fn are_over(self, run: i64) -> bool {
        let over = |alive: Timestamp| alive.checked_add(self.late).is_ok_and(|over| over <= self.start);
        self.before
            .is_some_and(|(before, alive)| before == run && over(alive))
    }

    /// Until when a call that ended then may be applied, in seconds of the epoch.
    pub(super) fn late_until(self, ended: Timestamp) -> i64 {
        let late = i64::try_from(self.late.as_secs()).unwrap_or(i64::MAX);
        // Parts of a second count as whole ones.
        ended.as_second().saturating_add(late).saturating_add(2)
    }
}

/// The terms of one run.
#[derive(Debug)]
pub(super) struct Terms {
    pub(super) clock: Clock,
    /// The run's number.
    pub(super) run: i64,
    /// Rows that say nothing new are skipped.
    pub(super) skips: bool,
    /// It resumes a journal of which the store has a part at most: what has no verdict there may have been sent.
    pub(super) doubts_all: bool,
}

/// What is done with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    /// It keeps the verdict that the journal has.
    Stays,
    /// The platform has acknowledged the same.
    Unchanged,
    /// It goes on to be sent.
    Sent,
}

impl Terms {
    /// Decides about a row that has a call to make. `digest` is what it says, `entry` what is known of its respondent;
    /// `is_overtaken`, whether a later row of theirs was sent by a run that this one resumes.
    pub(super) fn judge(
        &self,
        row: &PlannedRow,
        digest: u128,
        entry: Option<&StoredUpdate>,
        is_overtaken: bool,
    ) -> Judgement {
        let is_known = self.skips && entry.is_some_and(|entry| self.believes(entry, digest));
        match row.settled.as_deref() {
            // What was true then need not be true now; but no row is sent after a later one of its respondent.
            Some(settled) if settled.error_code == Some(ErrorCode::Unchanged) => {
                if is_known || is_overtaken {
                    Judgement::Stays
                } else {
                    Judgement::Sent
                }
            }
            Some(_) => Judgement::Stays,
            None if is_known && row.doubt.is_none() => Judgement::Unchanged,
            None => Judgement::Sent,
        }
    }

    /// Whether the platform has what the row says. What this run has written itself is not believed: so the same rows are
    /// sent whenever the answers come.
    fn believes(&self, entry: &StoredUpdate, digest: u128) -> bool {
        entry.run != self.run && entry.acknowledged == Some(digest) && entry.doubt.repeats_only(digest)
    }

    /// What a respondent has by their entry, for a row that is sent now.
    pub(super) fn has(&self, entry: Option<&StoredUpdate>) -> Has {
        let acknowledged =
            entry.and_then(|entry| entry.acknowledged.filter(|said| entry.doubt.repeats_only(*said)));
        Has {
            acknowledged,
            late: self.late(entry),
        }
    }

    /// What of an entry may still be applied late.
    fn late(&self, entry: Option<&StoredUpdate>) -> Late {
        let late = |doubt, until| Late { doubt, until };
        match entry {
            // A killed run's: its calls ended before this run, at the latest.
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
