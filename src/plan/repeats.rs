//! Respondents that stand on several rows: not a fault, but worth knowing, since the last row wins.
//!
//! Ids count as they are written: `12` and `0012` are two respondents. Whether the platform takes them for one is not
//! known, and each choice has its harm: were they one respondent here, `--on-duplicate last` would not send the first of
//! two people. So both are sent, in order, and that there are such ids is counted of its own.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64;

use crate::model::{Lane, UpdateRespondent};

/// Counts over the first respondents; beyond them the counts are "at least", and the memory stays bounded.
const MAX_RESPONDENTS: usize = 100_000;

/// How many respondents stand on several rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Repeats {
    /// By the ids without leading zeros, as they were written first. Given its whole room at the first respondent: growing
    /// would hold it twice for a moment.
    seen: HashMap<Lane, Rows>,
    /// The same ids with other leading zeros, which are rare.
    others: HashMap<Lane, Vec<Rows>>,
    /// Respondents among `others`.
    other_count: usize,
    /// The next two counts are of a pass over the whole of the input, and exact.
    is_counted: bool,
    /// Respondents on two rows or more.
    pub(crate) respondents: u64,
    /// Those of them whose rows do not all say the same.
    pub(crate) with_different_values: u64,
    /// There were more respondents than are remembered, so that both counts are the least.
    pub(crate) at_least: bool,
    /// Ids that stand with other leading zeros, too.
    pub(crate) with_other_zeros: u64,
    /// There were more respondents than are remembered, so that this count is the least.
    pub(crate) with_other_zeros_at_least: bool,
}

/// The rows of one respondent.
#[derive(Clone, Copy, Debug)]
struct Rows {
    /// Half a digest of the labels of the first row: 100,000 of these are held, and one in four thousand million pairs
    /// of different rows that passes for equal costs a count.
    labels: u32,
    zeros: Zeros,
    several: bool,
    different: bool,
}

/// Tells the ways apart in which the two ids of a lane can be written: by the last byte of their lengths, since 256 zeros
/// do not stand before an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Zeros([u8; 2]);

impl Zeros {
    fn from_update(update: &UpdateRespondent) -> Self {
        Self([update.survey(), update.respondent()].map(|id| id.len().to_le_bytes()[0]))
    }
}

impl Repeats {
    /// What a pass over the whole of the input has counted.
    pub(super) fn counted(respondents: u64, with_different_values: u64) -> Self {
        Self {
            is_counted: true,
            respondents,
            with_different_values,
            ..Self::default()
        }
    }

    pub(super) fn note(&mut self, update: &UpdateRespondent) {
        #[expect(clippy::cast_possible_truncation, reason = "half of the digest is enough")]
        let labels = xxh3_64(update.labels()) as u32;
        let (lane, zeros) = (update.lane(), Zeros::from_update(update));
        let new = Rows {
            labels,
            zeros,
            several: false,
            different: false,
        };
        let has_room = self.seen.len() + self.other_count < MAX_RESPONDENTS;
        let Some(first) = self.seen.get_mut(&lane) else {
            if self.seen.is_empty() {
                self.seen.reserve(MAX_RESPONDENTS);
            }
            if has_room {
                self.seen.insert(lane, new);
            } else {
                self.overflow();
            }
            return;
        };
        let rows = if first.zeros == zeros {
            first
        } else {
            let others = self.others.entry(lane).or_insert_with(|| {
                self.with_other_zeros += 1;
                Vec::new()
            });
            let known = others.iter().position(|rows| rows.zeros == zeros);
            let Some(rows) = known.and_then(|at| others.get_mut(at)) else {
                if has_room {
                    others.push(new);
                    self.other_count += 1;
                } else {
                    self.overflow();
                }
                return;
            };
            rows
        };
        if !self.is_counted {
            let is_different = labels != rows.labels && !rows.different;
            self.respondents += u64::from(!rows.several);
            self.with_different_values += u64::from(is_different);
            rows.several = true;
            rows.different |= is_different;
        }
    }

    fn overflow(&mut self) {
        self.at_least = !self.is_counted;
        self.with_other_zeros_at_least = true;
    }
}
