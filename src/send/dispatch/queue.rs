//! Which row is sent next. Due retries and new rows alternate, so that neither has to wait for the
//! other to run out; each lane has one row at a time. Pure: the dispatcher decides when a permit
//! and a token are available.

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
    /// Rows that hold their lane and were never tried.
    new: VecDeque<Box<Delivery>>,
    /// Rows that hold their lane, were tried and wait until the given time. The row's sequence
    /// distinguishes entries of the same time.
    retries: BTreeMap<(Instant, u64), Box<Delivery>>,
    /// Rows that hold their lane, were never tried, and wait until a late call to their respondent
    /// is no longer possible.
    held: BTreeMap<(Instant, u64), Box<Delivery>>,
    /// Whether the last row taken was a retry.
    took_retry: bool,
    doubts: Doubts,
    /// How long after its end an attempt in doubt may still be applied.
    late: Duration,
    resumed: Option<Resumed>,
}

/// A resumed run: calls of the earlier process may still be applied.
#[derive(Debug)]
struct Resumed {
    /// When no such call can be applied any more.
    until: Instant,
    /// How many of the next rows may have been in flight: at most as many as fit the window.
    suspects: u32,
}

impl Queue {
    /// Creates an empty queue. `late` is how long after its end an attempt in doubt may still be
    /// applied; `resumed` says that another process may have made calls for these rows a moment
    /// ago.
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

    /// Adds a new row: behind those of its respondent, ready, or waiting for a late call.
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

    /// Records that an attempt of this command ended without a definite answer: it may be applied,
    /// now or later.
    pub(in crate::send) fn doubt(&mut self, update: &UpdateRespondent, now: Instant) {
        self.doubts.add(update, after(now, self.late), now);
    }

    /// Records that a row's last attempt in an earlier process ended this long `ago` and may still
    /// be applied.
    pub(in crate::send) fn doubt_since(&mut self, update: &UpdateRespondent, ago: Duration, now: Instant) {
        if let Some(left) = self.late.checked_sub(ago).filter(|left| !left.is_zero()) {
            self.doubts.add(update, after(now, left), now);
        }
    }

    /// Makes rows ready that have waited long enough, and forgets doubts that are over.
    pub(in crate::send) fn release(&mut self, now: Instant) {
        self.doubts.forget(now);
        while let Some(first) = self.held.first_entry()
            && first.key().0 <= now
        {
            let delivery = first.remove();
            // A doubt added meanwhile counts as well.
            self.ready(delivery, now);
        }
    }

    /// Returns when [`Queue::release`] has something to do that a row waits for.
    pub(in crate::send) fn releases_at(&self) -> Option<Instant> {
        let held = self.held.first_key_value().map(|(&(until, _), _)| until);
        [held, self.doubts.full_until()].into_iter().flatten().min()
    }

    /// Whether no further row may be taken, because too many calls are in doubt.
    pub(in crate::send) fn is_full(&self) -> bool {
        self.doubts.full_until().is_some()
    }

    fn ready(&mut self, delivery: Box<Delivery>, now: Instant) {
        match self.doubts.holds(delivery.update(), now) {
            Some(until) => drop(self.held.insert((until, delivery.sequence()), delivery)),
            None => self.new.push_back(delivery),
        }
    }

    /// Queues a row that was tried. It keeps its lane.
    pub(in crate::send) fn retry_at(&mut self, due: Instant, delivery: Box<Delivery>) {
        self.retries.insert((due, delivery.sequence()), delivery);
    }

    /// Releases the lane of a row that has its outcome; the next row of the lane becomes ready.
    pub(in crate::send) fn leave(&mut self, lane: Lane, now: Instant) {
        if let Some(next) = self.lanes.leave(lane) {
            self.ready(next, now);
        }
    }

    /// Whether a row of this respondent holds the lane.
    pub(in crate::send) fn is_taken(&self, lane: Lane) -> bool {
        self.lanes.is_taken(lane)
    }

