//! Handles calls that ended and requests to stop: verdicts, retries, the end of the run. The loop
//! does all waiting.

use std::time::Duration;

use jiff::Timestamp;
use tokio::task::{Id, JoinError};
use tokio::time::Instant;

use super::{Call, DRAIN, Dispatcher, WORTH_TELLING};
use crate::model::{EarlyEnd, ErrorCode, Lane, Outcome, Waiting, local_time, rfc3339};
use crate::send::answers::classify::{Decision, Effect};
use crate::send::attempt::{Reply, Transport, TransportError};
use crate::send::deliver::{Delivery, Step};
use crate::send::faults::outage::{Change, Heard, is_web_page};
use crate::send::wire::connections::Fault;

/// Sockets kept free once the process has run out of them.
const SPARE_SOCKETS: usize = 4;

impl<T: Transport> Dispatcher<T> {
    /// Handles the end of a call. A `JoinError` means that its task panicked or was aborted.
    pub(super) fn call_ended(&mut self, ended: Result<(Id, Result<Reply, TransportError>), JoinError>) {
        let id = match &ended {
            Ok((id, _)) => *id,
            Err(error) => error.id(),
        };
        let (now, wall) = (Instant::now(), Timestamp::now());
        let Some(mut call) = self.take_call(id, now) else {
            return;
        };
        self.limit.ended();
        if call.delivery.is_control() {
            return self.control_ended(call, ended.ok().map(|(_, result)| result), now, wall);
        }
        let (row, lane) = (call.delivery.position().row, call.delivery.update().lane());
        let Ok((_, result)) = ended else {
            self.queue.doubt(call.delivery.update(), now);
            self.hear(row, lane, Heard::Nothing, false, "a bug in this tool", now);
            if call.token.is_none() {
                self.spend_attempt(&mut call.delivery, now);
            }
            return self.row_ended(lane, call.delivery.panicked(now, wall));
        };
        if matches!(result, Err(TransportError::Closed)) {
            return self.put_back(now, call);
        }
        let decision = self.decision(&result, call.delivery.update());
        if decision
            .fault()
            .is_some_and(|fault| fault.effect == Effect::Unknown)
        {
            self.queue.doubt(call.delivery.update(), now);
        }
        let end = self.breaker.attempt_ended(lane, row, &result, &decision);
        if matches!(
            end,
            Some(EarlyEnd::Untrusted { .. } | EarlyEnd::ProxyRefused { .. })
        ) {
            // No verdict on the row, whatever retries remain: it waits, and the end of the run
            // leaves it without an outcome.
            self.wait_until(now, call.delivery);
            return self.stop_for(end);
        }
        if matches!(result, Err(TransportError::Gone(_))) {
            // A retry on a connection of its own says more, and is made at once.
            call.delivery.lost_connection(&decision);
            return self.wait_until(now, call.delivery);
        }
        let heard = Heard::from_reply(&result, &decision);
        self.measure(&result, &decision, &call, now);
        self.limit_hears(heard, &decision, &call, now);
        if matches!(decision, Decision::Success { .. }) {
            self.controls.acknowledge(call.delivery.update());
        }
        let crowded = matches!(result, Err(TransportError::NoSocket(_))) && !self.calls.is_empty();
        if crowded {
            self.lower_concurrency();
        }
        let limited = match &result {
            _ if self.outage.is_paused() => false,
            Err(TransportError::NotSent(_)) => self.is_limit(Fault::Refused, call.begun, now),
            Err(TransportError::Interrupted(_)) if !call.kept && !call.delivery.is_fresh() => {
                self.is_limit(Fault::Cut, call.begun, now);
                false
            }
            _ => false,
        };
        if !(crowded || limited) || self.outage.is_paused() {
            let reason = decision.fault().map_or("", |fault| fault.cause.as_str());
            self.hear(row, lane, heard, is_web_page(&result), reason, now);
        }
        if heard == Heard::NotSent && (crowded || limited || self.outage.pauses()) {
            return self.put_back(now, call);
        }
        if call.token.is_none() {
            self.spend_attempt(&mut call.delivery, now);
        }
        self.heed(&decision, now, wall);
        self.settle(call.delivery, decision, now, wall);
        if let Some(end) = end {
            self.streak_is_full(end, now);
        }
    }

