//! Calls that have to connect first: when one begins, when it is written once its connection is
//! open, and what happens if it never is. The loop does all waiting.

use std::time::Duration;

use tokio::task::Id;
use tokio::time::Instant;

use super::{Call, Dispatcher};
use crate::send::attempt::Transport;
use crate::send::deliver::Delivery;
use crate::send::wire::connecting::Granted;
use crate::send::wire::connections::{Fault, Refusal};
use crate::send::wire::permit::Standing;

/// Minimum pause before the next connection after one failed by accident.
const ACCIDENT: Duration = Duration::from_millis(100);

impl<T: Transport> Dispatcher<T> {
    /// Begins to connect for a row. Until the call is written, it spends no token and is no
    /// attempt.
    pub(super) fn connect(&mut self, delivery: Box<Delivery>, is_probe: bool, now: Instant) {
        self.take_place(&delivery);
        if is_probe {
            self.outage.probe_started(delivery.position().row);
        }
        let attempt = self.transport.attempt(delivery.update(), self.asks.wire());
        let task = self.calls.spawn(attempt);
        self.connecting.begin(&task, delivery, is_probe, now);
        self.limit.started(self.calls.len(), now);
    }

    /// Records that a call's connection is open.
    pub(super) fn connection_made(&mut self, standing: Standing) {
        let now = Instant::now();
        self.connections
            .made(self.in_flight.len() + self.connecting.standing(), now);
        self.connecting.stands(standing, now);
    }

    /// Lets calls with open connections be written, in the order in which these opened. Each needs
    /// a token; these calls get tokens before any other. Returns when to run this again.
    pub(super) fn grant_standing(&mut self, now: Instant) -> Option<Instant> {
        while let Some(delivery) = self.connecting.take_outstayed(now) {
            self.put_back(now, Call::unwritten(delivery));
        }
        while let Some(is_probe) = self.connecting.next_is_probe() {
            if self.outage.is_paused() && !is_probe {
                if let Some(delivery) = self.connecting.take_next() {
                    self.put_back(now, Call::unwritten(delivery));
                }
                continue;
            }
            match self.take_token(now) {
                Ok(token) => {
                    let granted = self.connecting.grant(now);
                    if let Some(Granted {
                        call,
                        delivery,
                        is_probe,
                        took,
                    }) = granted
                    {
                        let call_made = Call {
                            connecting: took,
                            begun: now.checked_sub(took).unwrap_or(now),
                            ..Call::written(delivery, token)
                        };
                        self.call_written(call, call_made, is_probe, now);
                    }
                }
                Err(until) => {
                    let outstays = self.connecting.outstays_at();
                    return Some(outstays.map_or(until, |at| at.min(until)));
                }
            }
        }
        None
    }

    /// Removes and returns the call that ended, written or not; `None` if it was abandoned.
    pub(super) fn take_call(&mut self, id: Id, now: Instant) -> Option<Call> {
        match self.in_flight.remove(&id) {
            Some(call) => Some(call),
            None => self.connecting.failed(id, now).map(|(delivery, begun)| Call {
                begun,
                ..Call::unwritten(delivery)
            }),
        }
    }

    /// Puts back the row of a call that was not written, at no cost to the row.
    pub(super) fn put_back(&mut self, now: Instant, call: Call) {
        let mut delivery = call.delivery;
        let was_written = call.token.is_some();
        if let Some(token) = call.token {
            self.limiter.give_back(token);
            let started = delivery.attempt_started().unwrap_or(now);
            self.meter.forget(started);
            self.course.uncalled(started);
            delivery.not_sent();
            self.retried -= u64::from(delivery.attempts() > 0);
        }
        if delivery.is_control() {
            self.control_calls -= u64::from(was_written);
            return self.control_put_back();
        }
        self.wires.room.journalled(1);
        self.queue.put_back(now, delivery);
    }

    /// Spends an attempt of a row whose call was not written, because outages are not waited for
    /// (`--max-outage 0`).
    pub(super) fn spend_attempt(&mut self, delivery: &mut Delivery, now: Instant) {
        self.unwritten += 1;
        self.retried += u64::from(delivery.attempts() > 0);
        delivery.start_attempt(now);
        // The call took no token, so this limits connections that fail at once to the rate of
        // calls.
        self.connecting.hold(now, self.gap());
    }

    /// Whether a connection begun at `begun` failed because of a limit of the platform, rather than
    /// because the platform is out of reach. The connection was refused, or broke before its first
    /// call was answered. Kept connections do not count: they may be gone as well.
    pub(super) fn is_limit(&mut self, fault: Fault, begun: Instant, now: Instant) -> bool {
        let standing = self.in_flight.len() + self.connecting.standing();
        match self
            .connections
            .failed(fault, begun, (standing, self.calls.len()), now)
        {
            Refusal::Accident if self.outage.pauses() => {
                self.connecting.hold_until(now + self.gap().max(ACCIDENT));
                true
            }
            Refusal::Accident | Refusal::Unclear => false,
            Refusal::Limit { calls, first } => {
                if first {
                    tracing::warn!(
                        event = "connections_limited",
                        calls = calls as u64,
                        "the platform refuses connections beyond {calls}: no more calls at a time for now; more are tried \
                         now and then, which is not said again"
                    );
                }
                self.connecting.hold_until(now + self.gap());
                true
            }
        }
    }

    /// Abandons all calls that are not written, because the run ends.
    pub(super) fn give_up_connecting(&mut self, now: Instant) {
        for delivery in self.connecting.take_all() {
            self.put_back(now, Call::unwritten(delivery));
        }
    }

    /// Returns when the next call could be written, as far as known; `now` at the earliest.
    pub(super) fn due(&self, now: Instant) -> Instant {
        let due = self.limiter.due(now);
        let waits = [self.hold_off, self.slowdown.wait_until(now)];
        waits.into_iter().flatten().fold(due, Instant::max)
    }

    /// Returns the minimum time between two calls.
    pub(super) fn gap(&self) -> Duration {
        self.limiter.period().max(self.slowdown.gap())
    }
}
