//! Which respondents may still get a late update ([rule 3](crate::rules#rule-3)): the platform may apply a call that the
//! client has given up. Until then a command with other content has to wait, or the late call would
//! undo it. Pure.

use std::collections::{HashMap, VecDeque};

use tokio::time::Instant;

use crate::model::{Lane, SLOTS, UpdateRespondent};

/// Maximum number of lanes remembered, about 4 MiB. At the maximum no further row is taken until
/// the oldest is forgotten. A platform with this many calls in doubt within one `--timeout` is not
/// worth hurrying for.
const MAX_DOUBTS: usize = SLOTS as usize;

/// The lanes of attempts in doubt, each kept as long as its attempt may still be applied.
#[derive(Debug, Default)]
pub(in crate::send) struct Doubts {
    lanes: HashMap<Lane, Doubt>,
    /// When lanes may be forgotten, roughly in order. A lane that is in doubt again has several
    /// entries.
    ends: VecDeque<(Instant, Lane)>,
}

#[derive(Debug)]
struct Doubt {
    until: Instant,
    /// Digest of the content that may be applied late; `None` if it is more than one.
    said: Option<u128>,
    /// A row of the lane was [suspected](Doubts::suspect).
    suspected: bool,
}

impl Doubts {
    /// Records that a call of this command may be applied until `until`.
    pub(in crate::send) fn add(&mut self, update: &UpdateRespondent, until: Instant, now: Instant) {
        self.forget(now);
        let said = Some(update.content());
        let doubt = self.lanes.entry(update.lane()).or_insert(Doubt {
            until,
            said,
            suspected: false,
        });
        if doubt.until <= now {
            doubt.said = said;
        } else if doubt.said != said {
            doubt.said = None;
        }
        doubt.until = doubt.until.max(until);
        self.ends.push_back((until, update.lane()));
    }

    /// Records a row without a verdict from the earlier process, which may have made a call for it.
    /// Only the first such row of a respondent counts: at most one was in flight.
    pub(in crate::send) fn suspect(&mut self, update: &UpdateRespondent, until: Instant, now: Instant) {
        if self
            .lanes
            .get(&update.lane())
            .is_some_and(|doubt| doubt.suspected)
        {
            return;
        }
        self.add(update, until, now);
        if let Some(doubt) = self.lanes.get_mut(&update.lane()) {
            doubt.suspected = true;
        }
    }

    /// Returns until when the command has to wait, because a late call with other content could
    /// undo it.
    pub(in crate::send) fn holds(&self, update: &UpdateRespondent, now: Instant) -> Option<Instant> {
        let doubt = self.lanes.get(&update.lane())?;
        let undoes = doubt.until > now && doubt.said != Some(update.content());
        undoes.then_some(doubt.until)
    }

    /// Forgets doubts that are over.
    pub(in crate::send) fn forget(&mut self, now: Instant) {
        while let Some((end, lane)) = self.ends.front().copied()
            && end <= now
        {
            self.ends.pop_front();
            if self.lanes.get(&lane).is_some_and(|doubt| doubt.until <= now) {
                self.lanes.remove(&lane);
            }
        }
    }

    /// Returns when there is room for further lanes; `None` if there is room now.
    pub(in crate::send) fn full_until(&self) -> Option<Instant> {
        let (end, _) = self.ends.front()?;
        (self.ends.len() >= MAX_DOUBTS).then_some(*end)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{Digits, Label};

    fn update(id: &str, value: &str) -> UpdateRespondent {
        let label: Label = "l1".parse().unwrap();
        UpdateRespondent::new(
            Digits::new("1").unwrap(),
            Digits::new(id).unwrap(),
            [(label, value)].into_iter(),
        )
    }

    #[tokio::test(start_paused = true)]
    async fn other_content_waits_until_the_late_call_is_out_of_the_question() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut doubts = Doubts::default();
        doubts.add(&update("7", "A"), at(30), start);
        assert_eq!(doubts.holds(&update("7", "A"), at(1)), None, "it says the same");
        assert_eq!(doubts.holds(&update("7", "B"), at(1)), Some(at(30)));
        assert_eq!(doubts.holds(&update("8", "B"), at(1)), None, "somebody else");
        doubts.add(&update("7", "A"), at(40), at(10));
        assert_eq!(
            doubts.holds(&update("7", "B"), at(30)),
            Some(at(40)),
            "the last counts"
        );
        assert_eq!(doubts.holds(&update("7", "B"), at(40)), None);
        doubts.forget(at(40));
        assert!(doubts.lanes.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn only_the_first_row_of_a_respondent_is_suspected() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut doubts = Doubts::default();
        doubts.suspect(&update("7", "A"), at(30), start);
        doubts.suspect(&update("7", "B"), at(30), at(1));
        assert_eq!(doubts.holds(&update("7", "A"), at(2)), None, "B waits for A");
        assert_eq!(doubts.holds(&update("7", "B"), at(2)), Some(at(30)));
        // An attempt in doubt that has a verdict in the journal does not hide the one that was in
        // flight.
        doubts.add(&update("8", "A"), at(5), start);
        doubts.suspect(&update("8", "B"), at(30), start);
        assert_eq!(doubts.holds(&update("8", "C"), at(6)), Some(at(30)));
    }

    #[tokio::test(start_paused = true)]
    async fn where_several_things_may_come_late_everything_waits() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut doubts = Doubts::default();
        doubts.add(&update("7", "A"), at(30), start);
        doubts.add(&update("7", "B"), at(20), start);
        for value in ["A", "B", "C"] {
            assert_eq!(doubts.holds(&update("7", value), at(1)), Some(at(30)), "{value}");
        }
        doubts.add(&update("7", "C"), at(60), at(31));
        assert_eq!(
            doubts.holds(&update("7", "C"), at(32)),
            None,
            "the others are over"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_over_is_forgotten_and_there_is_an_end_to_what_is_remembered() {
        let start = Instant::now();
        let until = start + Duration::from_secs(30);
        let mut doubts = Doubts::default();
        for id in 0..MAX_DOUBTS {
            assert_eq!(doubts.full_until(), None);
            doubts.add(&update(&id.to_string(), "A"), until, start);
        }
        assert_eq!(doubts.full_until(), Some(until));
        doubts.forget(until);
        assert_eq!((doubts.lanes.len(), doubts.full_until()), (0, None));
    }
}
