//! Counts respondents on several rows. That is not a fault, but worth reporting, since the last row
//! takes precedence.
//!
//! Ids are compared as written: `12` and `0012` are two respondents. It is unknown whether the
//! platform treats them as one, and each choice can do harm: if they were one respondent here,
//! `--on-duplicate last` would not send the first of two people. So both are sent, in order, and
//! such ids are counted separately.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64;

use crate::model::{Lane, UpdateRespondent};

/// Maximum number of respondents that are counted, to limit the memory. Beyond it the counts are
/// minimums.
const MAX_RESPONDENTS: usize = 100_000;

/// Counts of respondents on several rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Repeats {
    /// Respondents by their ids without leading zeros, in the form that came first. The whole
    /// capacity is reserved at the first respondent, because growing would hold the table twice for
    /// a moment.
    seen: HashMap<Lane, Rows>,
    /// The same ids with other leading zeros, which are rare.
    others: HashMap<Lane, Vec<Rows>>,
    /// Number of respondents in `others`.
    other_count: usize,
    /// The next two counts come from a pass over the whole input, and are exact.
    is_counted: bool,
    /// Respondents on two or more rows.
    pub(crate) respondents: u64,
    /// Those whose rows have different values.
    pub(crate) with_different_values: u64,
    /// Both counts are minimums, because there were more respondents than [`MAX_RESPONDENTS`].
    pub(crate) at_least: bool,
    /// Ids that also occur with other leading zeros.
    pub(crate) with_other_zeros: u64,
    /// This count is a minimum, because there were more respondents than [`MAX_RESPONDENTS`].
    pub(crate) with_other_zeros_at_least: bool,
}

/// The rows of one respondent.
#[derive(Clone, Copy, Debug)]
struct Rows {
    /// Half of the digest of the first row's labels: up to 100,000 of these are held. One in four
    /// thousand million pairs of different rows passes for equal, which only makes a count wrong.
    labels: u32,
    zeros: Zeros,
    several: bool,
    different: bool,
}

/// Distinguishes how the two ids of a lane are written, by the last byte of their lengths: no id
/// has 256 leading zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Zeros([u8; 2]);

impl Zeros {
    fn from_update(update: &UpdateRespondent) -> Self {
        Self([update.survey(), update.respondent()].map(|id| id.len().to_le_bytes()[0]))
    }
}

impl Repeats {
    /// The counts of a pass over the whole input.
    pub(super) fn counted(respondents: u64, with_different_values: u64) -> Self {
        Self {
            is_counted: true,
            respondents,
            with_different_values,
            ..Self::default()
        }
    }

    /// Counts a row that is to be sent.
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

    /// Marks the counts as minimums.
    fn overflow(&mut self) {
        self.at_least = !self.is_counted;
        self.with_other_zeros_at_least = true;
    }
}
