//! Which attempt starts, and when: the permits in their order. Waits for nothing; where one is missing, the loop is told
//! when to ask again.

use jiff::Timestamp;
use tokio::sync::SemaphorePermit;
use tokio::time::Instant;

use super::{Dispatcher, WORTH_TELLING};
use crate::model::{Outcome, Plan, PlannedRow};
use crate::send::UNRECORDED;
use crate::send::attempt::Transport;
use crate::send::deliver::Delivery;
use crate::send::outage::{Gate, Untried};

impl<T: Transport> Dispatcher<T> {
    /// Starts every attempt that may start now, and remembers when the next one may.
    pub(super) fn start_attempts(&mut self) {
        self.stop_for(self.outage.expired(Instant::now()));
        self.wake = self.stop.as_ref().map(|(_, until)| *until);
        self.wants_room = false;
        while self.stop.is_none() && self.calls.len() < self.limit.limit() {
            if self.wires.room.unrecorded.available_permits() <= self.unneeded() {
                // Remembered, and not asked again later: the recorder is another thread.
                self.wants_room = true;
                break;
            }
            self.admit_until_ready();
            let now = Instant::now();
            let gate = self.outage.gate(now, self.untried());
            if let Err(until) = self.may_start(gate, now) {
                self.wake = until;
                break;
            }
            let next = match gate {
                Gate::Probe => self.queue.take_probe(),
                _ => self.queue.take_next(now),
            };
            if let Some(delivery) = next {
                self.start_attempt(delivery, gate, now);
            }
        }
        let gives_up = self.outage.gives_up_at().filter(|_| self.stop.is_none());
        let tells = self.look_at_window(Instant::now());
        self.wake = [self.wake, gives_up, tells].into_iter().flatten().min();
    }

    /// A window that is full for long is told of, with the row that the others wait for. Returns when to look again.
    fn look_at_window(&mut self, now: Instant) -> Option<Instant> {
        if !self.wants_rows() || self.next_fits() != Some(false) || self.outage.is_paused() {
            self.window_full = None;
            return None;
        }
        let (since, told) = *self.window_full.get_or_insert((now, false));
        if told {
            return None;
        }
        if now < since + WORTH_TELLING {
            return Some(since + WORTH_TELLING);
        }
        self.window_full = Some((since, true));
        let in_flight = self.in_flight.values().map(|delivery| delivery.position());
        if let Some(first) = in_flight
            .chain(self.queue.waiting())
            .min_by_key(|position| position.row)
        {
            tracing::info!(
                event = "window_full",
                "{first} has no verdict yet, and the rows behind it that wait for its line take all the room there is: no \
                 more are read until then"
            );
        }
        None
    }

    /// Whether an attempt may start now; if not, when to ask again, unless something happens before. Takes the rate's
    /// token, last of all.
    fn may_start(&mut self, gate: Gate, now: Instant) -> Result<(), Option<Instant>> {
        match gate {
            Gate::Closed(until) => return Err(Some(until)),
            Gate::Open if !self.queue.has_next(now) => return Err(self.queue.next_due()),
            Gate::Probe if self.queue.is_empty() => return Err(None),
            Gate::Open | Gate::Probe => {}
        }
        if let Some(until) = self.limit.alone_until(now) {
            return Err(Some(until));
        }
        if let Some(until) = self.hold_off.filter(|&until| until > now) {
            return Err(Some(until));
        }
        if let Some(until) = self.slowdown.wait_until(now) {
            return Err(Some(until));
        }
        self.limiter.try_take(now).map_err(Some)
    }

    fn start_attempt(&mut self, mut delivery: Box<Delivery>, gate: Gate, now: Instant) {
        // There is one, since it was asked for above and nobody else takes any.
        let place = self.wires.room.unrecorded.try_acquire();
        place.map(SemaphorePermit::forget).ok();
        if gate == Gate::Probe {
            self.outage.probe_started(delivery.position().row);
        } else if self.tells_of_waiting {
            self.tells_of_waiting = false;
            self.wires.waiting.send_replace(None);
        }
        self.meter.start(now);
        self.slowdown.started(now);
        self.retried += u64::from(delivery.attempts() > 0);
        delivery.start_attempt(now);
        let call = self.calls.spawn(self.transport.attempt(delivery.update()));
        self.in_flight.insert(call.id(), delivery);
        self.limit.started(self.calls.len(), now);
        self.most_in_flight = self.most_in_flight.max(self.calls.len());
    }

    /// Places for unrecorded calls that stay free, since fewer calls are in flight than could ever be.
    pub(super) fn unneeded(&self) -> usize {
        UNRECORDED * (self.settings.concurrency.most() - self.limit.limit())
    }

    /// Rows are only taken when none is ready: whoever is taken uses the window's room.
    pub(super) fn wants_rows(&self) -> bool {
        self.stop.is_none() && !self.queue.has_new()
    }

    /// Which rows remain, or may come, that were never tried. One for which the window has no room cannot be tried before
    /// those that have it are settled.
    pub(super) fn untried(&self) -> Untried {
        let may_come = self.next_fits().unwrap_or(!self.plans_ended);
        Untried {
            ready: self.queue.has_new() || may_come,
            behind: self.queue.heads_of_waiting(),
        }
    }

    /// Whether the window has room for the next row; nothing where none is here.
    fn next_fits(&self) -> Option<bool> {
        let room = self.wires.room.slots.available_permits();
        self.batch.front().map(|next| room >= next.slots() as usize)
    }

    /// Takes rows from the batch as long as there are slots, until one is ready.
    fn admit_until_ready(&mut self) {
        while self.wants_rows()
            && let Some(slots) = self.batch.front().map(PlannedRow::slots)
            && self
                .wires
                .room
                .slots
                .try_acquire_many(slots)
                .map(SemaphorePermit::forget)
                .is_ok()
        {
            self.admit_next();
        }
    }

    /// A row that has its slot goes to its lane, or is finished if it makes no call.
    pub(super) fn admit_next(&mut self) {
        let Some(row) = self.batch.pop_front() else { return };
        let update = match &row.plan {
            Plan::Send(update) if row.settled.is_none() => update.clone(),
            _ => {
                self.finished.extend(Outcome::without_call(row, Timestamp::now()));
                return;
            }
        };
        let backoff = self.settings.retry.backoff(self.chance.fork());
        self.queue.enter(Box::new(Delivery::new(row, update, backoff)));
    }
}
