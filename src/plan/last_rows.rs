//! Several rows of one respondent, found exactly: the rows that a later row supersedes
//! (`--on-duplicate last`), and the respondents whose rows differ (rows with addresses). This needs
//! its own pass over the input. During that, a superseding row takes memory for every respondent (48 bytes
//! each, or 60 to 110 with the free space of the table), and a differing one 24 bytes for every row.
//! Afterwards one bit per row remains, or 16 bytes per respondent whose rows differ. Pure.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use super::Repeats;
use crate::model::UpdateRespondent;

/// Maximum number of respondents for which memory is reserved at once. Growing the table later
/// would hold it twice for a moment.
const MAX_RESERVED: usize = 1 << 24;

/// The pass over the commands of all rows, one after the other.
#[derive(Debug, Default)]
pub(crate) struct LastRowsPass {
    /// By a digest of survey and respondent as written. It has 128 bits, because a row that is
    /// superseded by mistake would be a missed update.
    respondents: HashMap<u128, Latest>,
    superseded: Vec<u64>,
    /// Respondents on several rows, and those of them whose labels differ.
    several: u64,
    different: u64,
}

/// What is known of a respondent during the pass.
#[derive(Clone, Copy, Debug)]
struct Latest {
    /// The number of data rows before the last row so far.
    sequence: u64,
    /// The place of that row in the run of which the input is the failed file; 0 for other inputs.
    place: u64,
    /// The digest of the first row's labels.
    labels: u64,
    several: bool,
    different: bool,
}

/// The result of the pass: which rows are not sent.
#[derive(Debug, Default, Clone)]
pub(crate) struct LastRows {
    /// One bit per row.
    superseded: Vec<u64>,
    several: u64,
    different: u64,
}

/// The respondents that have several rows with different values.
#[derive(Debug, Default, Clone)]
pub(crate) struct DifferingRows(HashSet<[u64; 2]>);

impl DifferingRows {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the respondent of this command has rows with different values.
    pub(super) fn has(&self, update: &UpdateRespondent) -> bool {
        self.0.contains(&halves(xxh3_128(update.addressee())))
    }
}

/// The pass for respondents whose rows differ: 24 bytes for each row.
#[derive(Debug, Default)]
pub(crate) struct DifferingRowsPass {
    /// The digest of survey and respondent as written, in halves so that a row has no padding, and that of
    /// the labels.
    rows: Vec<[u64; 3]>,
}

impl DifferingRowsPass {
    /// Notes a row that would be sent.
    pub(crate) fn note(&mut self, update: &UpdateRespondent) {
        let [first, second] = halves(xxh3_128(update.addressee()));
        self.rows.push([first, second, xxh3_64(update.labels())]);
    }

    /// Returns the respondents whose rows differ.
    pub(crate) fn finish(mut self) -> DifferingRows {
        self.rows.sort_unstable();
        let pairs = self.rows.windows(2).filter_map(|pair| match pair {
            [[a, b, labels], [c, d, others]] if (a, b) == (c, d) && labels != others => Some([*a, *b]),
            _ => None,
        });
        DifferingRows(pairs.collect())
    }
}

/// Splits a digest.
fn halves(digest: u128) -> [u64; 2] {
    let low = |digest: u128| u64::try_from(digest & u128::from(u64::MAX)).unwrap_or_default();
    [low(digest >> u64::BITS), low(digest)]
}

impl LastRowsPass {
    /// `rows` is the maximum number of rows in the pass.
    pub(crate) fn new(rows: u64) -> Self {
        let rows = usize::try_from(rows).unwrap_or_default().min(MAX_RESERVED);
        Self {
            respondents: HashMap::with_capacity(rows),
            superseded: Vec::new(),
            several: 0,
            different: 0,
        }
    }