    /// Measures a call that ended, if it was written.
    pub(super) fn measure(
        &mut self,
        result: &Result<Reply, TransportError>,
        decision: &Decision,
        call: &Call,
        now: Instant,
    ) {
        if let Some(started) = call.delivery.attempt_started().filter(|_| call.token.is_some()) {
            let succeeded = matches!(decision, Decision::Success { .. });
            self.course.ended(started, now, result.is_ok(), succeeded);
        }
    }

    /// Adjusts the limit of calls in flight to an attempt's result.
    pub(super) fn limit_hears(&mut self, heard: Heard, decision: &Decision, call: &Call, now: Instant) {
        let started = call.delivery.attempt_started();
        match (heard, decision, started) {
            (Heard::Definite, Decision::Success { .. } | Decision::Fail(_), Some(started)) => {
                self.limit.answered(started, call.connecting, now);
            }
            (Heard::Nothing, _, _) => self.limit.unanswered(now),
            _ => {}
        }
        if heard == Heard::Definite {
            let kept = self.transport.idle() > 0;
            self.connections.answered(started.unwrap_or(now), kept, now);
            if !call.kept {
                self.connections.served();
            }
        }
    }

    /// Adds the streak's rows to the verdict that ended the run, so that the journal has them even
    /// if the process is killed before calls in flight end.
    pub(super) fn name_streak(&mut self) {
        let busy = self
            .in_flight
            .values()
            .map(|call| call.delivery.update().lane())
            .collect();
        let rows = self.breaker.streak_without(&busy);
        if let Some(last) = self.finished.last_mut().filter(|_| !rows.is_empty()) {
            last.streak = Some(rows.into());
        }
    }

    /// Gives the row its verdict, or lets it wait for its next attempt.
    fn settle(&mut self, delivery: Box<Delivery>, decision: Decision, now: Instant, wall: Timestamp) {
        let (lane, position) = (delivery.update().lane(), delivery.position());
        let code = decision.fault().map_or("", |fault| fault.code.name());
        match delivery.settle(decision, now, wall) {
            Step::Done(outcome) => self.row_ended(lane, *outcome),
            Step::Again { delivery, after } => {
                tracing::debug!(
                    event = "attempt_failed",
                    row = position.row,
                    attempt = delivery.attempts(),
                    error_code = code,
                    wait_ms = after.as_millis(),
                    "{position}: attempt {}: {code}, again in {} ms",
                    delivery.attempts(),
                    after.as_millis()
                );
                self.wait_until(now + after, delivery);
            }
        }
    }

    /// Passes an attempt's result to the outage detection, and starts or ends a pause accordingly.
    pub(super) fn hear(
        &mut self,
        row: u64,
        lane: Lane,
        heard: Heard,
        is_page: bool,
        reason: &str,
        now: Instant,
    ) {
        let untried = self.untried();
        let change = self
            .outage
            .attempt_ended((row, lane), heard, is_page, reason, (now, untried));
        self.act_on(change, reason, now);
        self.show_next_try(now);
    }

    /// Pauses all calls, because the platform does not answer.
    pub(super) fn pause_for_silence(&mut self, reason: &str, now: Instant) {
        let change = self.outage.pause_for_silence(reason, now);
        self.act_on(change, reason, now);
    }

    fn act_on(&mut self, change: Change, reason: &str, now: Instant) {
        match change {
            Change::None => {}
            Change::Silent => self.silence_is_full(reason, now),
            Change::Paused { until, tells } => {
                self.connections.forget();
                self.course.waits(now, reason);
                let waiting = self.wait_for_platform(until - now, reason);
                if !tells {
                    return;
                }
                let hint = if self.outage.answered() {
                    ""
                } else {
                    "; nothing was answered yet: are the network, a proxy and `--base-url` right?"
                };
                tracing::warn!(
                    event = "outage_started",
                    until = rfc3339(waiting.until),
                    reason = waiting.reason,
                    answered = self.outage.answered(),
                    "the platform is out of reach, {waiting}{hint}"
                );
            }
            Change::Over { after, tells } => {
                self.tells_of_waiting = false;
                self.course.goes_on(now);
                self.wires.waiting.send_replace(None);
                if !tells {
                    return;
                }
                tracing::info!(
                    event = "outage_ended",
                    seconds = after.as_secs(),
                    "the platform answers again, after {} s",
                    after.as_secs()
                );
            }
            Change::End(end) => self.stop_for(Some(end)),
        }
    }

