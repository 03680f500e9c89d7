//! Which row is sent next: due retries and new rows take turns, so that neither waits for the end of the other, and in each
//! lane one row at a time. Pure; when there is room and a token for it is the dispatcher's business.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

use super::lanes::Lanes;
use crate::model::{Lane, Position, SLOTS, UpdateRespondent};
use crate::send::deliver::Delivery;
use crate::send::faults::doubts::Doubts;

/// The rows that have a slot and are not in flight.
#[derive(Debug)]
pub(in crate::send) struct Queue {
    lanes: Lanes<Box<Delivery>>,
    /// Has its lane, was never tried.
    new: VecDeque<Box<Delivery>>,
    /// Has its lane, was tried, waits until then; the row's sequence tells apart what is due at the same time.
    retries: BTreeMap<(Instant, u64), Box<Delivery>>,
    /// Has its lane, was never tried, and waits until a late call to its respondent is out of the question.
    held: BTreeMap<(Instant, u64), Box<Delivery>>,
    /// The last row that was taken was a retry.
    took_retry: bool,
    doubts: Doubts,
    /// For how long after its end an attempt in doubt may still be applied.
    late: Duration,
    resumed: Option<Resumed>,
}

/// Where a run is resumed, calls of the process before may still be applied.
#[derive(Debug)]
struct Resumed {
    until: Instant,
    /// How many of the next rows may be among those that were in flight: no more than had a place in the window.
    suspects: u32,
}

impl Queue {
    /// `late` is for how long after its end an attempt in doubt may still be applied; `resumed` says that another process
    /// may have made calls for these rows a moment ago.
    pub(in crate::send) fn new(late: Duration, resumed: bool, now: Instant) -> Self {
        Self {
            lanes: Lanes::default(),
            new: VecDeque::new(),
            retries: BTreeMap::new(),
            held: BTreeMap::new(),
            took_retry: false,
            doubts: Doubts::default(),
            late,
            resumed: resumed.then(|| Resumed {
                until: after(now, late),
                suspects: SLOTS,
            }),
        }
    }

    /// A new row goes behind those of its respondent, or is ready, or waits for a late call.
    pub(in crate::send) fn enter(&mut self, delivery: Box<Delivery>, now: Instant) {
        if let Some(resumed) = self.resumed.as_mut().filter(|resumed| resumed.until > now)
            && resumed.suspects > 0
        {
            resumed.suspects -= 1;
            self.doubts.suspect(delivery.update(), resumed.until, now);
        }
        if let Some(first) = self.lanes.enter(delivery.update().lane(), delivery) {
            self.ready(first, now);
        }
    }

    /// An attempt of this command has ended without saying whether it was, or will be, applied.
    pub(in crate::send) fn doubt(&mut self, update: &UpdateRespondent, now: Instant) {
        self.doubts.add(update, after(now, self.late), now);
    }

    /// A row of a process before, whose last attempt ended so long ago, may still be applied.
    pub(in crate::send) fn doubt_since(&mut self, update: &UpdateRespondent, ago: Duration, now: Instant) {
        if let Some(left) = self.late.checked_sub(ago).filter(|left| !left.is_zero()) {
            self.doubts.add(update, after(now, left), now);
        }
    }

    /// Makes ready what has waited for long enough, and forgets what is over.
    pub(in crate::send) fn release(&mut self, now: Instant) {
        self.doubts.forget(now);
        while let Some(first) = self.held.first_entry()
            && first.key().0 <= now
        {
            let delivery = first.remove();
            // A doubt that was added meanwhile counts as well.
            self.ready(delivery, now);
        }
    }

    /// When [`Queue::release`] has something to do that somebody waits for.
    pub(in crate::send) fn releases_at(&self) -> Option<Instant> {
        let held = self.held.first_key_value().map(|(&(until, _), _)| until);
        [held, self.doubts.full_until()].into_iter().flatten().min()
    }

    /// Whether no further row may be taken, since too many calls are in doubt.
    pub(in crate::send) fn is_full(&self) -> bool {
        self.doubts.full_until().is_some()
    }

    fn ready(&mut self, delivery: Box<Delivery>, now: Instant) {
        match self.doubts.holds(delivery.update(), now) {
            Some(until) => drop(self.held.insert((until, delivery.sequence()), delivery)),
            None => self.new.push_back(delivery),
        }
    }

    /// A row that was tried keeps its lane and waits.
    pub(in crate::send) fn retry_at(&mut self, due: Instant, delivery: Box<Delivery>) {
        self.retries.insert((due, delivery.sequence()), delivery);
    }