    /// Notes a row that would be sent; `sequence` is the number of data rows before it. In a failed
    /// file, which a spreadsheet may have sorted, `place` is the row of its run and decides which row
    /// is later; it is 0 in other inputs.
    pub(crate) fn note(&mut self, sequence: u64, place: u64, update: &UpdateRespondent) {
        let labels = xxh3_64(update.labels());
        match self.respondents.entry(xxh3_128(update.addressee())) {
            Entry::Vacant(vacant) => {
                vacant.insert(Latest {
                    sequence,
                    place,
                    labels,
                    several: false,
                    different: false,
                });
            }
            Entry::Occupied(mut occupied) => {
                let latest = occupied.get_mut();
                if place < latest.place {
                    set(&mut self.superseded, sequence);
                } else {
                    set(&mut self.superseded, latest.sequence);
                    (latest.sequence, latest.place) = (sequence, place);
                }
                self.several += u64::from(!latest.several);
                latest.several = true;
                if labels != latest.labels && !latest.different {
                    self.different += 1;
                    latest.different = true;
                }
            }
        }
    }

    pub(crate) fn finish(self) -> LastRows {
        LastRows {
            superseded: self.superseded,
            several: self.several,
            different: self.different,
        }
    }
}

impl LastRows {
    /// Whether a later row of the same respondent supersedes this row.
    pub(super) fn is_superseded(&self, sequence: u64) -> bool {
        is_set(&self.superseded, sequence)
    }

    /// Respondents on several rows, counted exactly.
    pub(super) fn repeats(&self) -> Repeats {
        Repeats::counted(self.several, self.different)
    }
}

/// Returns the index of a row's word and the mask of its bit.
fn place(sequence: u64) -> (usize, u64) {
    (
        usize::try_from(sequence / 64).unwrap_or(usize::MAX),
        1 << (sequence % 64),
    )
}

/// Whether the bit of a row is set.
pub(super) fn is_set(bits: &[u64], sequence: u64) -> bool {
    let (word, bit) = place(sequence);
    bits.get(word).is_some_and(|word| word & bit != 0)
}

/// Sets the bit of a row.
pub(super) fn set(bits: &mut Vec<u64>, sequence: u64) {
    let (word, bit) = place(sequence);
    if bits.len() <= word {
        bits.resize(word + 1, 0);
    }
    if let Some(word) = bits.get_mut(word) {
        *word |= bit;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Digits, Label};

    fn update(respondent: &str, value: u8) -> UpdateRespondent {
        let digits = |text| Digits::new(text).unwrap();
        let label: Label = "l1".parse().unwrap();
        UpdateRespondent::new(
            digits("7"),
            digits(respondent),
            std::iter::once((label, value.to_string())),
        )
    }

    proptest! {
        #[test]
        fn the_last_row_of_each_respondent_is_left_and_the_counts_are_exact(
            rows in proptest::collection::vec((0_usize..5, 0_u8..3), 0..150),
        ) {
            // `012` and `12` may be two respondents, so neither overtakes the other.
            let names = ["1", "12", "012", "3", "44"];
            let mut pass = LastRowsPass::new(rows.len() as u64);
            for (sequence, (name, value)) in rows.iter().enumerate() {
                pass.note(sequence as u64, 0, &update(names[*name], *value));
            }
            let last = pass.finish();
            for (sequence, (name, _)) in rows.iter().enumerate() {
                let later = rows[sequence + 1..].iter().any(|(other, _)| other == name);
                prop_assert_eq!(last.is_superseded(sequence as u64), later);
            }
            let of = |name: usize| rows.iter().filter(move |(other, _)| *other == name).map(|(_, value)| *value);
            let several = (0..names.len()).filter(|name| of(*name).count() > 1);
            let different = several.clone().filter(|name| of(*name).any(|value| Some(value) != of(*name).next()));
            prop_assert_eq!(last.several, several.count() as u64);
            prop_assert_eq!(last.different, different.count() as u64);
            prop_assert!(!last.is_superseded(100_000));
            let mut pass = DifferingRowsPass::default();
            for (name, value) in &rows {
                pass.note(&update(names[*name], *value));
            }
            let differing = pass.finish();
            for (name, text) in names.iter().enumerate() {
                let differ = of(name).any(|value| Some(value) != of(name).next());
                prop_assert_eq!(differing.has(&update(text, 0)), differ);
            }
        }
    }
}
