//! Finds the rows of a failed file that would set a respondent back: since they failed, a later row,
//! an earlier retry round or a later run has updated their respondent. Pure;
//! `run/prepare/input/overtaken.rs` reads the files that tell so.
//!
//! Only respondents of the failed file are remembered, with 40 to 90 bytes each. Afterwards one bit
//! per row remains.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_128;

use super::last_rows::{is_set, set};
use crate::model::{Digits, Label, UpdateRespondent};

/// The two passes over the commands of a failed file, with the updates in between.
#[derive(Debug, Default)]
pub(crate) struct OvertakenPass {
    /// By a digest of survey and respondent as written, as for `--on-duplicate last`.
    respondents: HashMap<u128, Updates>,
    overtaken: Vec<u64>,
    count: u64,
}

/// What is known of a respondent.
#[derive(Clone, Copy, Debug, Default)]
struct Updates {
    /// The last row of the run by which the respondent was updated: `Some(0)` if the row is
    /// unknown, [`u64::MAX`] for a later run.
    updated_by: Option<u64>,
    /// The last row of the run that the failed file has for the respondent so far.
    seen: u64,
}

/// The result: which rows are not sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overtaken {
    /// One bit per row.
    rows: Vec<u64>,
    count: u64,
}

impl OvertakenPass {
    /// Notes that the failed file has a row of this respondent.
    pub(crate) fn expect(&mut self, update: &UpdateRespondent) {
        self.respondents.entry(xxh3_128(update.addressee())).or_default();
    }

    /// Whether nothing is known that an update could overtake.
    pub(crate) fn is_empty(&self) -> bool {
        self.respondents.is_empty()
    }

    /// Notes that a respondent was updated by a row of the run. `row` is 0 if the row is unknown, and
    /// [`u64::MAX`] for a later run.
    pub(crate) fn updated(&mut self, survey: &str, respondent: &str, row: u64) {
        let ids = Digits::new(survey).zip(Digits::new(respondent));
        let Some((survey, respondent)) = ids else { return };
        let nothing = std::iter::empty::<(Label, &str)>();
        let update = UpdateRespondent::new(survey, respondent, nothing);
        if let Some(known) = self.respondents.get_mut(&xxh3_128(update.addressee())) {
            known.updated_by = known.updated_by.max(Some(row));
        }
    }

    /// Decides about a row of the failed file, in the file's order. `sequence` is the number of data
    /// rows before it. `row` is the row of the run that it was, 0 if that is unknown. Such a row is
    /// overtaken by any update, because its place is unknown, too.
    pub(crate) fn judge(&mut self, sequence: u64, row: u64, update: &UpdateRespondent, is_known_later: bool) {
        let Some(known) = self.respondents.get_mut(&xxh3_128(update.addressee())) else {
            return;
        };
        let is_overtaken = known.updated_by.is_some_and(|by| row == 0 || by > row)
            // A spreadsheet may have sorted the rows; the later row wins.
            || row > 0 && row < known.seen
            || is_known_later;
        known.seen = known.seen.max(row);
        if is_overtaken {
            set(&mut self.overtaken, sequence);
            self.count += 1;
        }
    }

    pub(crate) fn finish(self) -> Overtaken {
        Overtaken {
            rows: self.overtaken,
            count: self.count,
        }
    }
}

impl Overtaken {
    /// Whether this row would set its respondent back.
    pub(super) fn has(&self, sequence: u64) -> bool {
        is_set(&self.rows, sequence)
    }

    /// Number of such rows.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(respondent: &str) -> UpdateRespondent {
        let label: Label = "l1".parse().unwrap();
        let ids = ["7", respondent].map(|id| Digits::new(id).unwrap());
        UpdateRespondent::new(ids[0], ids[1], std::iter::once((label, "x")))
    }

    #[test]
    fn a_row_is_overtaken_by_what_came_after_it() {
        // Row in the failed file, its respondent, whether it is overtaken.
        for (updates, rows) in [
            (vec![("1", 9)], vec![(7, "1", true), (12, "1", false)]),
            (vec![("1", 3)], vec![(7, "1", false)]),
            (vec![("1", 3), ("1", 9)], vec![(7, "1", true)]),
            (vec![("1", u64::MAX)], vec![(7, "1", true), (8, "2", false)]),
            // Its place is unknown.
            (vec![("1", 3)], vec![(0, "1", true), (0, "2", false)]),
            (vec![("1", 0)], vec![(7, "1", false), (0, "1", true)]),
            // Sorted otherwise.
            (vec![], vec![(9, "1", false), (7, "1", true), (8, "2", false)]),
            // Perhaps another respondent.
            (vec![("01", 9)], vec![(7, "1", false)]),
        ] {
            let mut pass = OvertakenPass::default();
            assert!(pass.is_empty());
            for (_, respondent, _) in &rows {
                pass.expect(&update(respondent));
            }
            for (respondent, row) in updates {
                pass.updated("7", respondent, row);
                pass.updated("8", respondent, u64::MAX);
                pass.updated("7", "not an id", row);
            }
            for (sequence, (row, respondent, _)) in (0..).zip(&rows) {
                pass.judge(sequence, *row, &update(respondent), false);
            }
            let found = pass.finish();
            for (sequence, (_, _, expected)) in (0..).zip(&rows) {
                assert_eq!(found.has(sequence), *expected, "{rows:?}");
            }
            let count = rows.iter().filter(|(_, _, expected)| *expected).count();
            assert_eq!(found.count(), count as u64);
        }
    }
}
