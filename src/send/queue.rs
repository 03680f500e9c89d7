//! Which row is sent next: due retries before new rows, and in each lane one row at a time. Pure; when there is room
//! and a token for it is the dispatcher's business.

use std::collections::{BTreeMap, VecDeque};

use tokio::time::Instant;

use super::deliver::Delivery;
use super::lanes::Lanes;
use crate::model::{Lane, Position};

/// The rows that have a slot and are not in flight.
#[derive(Debug, Default)]
pub(super) struct Queue {
    lanes: Lanes<Box<Delivery>>,
    /// Has its lane, was never tried.
    new: VecDeque<Box<Delivery>>,
    /// Has its lane, was tried, waits until then; the row's sequence tells apart what is due at the same time.
    retries: BTreeMap<(Instant, u64), Box<Delivery>>,
}

impl Queue {
    /// A new row goes behind those of its respondent, or is ready.
    pub(super) fn enter(&mut self, delivery: Box<Delivery>) {
        self.new
            .extend(self.lanes.enter(delivery.update().lane(), delivery));
    }

    /// A row that was tried keeps its lane and waits.
    pub(super) fn retry_at(&mut self, due: Instant, delivery: Box<Delivery>) {
        self.retries.insert((due, delivery.sequence()), delivery);
    }

    /// The row that had this lane has its outcome: the next one of it is ready.
    pub(super) fn leave(&mut self, lane: Lane) {
        self.new.extend(self.lanes.leave(lane));
    }

    /// Whether a row is ready that was never tried.
    pub(super) fn has_new(&self) -> bool {
        !self.new.is_empty()
    }

    /// How many rows wait for a retry, if others that were never tried wait behind some of them.
    pub(super) fn heads_of_waiting(&self) -> Option<usize> {
        self.lanes.has_waiting().then_some(self.retries.len())
    }

    /// Whether any row could be sent now.
    pub(super) fn has_next(&self, now: Instant) -> bool {
        self.has_new() || self.next_due().is_some_and(|due| due <= now)
    }

    /// When the next retry is due.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.retries.first_key_value().map(|(&(due, _), _)| due)
    }

    /// The row to be sent now.
    pub(super) fn peek_next(&self, now: Instant) -> Option<&Delivery> {
        match self.retries.first_key_value() {
            Some((&(due, _), delivery)) if due <= now => Some(delivery),
            _ => self.new.front().map(|delivery| &**delivery),
        }
    }

    /// The row to be sent now, which keeps its lane.
    pub(super) fn take_next(&mut self, now: Instant) -> Option<Box<Delivery>> {
        match self.next_due() {
            Some(due) if due <= now => self.retries.pop_first().map(|(_, delivery)| delivery),
            _ => self.new.pop_front(),
        }
    }

    /// Where the rows stand that wait for a retry.
    pub(super) fn waiting(&self) -> impl Iterator<Item = Position> + '_ {
        self.retries.values().map(|delivery| delivery.position())
    }

    /// The row for a probe, which keeps its lane: one that was never tried, else of those that wait the one with the
    /// fewest attempts.
    pub(super) fn take_probe(&mut self) -> Option<Box<Delivery>> {
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
    pub(super) fn put_back(&mut self, now: Instant, delivery: Box<Delivery>) {
        if delivery.attempts() == 0 {
            self.new.push_front(delivery);
        } else {
            self.retry_at(now, delivery);
        }
    }

    /// All rows that wait for a retry, for a run that ends.
    pub(super) fn take_retries(&mut self) -> impl Iterator<Item = Box<Delivery>> + use<> {
        std::mem::take(&mut self.retries).into_values()
    }

    /// All rows that were never tried, for a run that ends.
    pub(super) fn take_untried(&mut self) -> impl Iterator<Item = Box<Delivery>> + use<> {
        std::mem::take(&mut self.new)
            .into_iter()
            .chain(self.lanes.take_waiting())
    }

    /// No row is ready or waits. Those behind another in a lane do not count: that one is ready, waits or is in flight.
    pub(super) fn is_empty(&self) -> bool {
        self.new.is_empty() && self.retries.is_empty()
    }
}