    /// The row that had this lane has its outcome: the next one of it is ready.
    pub(in crate::send) fn leave(&mut self, lane: Lane, now: Instant) {
        if let Some(next) = self.lanes.leave(lane) {
            self.ready(next, now);
        }
    }

    /// Whether a row of this respondent is under way.
    pub(in crate::send) fn is_taken(&self, lane: Lane) -> bool {
        self.lanes.is_taken(lane)
    }

    /// Whether a row is ready that was never tried.
    pub(in crate::send) fn has_new(&self) -> bool {
        !self.new.is_empty()
    }

    /// How many rows wait for a retry, if others that were never tried wait behind some of them, or for a late call.
    pub(in crate::send) fn heads_of_waiting(&self) -> Option<usize> {
        (self.lanes.has_waiting() || !self.held.is_empty()).then_some(self.retries.len())
    }

    /// Whether any row could be sent now.
    pub(in crate::send) fn has_next(&self, now: Instant) -> bool {
        self.has_new() || self.next_due().is_some_and(|due| due <= now)
    }

    /// When the next retry is due.
    pub(in crate::send) fn next_due(&self) -> Option<Instant> {
        self.retries.first_key_value().map(|(&(due, _), _)| due)
    }

    /// Whether the row to be sent now is a retry.
    fn is_retrys_turn(&self, now: Instant) -> bool {
        let is_due = self.next_due().is_some_and(|due| due <= now);
        is_due && (self.new.is_empty() || !self.took_retry)
    }

    /// The row to be sent now.
    pub(in crate::send) fn peek_next(&self, now: Instant) -> Option<&Delivery> {
        let next = if self.is_retrys_turn(now) {
            self.retries.first_key_value().map(|(_, delivery)| delivery)
        } else {
            self.new.front()
        };
        next.map(|delivery| &**delivery)
    }

    /// The row to be sent now, which keeps its lane.
    pub(in crate::send) fn take_next(&mut self, now: Instant) -> Option<Box<Delivery>> {
        self.took_retry = self.is_retrys_turn(now);
        if self.took_retry {
            self.retries.pop_first().map(|(_, delivery)| delivery)
        } else {
            self.new.pop_front()
        }
    }

    /// Where the rows stand that wait for a retry or for a late call.
    pub(in crate::send) fn waiting(&self) -> impl Iterator<Item = Position> + '_ {
        let waiting = self.retries.values().chain(self.held.values());
        waiting.map(|delivery| delivery.position())
    }

    /// The row for a probe, which keeps its lane: one that was never tried, else of those that wait the one with the
    /// fewest attempts.
    pub(in crate::send) fn take_probe(&mut self) -> Option<Box<Delivery>> {
        if let Some(untried) = self.new.pop_front() {
            return Some(untried);
        }
        let fewest = self
            .retries
            .iter()
            .min_by_key(|(_, delivery)| delivery.attempts());
        let at = fewest.map(|(at, _)| *at)?;
        self.retries.remove(&at)
    }

    /// A row whose call could not be sent is as ready as it was.
    pub(in crate::send) fn put_back(&mut self, now: Instant, delivery: Box<Delivery>) {
        if delivery.attempts() == 0 {
            self.new.push_front(delivery);
        } else {
            self.retry_at(now, delivery);
        }
    }

    /// All rows that wait for a retry, for a run that ends.
    pub(in crate::send) fn take_retries(&mut self) -> impl Iterator<Item = Box<Delivery>> + use<> {
        std::mem::take(&mut self.retries).into_values()
    }

    /// All rows that were never tried, for a run that ends.
    pub(in crate::send) fn take_untried(&mut self) -> impl Iterator<Item = Box<Delivery>> + use<> {
        std::mem::take(&mut self.new)
            .into_iter()
            .chain(std::mem::take(&mut self.held).into_values())
            .chain(self.lanes.take_waiting())
    }

    /// Whether there is a row for a probe. One that waits for a late call is none.
    pub(in crate::send) fn has_probe(&self) -> bool {
        !self.new.is_empty() || !self.retries.is_empty()
    }

    /// No row is ready or waits. Those behind another in a lane do not count: that one is ready, waits or is in flight.
    pub(in crate::send) fn is_empty(&self) -> bool {
        !self.has_probe() && self.held.is_empty()
    }
}

/// So long after now; one that is out of range is as far away as can be counted.
fn after(now: Instant, time: Duration) -> Instant {
    const FAR: Duration = Duration::from_hours(24 * 365);
    now.checked_add(time).unwrap_or(now + FAR)
}
