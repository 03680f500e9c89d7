//! Acknowledged commands. One of them is repeated to find out whether the rows themselves caused a
//! streak of faults ([rule 8](crate::rules#rule-8)). Pure; `send/dispatch/control.rs` decides when that is done.

use std::collections::VecDeque;

use crate::model::{Lane, UpdateRespondent};

/// Maximum number of this run's acknowledged commands kept. More than one is needed: the latest may
/// have a call in flight, or be refused by now.
const MAX_ACKNOWLEDGED: usize = 8;

/// Maximum number of commands moved back for lack of an answer before the next one keeps its place.
/// Each repetition reverts what was edited on the platform meanwhile.
const MAX_DEFERRED: u32 = 2;

/// Commands that can be repeated without changing anything: nothing else was sent to their
/// respondents since.
#[derive(Debug, Default)]
pub(in crate::send) struct Controls {
    /// Commands acknowledged in this run, the latest last.
    acknowledged: VecDeque<UpdateRespondent>,
    /// Commands acknowledged in earlier runs that a row of this input repeats.
    known: Vec<UpdateRespondent>,
    /// Number of commands in a row that got no answer.
    deferred: u32,
}

impl Controls {
    /// Creates the set from commands of earlier runs.
    pub(in crate::send) fn new(known: Vec<UpdateRespondent>) -> Self {
        Self {
            acknowledged: VecDeque::with_capacity(MAX_ACKNOWLEDGED),
            known,
            deferred: 0,
        }
    }

    /// Adds a command that the platform has acknowledged.
    pub(in crate::send) fn acknowledge(&mut self, update: &UpdateRespondent) {
        self.deferred = 0;
        if self.acknowledged.len() == MAX_ACKNOWLEDGED {
            self.acknowledged.pop_front();
        }
        self.acknowledged.push_back(update.clone());
    }

    /// Removes this respondent's commands: something else is sent to them, or their command is no
    /// longer acknowledged.
    pub(in crate::send) fn forget(&mut self, lane: Lane) {
        let stays = |update: &UpdateRespondent| update.lane() != lane;
        if !self.acknowledged.iter().all(stays) {
            self.acknowledged.retain(stays);
        }
        if !self.known.iter().all(stays) {
            self.known.retain(stays);
        }
    }

    /// Moves this respondent's command behind all others, because its repetition got no answer,
    /// perhaps for a reason of its own. After [`MAX_DEFERRED`] of them the next keeps its place: by
    /// then it is the platform that does not answer.
    pub(in crate::send) fn defer(&mut self, lane: Lane) {
        if self.deferred == MAX_DEFERRED {
            return;
        }
        self.deferred += 1;
        let mut deferred = Vec::new();
        self.acknowledged.retain(|update| {
            let stays = update.lane() != lane;
            deferred.extend((!stays).then(|| update.clone()));
            stays
        });
        let at = self.known.iter().position(|update| update.lane() == lane);
        deferred.extend(at.map(|at| self.known.remove(at)));
        self.known.extend(deferred);
    }

    /// Removes all commands.
    pub(in crate::send) fn clear(&mut self) {
        self.acknowledged.clear();
        self.known.clear();
    }

    /// Whether the acknowledged command is one of this run.
    pub(in crate::send) fn is_of_this_run(&self, lane: Lane) -> bool {
        self.acknowledged.iter().any(|update| update.lane() == lane)
    }

    /// Returns the command to repeat: this run's latest, otherwise one of an earlier run. Skips
    /// respondents that are `busy`.
    pub(in crate::send) fn pick(&self, busy: impl Fn(Lane) -> bool) -> Option<&UpdateRespondent> {
        let latest_first = self.acknowledged.iter().rev();
        latest_first
            .chain(&self.known)
            .find(|update| !busy(update.lane()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Digits, Label};

    fn update(id: usize) -> UpdateRespondent {
        let label: Label = "l1".parse().unwrap();
        UpdateRespondent::new(
            Digits::new("1").unwrap(),
            Digits::new(&id.to_string()).unwrap(),
            [(label, "x")].into_iter(),
        )
    }

    #[test]
    fn the_latest_of_this_run_is_repeated_and_else_one_of_an_earlier_run() {
        let mut controls = Controls::new(vec![update(1), update(2)]);
        let pick = |controls: &Controls, busy: usize| {
            let busy = update(busy).lane();
            controls
                .pick(|lane| lane == busy)
                .map(|found| found.respondent().to_owned())
        };
        assert_eq!(pick(&controls, 1).as_deref(), Some("2"));
        for id in 10..30 {
            controls.acknowledge(&update(id));
        }
        assert_eq!(pick(&controls, 0).as_deref(), Some("29"));
        assert_eq!(
            pick(&controls, 29).as_deref(),
            Some("28"),
            "that one has a call under way"
        );
        for id in 20..30 {
            controls.forget(update(id).lane());
        }
        assert_eq!(
            pick(&controls, 0).as_deref(),
            Some("1"),
            "only the latest eight are kept"
        );
        controls.forget(update(1).lane());
        controls.forget(update(2).lane());
        assert_eq!(pick(&controls, 0), None);
    }

    #[test]
    fn a_command_without_an_answer_comes_after_all_others_but_not_ever_more_are_repeated() {
        let mut controls = Controls::new(vec![update(1), update(2)]);
        controls.acknowledge(&update(10));
        controls.acknowledge(&update(11));
        let mut order = Vec::new();
        for _ in 0..5 {
            if order.len() == 4 {
                controls.acknowledge(&update(12));
            }
            let picked = controls.pick(|_| false).unwrap().clone();
            order.push(picked.respondent().to_owned());
            controls.defer(picked.lane());
        }
        assert_eq!(order, ["11", "10", "1", "1", "12"]);
    }
}