    /// Does what the platform asks of all calls: wait, or slow down.
    pub(super) fn heed(&mut self, decision: &Decision, now: Instant, wall: Timestamp) {
        let Decision::Retry { fault, after } = decision else {
            return;
        };
        if let Some(wait) = *after {
            let until = now + wait;
            if self.hold_off.is_none_or(|hold_off| hold_off < until) {
                // Only ever raised: a shorter wait requested later does not cut a longer one.
                self.hold_off = Some(until);
                if wait >= WORTH_TELLING && !self.outage.is_paused() {
                    let reason = format!("it asked to wait ({})", fault.cause);
                    let waiting = self.wait_for_platform(wait, &reason);
                    self.course.waited(now, until, reason);
                    let until = rfc3339(waiting.until);
                    tracing::info!(event = "held_off", until, "{waiting}");
                }
            }
        }
        if fault.code == ErrorCode::RateLimited {
            self.meter.refused();
            self.slowdown.refused(now, self.meter.in_last_second());
            if self.slowdown.asked == 1 {
                tracing::info!(
                    event = "slowed_down",
                    "the platform asked to slow down (429): at half the pace from {} on",
                    local_time(wall)
                );
            }
        }
    }

    /// Reports that the run waits for the platform, for at most this long.
    fn wait_for_platform(&mut self, most: Duration, reason: &str) -> Waiting {
        let since = Timestamp::now();
        let waiting = Waiting {
            since,
            until: since.checked_add(most).unwrap_or(Timestamp::MAX),
            next_try: since.checked_add(most).unwrap_or(Timestamp::MAX),
            reason: reason.to_owned(),
        };
        self.tells_of_waiting = true;
        self.wires.waiting.send_replace(Some(waiting.clone()));
        self.show_next_try(Instant::now());
        waiting
    }

    /// Lowers the limit to the calls in flight, because the process has no socket for another.
    /// Leaves a few sockets for files opened at the end.
    fn lower_concurrency(&mut self) {
        if self.calls.len() < self.limit.most() {
            self.limit
                .lower_to(self.calls.len().saturating_sub(SPARE_SOCKETS));
            tracing::warn!(
                event = "sockets_exhausted",
                "too few file descriptors for more calls at a time: {} in flight from here on (`ulimit -n` raises what \
                 a process may open, `--concurrency` asks for less)",
                self.limit.most()
            );
        }
    }

    /// Queues the row for another attempt. Until that starts it holds no permit for an unrecorded
    /// call.
    fn wait_until(&mut self, due: Instant, delivery: Box<Delivery>) {
        self.wires.room.journalled(1);
        self.queue.retry_at(due, delivery);
    }

    fn row_ended(&mut self, lane: Lane, outcome: Outcome) {
        self.queue.leave(lane, Instant::now());
        tracing::trace!(
            event = "row_finished",
            row = outcome.row.position.row,
            status = outcome.status.name(),
            attempts = outcome.attempts,
            "{}, respondent {}: {} after {} attempts",
            outcome.row.position,
            outcome.row.respondent(),
            outcome.status.name(),
            outcome.attempts
        );
        let end = self.breaker.row_ended(lane, outcome.status);
        self.finished.push(outcome);
        self.stop_for(end);
    }

    /// Stops the run. The first reason counts.
    pub(super) fn stop_for(&mut self, end: Option<EarlyEnd>) {
        if let Some(end) = end
            && self.stop.is_none()
        {
            let now = Instant::now();
            self.stop = Some((end, now + DRAIN));
            self.wires.plans.close();
            self.give_up_connecting(now);
        }
    }

    /// Handles a request to stop; the second one ends the run at once.
    pub(super) fn stop_asked(&mut self, end: EarlyEnd) {
        if let Some((_, until)) = &mut self.stop {
            *until = Instant::now();
            return;
        }
        let drains = match self.in_flight.len() {
            0 => String::new(),
            calls => format!(
                "; {calls} in flight may take {} s more (asked again, the run ends at once)",
                DRAIN.as_secs()
            ),
        };
        tracing::warn!(
            event = "stopping",
            calls = self.in_flight.len() as u64,
            "{end}: no new call starts{drains}"
        );
        self.stop_for(Some(end));
    }
}
