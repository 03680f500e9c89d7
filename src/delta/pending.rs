//! Which rows were planned last and have no verdict yet, and what was acknowledged and is not written yet. Pure.

use std::collections::HashMap;

use super::key::Key;

/// Bounded by the rows that are on their way, those that were read ahead, and a thousand acknowledgements.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// The sequence of the row of each respondent that was planned last.
    last: HashMap<Key, u64>,
    /// What was said last, where that was acknowledged.
    acknowledged: HashMap<Key, u128>,
}

impl Pending {
    /// A row goes on to be sent: what was acknowledged before it is not the last word any more.
    pub(super) fn planned(&mut self, key: Key, sequence: u64) {
        self.last.insert(key, sequence);
        self.acknowledged.remove(&key);
    }

    /// A row has its verdict; `digest` is what it said, if that was acknowledged.
    pub(super) fn ended(&mut self, key: Key, sequence: u64, digest: Option<u128>) {
        if self.last.get(&key) != Some(&sequence) {
            return;
        }
        self.last.remove(&key);
        if let Some(digest) = digest {
            self.acknowledged.insert(key, digest);
        }
    }

    /// Whether a row of the respondent has no verdict yet.
    pub(super) fn is_on_its_way(&self, key: Key) -> bool {
        self.last.contains_key(&key)
    }

    /// How many respondents' acknowledgements wait to be written.
    pub(super) fn acknowledged(&self) -> usize {
        self.acknowledged.len()
    }

    /// What is to be written, in the order of the keys, which is the one that is quickest to write.
    pub(super) fn take_acknowledged(&mut self) -> Vec<(Key, u128)> {
        let mut all: Vec<_> = self.acknowledged.drain().collect();
        all.sort_unstable_by_key(|(key, _)| *key);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Key = Key {
        list: 1,
        respondent: 7,
    };

    #[test]
    fn only_the_row_that_was_planned_last_is_the_last_word() {
        let mut pending = Pending::default();
        pending.planned(ONE, 1);
        pending.planned(ONE, 2);
        pending.ended(ONE, 1, Some(11));
        assert_eq!(pending.take_acknowledged(), [], "another is on its way");
        pending.ended(ONE, 2, Some(22));
        assert_eq!(pending.take_acknowledged(), [(ONE, 22)]);
        pending.planned(ONE, 3);
        pending.ended(ONE, 3, None);
        assert_eq!(pending.take_acknowledged(), [], "it failed");
    }

    #[test]
    fn what_is_not_written_yet_is_outdone_by_what_is_planned_next() {
        let mut pending = Pending::default();
        pending.planned(ONE, 1);
        pending.ended(ONE, 1, Some(11));
        pending.planned(ONE, 2);
        assert_eq!(pending.take_acknowledged(), []);
        pending.ended(ONE, 1, Some(11));
        assert_eq!(pending.take_acknowledged(), [], "told twice");
    }
}
