//! Which attempt starts, and when: takes the permits in their order. The loop does all waiting;
//! where a permit is missing, it gets the time to ask again.

use jiff::Timestamp;
use tokio::sync::SemaphorePermit;
use tokio::task::Id;
use tokio::time::Instant;

use super::{Call, Dispatcher, WORTH_TELLING};
use crate::model::{Outcome, Plan, PlannedRow, Settled, UpdateRespondent};
use crate::send::UNRECORDED;
use crate::send::attempt::Transport;
use crate::send::deliver::Delivery;
use crate::send::faults::outage::{Gate, Untried};
use crate::send::pace::rate_limit::Token;
use crate::send::wire::permit::Wire;

impl<T: Transport> Dispatcher<T> {
    /// Starts every attempt that may start now, and sets when to look again.
    pub(super) fn start_attempts(&mut self) {
        let now = Instant::now();
        self.queue.release(now);
        self.stop_for(self.outage.expired(now));
        self.wants_room = false;
        self.wake = if let Some((_, until)) = &self.stop {
            Some(*until)
        } else {
            // Calls with open connections first.
            let wakes = [
                self.grant_standing(now),
                self.ask(),
                self.start_calls(),
                self.outage.gives_up_at(),
                self.queue.releases_at(),
            ];
            wakes.into_iter().flatten().min()
        };
        let tells = self.look_at_window(Instant::now());
        let ends = self.stop.as_ref().map(|(_, until)| *until);
        self.wake = [self.wake, tells, ends].into_iter().flatten().min();
    }

    /// Starts calls as long as places, rows and connections are available. Returns when to ask
    /// again, unless something happens first.
    fn start_calls(&mut self) -> Option<Instant> {
        while self.may_start_rows() {
            if self.wires.room.unrecorded.available_permits() <= self.unneeded() {
                // Set here and not queried again later: the recorder is another thread.
                self.wants_room = true;
                return None;
            }
            self.admit_until_ready();
            let now = Instant::now();
            let has_control = self.outage.is_paused() && self.has_control();
            let gate = self.outage.gate(now, self.untried(), has_control);
            match gate {
                Gate::Closed(until) => return Some(until),
                Gate::Open if !self.queue.has_next(now) => return self.queue.next_due(),
                Gate::Probe if self.outage.is_silent() && has_control => {
                    return self.start_control(true, now).err().flatten();
                }
                Gate::Probe if !self.queue.has_probe() => return None,
                Gate::Open | Gate::Probe => {}
            }
            if let Err(until) = self.start_call(gate, now) {
                return until;
            }
        }
        None
    }

    /// Whether a row may start: no question is open, and there is a place among the calls in
    /// flight.
    fn may_start_rows(&mut self) -> bool {
        let limit = self.limit.limit().min(self.connections.limit(Instant::now()));
        self.question.is_none() && self.stop.is_none() && self.calls.len() < limit
    }

    /// Starts the call of the next row, on a kept connection or by opening one.
    ///
    /// # Errors
    ///
    /// If it may not start now: when to ask again, if known.
    fn start_call(&mut self, gate: Gate, now: Instant) -> Result<(), Option<Instant>> {
        if let Some(until) = self.limit.alone_until(now) {
            return Err(Some(until));
        }
        let due = self.due(now);
        // A kept connection may have died unnoticed. A probe must not mistake that for an
        // unresponsive platform.
        let is_probe = gate == Gate::Probe;
        let fresh = is_probe || self.queue.peek_next(now).is_some_and(Delivery::is_fresh);
        // Called in any case: it closes connections that are too old, which may be all that the
        // platform accepts.
        let kept = self.transport.kept(due);
        if !fresh && kept > 0 {
            if self.connecting.next_is_probe().is_some() {
                // The next token belongs to that call.
                return Err(None);
            }
            let token = self.take_token(now).map_err(Some)?;
            if let Some(delivery) = self.queue.take_next(now) {
                self.start_at_once(delivery, token, now);
            }
            return Ok(());
        }
        if !fresh && !self.in_flight.is_empty() && self.connecting.is_empty() {
            let free = self.connections.free_until(now, due);
            free.map_or(Ok(()), |until| Err(Some(until)))?;
        }
        self.connecting.may_begin(now, due, self.gap())?;
        let next = if is_probe {
            self.queue.take_probe()
        } else {
            self.queue.take_next(now)
        };
        if let Some(delivery) = next {
            self.connect(delivery, is_probe, now);
        }
        Ok(())
    }

    /// Takes the rate's token, the last permit, unless all calls have to wait; otherwise returns
    /// when to ask again.
    pub(super) fn take_token(&mut self, now: Instant) -> Result<Token, Instant> {
        if let Some(until) = self.hold_off.filter(|&until| until > now) {
            return Err(until);
        }
        if let Some(until) = self.slowdown.wait_until(now) {
            return Err(until);
        }
        self.limiter.try_take(now)
    }

