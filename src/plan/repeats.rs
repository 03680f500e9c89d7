//! Respondents that stand on several rows: not a fault, but worth knowing, since the last row wins.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64;

use crate::model::{Lane, UpdateRespondent};

/// Counts over the first respondents; beyond them the counts are "at least", and the memory stays bounded.
const MOST_RESPONDENTS: usize = 100_000;

/// How many respondents stand on several rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Repeats {
    /// Given its whole room at the first respondent: growing would hold it twice for a moment.
    seen: HashMap<Lane, Rows>,
    /// Respondents on two rows or more.
    pub(crate) respondents: u64,
    /// Those of them whose rows do not all say the same.
    pub(crate) with_different_values: u64,
    /// There were more respondents than are remembered, so both counts are the least.
    pub(crate) at_least: bool,
}

#[derive(Clone, Copy, Debug)]
struct Rows {
    /// Half a digest of the labels of the first row: 100,000 of these are held, and one in four thousand million pairs
    /// of different rows that passes for equal costs a count.
    labels: u32,
    several: bool,
    different: bool,
}

impl Repeats {
    /// What a pass over the whole of the input has counted.
    pub(super) fn counted(respondents: u64, with_different_values: u64) -> Self {
        Self {
            respondents,
            with_different_values,
            ..Self::default()
        }
    }

    pub(super) fn note(&mut self, update: &UpdateRespondent) {
        #[expect(clippy::cast_possible_truncation, reason = "half of the digest is enough")]
        let labels = xxh3_64(update.labels()) as u32;
        if let Some(rows) = self.seen.get_mut(&update.lane()) {
            self.respondents += u64::from(!rows.several);
            rows.several = true;
            if labels != rows.labels {
                self.with_different_values += u64::from(!rows.different);
                rows.different = true;
            }
        } else if self.seen.len() < MOST_RESPONDENTS {
            let rows = Rows {
                labels,
                several: false,
                different: false,
            };
            if self.seen.is_empty() {
                self.seen.reserve(MOST_RESPONDENTS);
            }
            self.seen.insert(update.lane(), rows);
        } else {
            self.at_least = true;
        }
    }
}
