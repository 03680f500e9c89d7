//! Planned rows without a verdict, by respondent, and the unwritten entries of respondents whose
//! rows all have theirs. Pure.

use std::collections::HashMap;

use super::doubt::Doubt;
use super::key::Key;

/// The respondents that are not written yet. Their number is limited by the rows in flight, the
/// rows read ahead, and the number written at a time.
#[derive(Debug, Default)]
pub(super) struct Pending {
    under_way: HashMap<Key, UnderWay>,
    /// Respondents whose rows all have their verdict, not written yet.
    ended: HashMap<Key, Has>,
}

/// A respondent with rows that have no verdict yet.
#[derive(Clone, Copy, Debug)]
struct UnderWay {
    /// The sequence number of the row that was planned last.
    last: u64,
    /// The respondent's state by the verdicts so far.
    has: Has,
}

/// The state of a respondent by the verdicts so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Has {
    /// Digest of the content that the platform acknowledged last; `None` if another content was
    /// sent since.
    pub(super) acknowledged: Option<u128>,
    /// The contents that may still be applied late.
    pub(super) late: Late,
}

/// Contents that may still be applied late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Late {
    pub(super) doubt: Doubt,
    /// Until when, in seconds since the epoch.
    pub(super) until: i64,
}

impl Late {
    /// Adds this content, which may be applied until then.
    pub(super) fn with(self, digest: u128, until: i64) -> Self {
        Self {
            doubt: self.doubt.with(digest),
            until: self.until.max(until),
        }
    }
}

/// The verdict on a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lookup {
    /// Digest of the row's content.
    pub(super) digest: u128,
    pub(super) is_success: bool,
    /// Until when an attempt of the row may be applied late, in seconds since the epoch; `None` if
    /// none can be.
    pub(super) doubted_until: Option<i64>,
}

impl Pending {
    /// Returns the state of a respondent with rows in flight or not written yet; `None` for any
    /// other.
    pub(super) fn has(&self, key: Key) -> Option<Has> {
        let under_way = self.under_way.get(&key).map(|under_way| under_way.has);
        under_way.or_else(|| self.ended.get(&key).copied())
    }

    /// Whether a row of the respondent has no verdict yet.
    pub(super) fn is_under_way(&self, key: Key) -> bool {
        self.under_way.contains_key(&key)
    }

    /// Notes that a row is going to be sent to a respondent in this state.
    pub(super) fn planned(&mut self, key: Key, sequence: u64, has: Has) {
        self.under_way.insert(key, UnderWay { last: sequence, has });
        self.ended.remove(&key);
    }

    /// Notes the verdict of a row.
    pub(super) fn ended(&mut self, key: Key, sequence: u64, verdict: Lookup) {
        let Some(UnderWay { last, has }) = self.under_way.get_mut(&key) else {
            return;
        };
        has.acknowledged = verdict.is_success.then_some(verdict.digest);
        if let Some(until) = verdict.doubted_until {
            has.late = has.late.with(verdict.digest, until);
        }
        if *last == sequence {
            self.ended.insert(key, *has);
            self.under_way.remove(&key);
        }
    }

    /// Notes that a call outside of any row may be applied until then. Returns whether the
    /// respondent is among the pending ones.
    pub(super) fn doubts(&mut self, key: Key, digest: u128, until: i64) -> bool {
        let under_way = self.under_way.get_mut(&key).map(|under_way| &mut under_way.has);
        let has = under_way.or_else(|| self.ended.get_mut(&key));
        has.map(|has| has.late = has.late.with(digest, until)).is_some()
    }

    /// Notes that no row is in flight any more: rows without a verdict were never sent.
    pub(super) fn none_is_under_way(&mut self) {
        let ended = self
            .under_way
            .drain()
            .map(|(key, under_way)| (key, under_way.has));
        self.ended.extend(ended);
    }

    /// Number of respondents that wait to be written.
    pub(super) fn unwritten(&self) -> usize {
        self.ended.len()
    }

    /// Takes the entries to be written, in the order of their keys, which is the fastest order for
    /// writing.
    pub(super) fn take_ended(&mut self) -> Vec<(Key, Has)> {
        let mut all: Vec<_> = self.ended.drain().collect();
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

    fn verdict(digest: u128, is_success: bool, doubted_until: Option<i64>) -> Lookup {
        Lookup {
            digest,
            is_success,
            doubted_until,
        }
    }

    fn ended(acknowledged: Option<u128>, doubt: Doubt, until: i64) -> (Key, Has) {
        let late = Late { doubt, until };
        (ONE, Has { acknowledged, late })
    }

    #[test]
    fn only_the_row_that_was_planned_last_is_the_last_word() {
        let mut pending = Pending::default();
        let nothing = Has::default();
        pending.planned(ONE, 1, nothing);
        pending.planned(ONE, 2, nothing);
        pending.ended(ONE, 1, verdict(11, true, None));
        assert_eq!(pending.take_ended(), [], "another is on its way");
        pending.ended(ONE, 2, verdict(22, true, None));
        assert_eq!(pending.take_ended(), [ended(Some(22), Doubt::None, 0)]);
        pending.planned(ONE, 3, nothing);
        pending.ended(ONE, 3, verdict(33, false, None));
        assert_eq!(pending.take_ended(), [ended(None, Doubt::None, 0)], "it failed");
    }

    #[test]
    fn what_is_not_written_yet_is_outdone_by_what_is_planned_next() {
        let mut pending = Pending::default();
        pending.planned(ONE, 1, Has::default());
        pending.ended(ONE, 1, verdict(11, true, None));
        pending.planned(ONE, 2, pending.has(ONE).unwrap());
        assert_eq!(pending.take_ended(), []);
        pending.ended(ONE, 2, verdict(22, false, None));
        pending.ended(ONE, 2, verdict(22, true, None));
        assert_eq!(pending.take_ended(), [ended(None, Doubt::None, 0)], "told twice");
    }

    #[test]
    fn who_was_sent_nothing_has_what_they_had() {
        let mut pending = Pending::default();
        let (_, before) = ended(Some(5), Doubt::None, 0);
        pending.planned(ONE, 1, before);
        pending.none_is_under_way();
        assert_eq!(pending.take_ended(), [(ONE, before)]);
        pending.planned(ONE, 1, before);
        pending.planned(ONE, 2, before);
        pending.ended(ONE, 1, verdict(11, false, None));
        pending.none_is_under_way();
        assert_eq!(pending.take_ended(), [ended(None, Doubt::None, 0)]);
    }

    #[test]
    fn doubt_outlasts_its_row() {
        let mut pending = Pending::default();
        pending.planned(ONE, 1, Has::default());
        pending.planned(ONE, 2, Has::default());
        pending.ended(ONE, 1, verdict(11, true, Some(60)));
        pending.ended(ONE, 2, verdict(22, true, None));
        let has = pending.has(ONE).unwrap();
        assert_eq!((has.late.doubt, has.late.until), (Doubt::One(11), 60));
        pending.planned(ONE, 3, has);
        pending.ended(ONE, 3, verdict(33, true, Some(50)));
        assert_eq!(pending.take_ended(), [ended(Some(33), Doubt::Several, 60)]);
        assert_eq!(pending.has(ONE), None);
    }
}
