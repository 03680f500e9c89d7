//! The rows that need a person: the first of them, in bounded memory, whatever the order in which
//! they come. The same from a run as from its results file.

use std::collections::BTreeMap;

use crate::model::{ErrorCode, Status};

/// Maximum number of rows that are kept: those with the lowest numbers. More do not fit on a page.
const MAX_ROWS: usize = 1_500;

/// A row that is failed, unconfirmed or invalid, as its line in the results has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FailingRow {
    /// The row's number for people: that of the run, even in a round of a retry.
    pub(crate) row: u64,
    pub(crate) respondent: String,
    pub(crate) status: Status,
    pub(crate) code: Option<ErrorCode>,
    pub(crate) message: String,
}

/// The first failing rows by number, and how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FailingRows {
    /// By the row's number, and by its place in the input.
    rows: BTreeMap<(u64, u64), FailingRow>,
    total: u64,
}

impl FailingRows {
    /// Whether a row with this number and place would be kept.
    pub(crate) fn takes(&self, key: (u64, u64)) -> bool {
        self.rows.len() < MAX_ROWS || self.rows.last_key_value().is_some_and(|(last, _)| key < *last)
    }

    /// Adds a row. `place` is its place in the input, `row` its number and text if it would be kept.
    pub(crate) fn add(&mut self, key: (u64, u64), row: impl FnOnce() -> FailingRow) {
        self.total += 1;
        if self.takes(key) {
            self.rows.insert(key, row());
            if self.rows.len() > MAX_ROWS {
                self.rows.pop_last();
            }
        }
    }

    /// Returns the number of all failing rows.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// Returns the rows that were kept, in the order of their numbers.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &FailingRow> {
        self.rows.values()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_first_rows_are_kept_in_any_order(numbers in Just((1..=3_000_u64).collect::<Vec<_>>()).prop_shuffle()) {
            let mut rows = FailingRows::default();
            for number in numbers {
                rows.add((number, number), || FailingRow {
                    row: number,
                    respondent: String::new(),
                    status: Status::Failed,
                    code: None,
                    message: String::new(),
                });
            }
            let kept: Vec<u64> = rows.rows().map(|row| row.row).collect();
            prop_assert_eq!(kept, (1..=MAX_ROWS as u64).collect::<Vec<_>>());
            prop_assert_eq!(rows.total(), 3_000);
        }
    }
}