    /// Starts a call that is written at once.
    pub(super) fn start_at_once(&mut self, delivery: Box<Delivery>, token: Token, now: Instant) {
        self.take_place(&delivery);
        let attempt = self.transport.attempt(delivery.update(), Wire::kept());
        let id = self.calls.spawn(attempt).id();
        self.limit.started(self.calls.len(), now);
        let call = Call {
            kept: true,
            ..Call::written(delivery, token)
        };
        self.call_written(id, call, false, now);
    }

    /// Records that a call is written now. From here on it is an attempt.
    pub(super) fn call_written(&mut self, id: Id, mut call: Call, is_probe: bool, now: Instant) {
        if !is_probe && self.tells_of_waiting {
            self.tells_of_waiting = false;
            self.wires.waiting.send_replace(None);
        }
        self.meter.start(now);
        self.course.called(now);
        self.connections.written(now);
        self.slowdown.started(now);
        self.retried += u64::from(call.delivery.attempts() > 0);
        if call.delivery.is_control() {
            self.control_calls += 1;
        } else {
            self.controls.forget(call.delivery.update().lane());
        }
        call.delivery.start_attempt(now);
        self.in_flight.insert(id, call);
        self.most_in_flight = self.most_in_flight.max(self.in_flight.len());
    }

    /// Takes a permit for an unrecorded call. One is available: the caller has checked, and nothing
    /// else takes any. A control call needs none, because it has no outcome.
    pub(super) fn take_place(&mut self, delivery: &Delivery) {
        if delivery.is_control() {
            return;
        }
        let place = self.wires.room.unrecorded.try_acquire();
        place.map(SemaphorePermit::forget).ok();
    }

    /// Reports a window that has been full for long, with the row that the others wait for. Returns
    /// when to look again.
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
        let in_flight = self.in_flight.values().map(|call| &*call.delivery);
        let under_way = in_flight
            .chain(self.connecting.deliveries())
            .filter(|delivery| !delivery.is_control());
        if let Some(first) = under_way
            .map(Delivery::position)
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

    /// Returns how many permits for unrecorded calls stay free, because the current limit is below
    /// the maximum concurrency.
    pub(super) fn unneeded(&self) -> usize {
        UNRECORDED * (self.settings.concurrency.most() - self.limit.limit())
    }

    /// Whether to take further rows. Only if none is ready: every row taken uses the window's room.
    pub(super) fn wants_rows(&self) -> bool {
        self.stop.is_none() && !self.queue.has_new() && !self.queue.is_full()
    }

    /// Returns which untried rows remain or may come. A row for which the window has no room cannot
    /// be tried before other rows are settled.
    pub(super) fn untried(&self) -> Untried {
        let may_come = self.next_fits().unwrap_or(!self.plans_ended);
        Untried {
            ready: self.queue.has_new() || may_come,
            behind: self.queue.heads_of_waiting(),
        }
    }

    /// Whether the window has room for the next row; `None` if no row is here.
    fn next_fits(&self) -> Option<bool> {
        let room = self.wires.room.slots.available_permits();
        self.batch.front().map(|next| room >= next.slots() as usize)
    }

    /// Takes rows from the batch until one is ready or the slots run out.
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

    /// Moves a row that has its slots to its lane, or finishes it if it makes no call.
    pub(super) fn admit_next(&mut self) {
        let Some(row) = self.batch.pop_front() else { return };
        let update = match &row.plan {
            Plan::Send(update) if row.settled.is_none() => update.clone(),
            plan => {
                if let (Plan::Send(update), Some(settled)) = (plan, &row.settled) {
                    let (update, settled) = (update.clone(), settled.clone());
                    self.learn_from_before(row.position.row, &update, &settled);
                }
                self.finished.extend(Outcome::without_call(row, Timestamp::now()));
                return;
            }
        };
        let backoff = self.settings.retry.backoff(self.chance.fork());
        self.queue
            .enter(Box::new(Delivery::new(row, update, backoff)), Instant::now());
    }

    /// Uses an earlier process's verdict on a row to find out which calls may be applied late. Its
    /// command cannot serve as a control: a later row of the respondent may have its verdict, too,
    /// or another run may have updated the respondent since.
    fn learn_from_before(&mut self, row: u64, update: &UpdateRespondent, settled: &Settled) {
        let now = Instant::now();
        if settled.may_come_late() {
            let ago = Timestamp::now().duration_since(settled.finished_at);
            self.queue.doubt_since(update, ago.unsigned_abs(), now);
        }
        if self.wires.repeated.contains(&row) {
            self.queue.doubt(update, now);
        }
    }
}
