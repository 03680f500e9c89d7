//! What follows from a call that ended, or from somebody who asks the run to end: verdicts, retries, the end of the run.
//! Waits for nothing; the loop does.

use std::borrow::Cow;
use std::time::SystemTime;

use jiff::Timestamp;
use tokio::task::{Id, JoinError};
use tokio::time::Instant;

use super::{DRAIN, Dispatcher};
use crate::model::{EarlyEnd, ErrorCode, Lane, Outcome, clean};
use crate::send::attempt::{Reply, Transport, TransportError};
use crate::send::classify::{Decision, classify};
use crate::send::deliver::{Delivery, Step};

impl<T: Transport> Dispatcher<T> {
    pub(super) fn call_ended(&mut self, ended: Result<(Id, Result<Reply, TransportError>), JoinError>) {
        let id = match &ended {
            Ok((id, _)) => *id,
            Err(error) => error.id(),
        };
        let Some(delivery) = self.in_flight.remove(&id) else {
            return;
        };
        let (now, wall) = (Instant::now(), Timestamp::now());
        let Ok((_, result)) = ended else {
            self.row_ended(delivery.update().lane(), delivery.panicked(now, wall));
            return;
        };
        let lane = delivery.update().lane();
        let decision = self.fit_to_be_shown(classify(&result, SystemTime::now()));
        let end = self
            .breaker
            .attempt_ended(lane, delivery.position().row, &result, &decision);
        if let Decision::Retry {
            after: Some(wait), ..
        } = &decision
        {
            // Only ever raised: a shorter wait that is asked for later does not cut a longer one.
            self.hold_off = self.hold_off.max(Some(now + *wait));
        }
        if matches!(end, Some(EarlyEnd::Untrusted { .. })) {
            // No verdict on the row, whatever retries it has left: it waits, and the end leaves it alone.
            self.wait_until(now, delivery);
            return self.stop_for(end);
        }
        let (position, code) = (delivery.position(), decision.code());
        match delivery.settle(decision, now, wall) {
            Step::Done(outcome) => self.row_ended(lane, *outcome),
            Step::Again { delivery, after } => {
                let (attempts, code) = (delivery.attempts(), code.map_or("", ErrorCode::name));
                tracing::debug!(
                    "{position}: attempt {attempts}: {code}, again in {} ms",
                    after.as_millis()
                );
                self.wait_until(now + after, delivery);
            }
        }
        self.stop_for(end);
    }

    /// The row's call is over and another has to be made: until then it holds no place among the unrecorded.
    fn wait_until(&mut self, due: Instant, delivery: Box<Delivery>) {
        self.room.journalled(1);
        self.queue.retry_at(due, delivery);
    }

    fn row_ended(&mut self, lane: Lane, outcome: Outcome) {
        self.queue.leave(lane);
        tracing::trace!(
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

    /// The first reason to end the run is the one that counts.
    fn stop_for(&mut self, end: Option<EarlyEnd>) {
        if let Some(end) = end
            && self.stop.is_none()
        {
            self.stop = Some((end, Instant::now() + DRAIN));
            self.plans.close();
        }
    }

    fn fit_to_be_shown(&self, mut decision: Decision) -> Decision {
        let message = match &mut decision {
            Decision::Success { message, .. } => message,
            Decision::Retry { fault, .. } | Decision::Fail(fault) => &mut fault.message,
        };
        let redacted = self.transport.redact(std::mem::take(message));
        *message = match clean(&redacted) {
            Cow::Borrowed(_) => redacted,
            // Once more: a control character inside a secret would have hidden it.
            Cow::Owned(cleaned) => self.transport.redact(cleaned),
        };
        decision
    }

    /// Somebody asks the run to end, perhaps for the second time.
    pub(super) fn stop_asked(&mut self, end: EarlyEnd) {
        match &mut self.stop {
            Some((_, until)) => *until = Instant::now(),
            None => self.stop_for(Some(end)),
        }
    }
}