    /// Whether a row is ready that was never tried.
    pub(in crate::send) fn has_new(&self) -> bool {
        !self.new.is_empty()
    }

    /// Returns the number of rows waiting for a retry, if untried rows wait behind some of them or
    /// for a late call.
    pub(in crate::send) fn heads_of_waiting(&self) -> Option<usize> {
        (self.lanes.has_waiting() || !self.held.is_empty()).then_some(self.retries.len())
    }

    /// Whether any row could be sent now.
    pub(in crate::send) fn has_next(&self, now: Instant) -> bool {
        self.has_new() || self.next_due().is_some_and(|due| due <= now)
    }

    /// Returns when the next retry is due.
    pub(in crate::send) fn next_due(&self) -> Option<Instant> {
        self.retries.first_key_value().map(|(&(due, _), _)| due)
    }

    /// Whether the next row to send is a retry.
    fn is_retrys_turn(&self, now: Instant) -> bool {
        let is_due = self.next_due().is_some_and(|due| due <= now);
        is_due && (self.new.is_empty() || !self.took_retry)
    }

    /// Returns the row to send now.
    pub(in crate::send) fn peek_next(&self, now: Instant) -> Option<&Delivery> {
        let next = if self.is_retrys_turn(now) {
            self.retries.first_key_value().map(|(_, delivery)| delivery)
        } else {
            self.new.front()
        };
        next.map(|delivery| &**delivery)
    }

    /// Takes the row to send now. It keeps its lane.
    pub(in crate::send) fn take_next(&mut self, now: Instant) -> Option<Box<Delivery>> {
        self.took_retry = self.is_retrys_turn(now);
        if self.took_retry {
            self.retries.pop_first().map(|(_, delivery)| delivery)
        } else {
            self.new.pop_front()
        }
    }

    /// Returns the positions of the rows that wait for a retry or for a late call.
    pub(in crate::send) fn waiting(&self) -> impl Iterator<Item = Position> + '_ {
        let waiting = self.retries.values().chain(self.held.values());
        waiting.map(|delivery| delivery.position())
    }

    /// Takes the row for a probe, which keeps its lane: a row that was never tried, otherwise the
    /// waiting row with the fewest attempts.
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

    /// Puts back a row whose call could not be sent, as ready as before.
    pub(in crate::send) fn put_back(&mut self, now: Instant, delivery: Box<Delivery>) {
        if delivery.attempts() == 0 {
            self.new.push_front(delivery);
        } else {
            self.retry_at(now, delivery);
        }
    }

    /// Takes all rows that wait for a retry, because the run ends.
    pub(in crate::send) fn take_retries(&mut self) -> impl Iterator<Item = Box<Delivery>> + use<> {
        std::mem::take(&mut self.retries).into_values()
    }

    /// Takes all rows that were never tried, because the run ends.
    pub(in crate::send) fn take_untried(&mut self) -> impl Iterator<Item = Box<Delivery>> + use<> {
        std::mem::take(&mut self.new)
            .into_iter()
            .chain(std::mem::take(&mut self.held).into_values())
            .chain(self.lanes.take_waiting())
    }

    /// Whether there is a row for a probe. A row that waits for a late call is not one.
    pub(in crate::send) fn has_probe(&self) -> bool {
        !self.new.is_empty() || !self.retries.is_empty()
    }

    /// Whether no row is ready or waits. Rows behind another in a lane do not count: that one is
    /// ready, waits or is in flight.
    pub(in crate::send) fn is_empty(&self) -> bool {
        !self.has_probe() && self.held.is_empty()
    }
}

/// Adds `time` to `now`. A result out of range becomes a year from now.
fn after(now: Instant, time: Duration) -> Instant {
    const FAR: Duration = Duration::from_hours(24 * 365);
    now.checked_add(time).unwrap_or(now + FAR)
}
