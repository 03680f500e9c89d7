//! The loop that drives all calls, and the only place of this stage that waits.
//!
//! One task owns everything: which rows are ready, which wait for a retry, which calls are in flight. Calls run as
//! tasks of their own in a `JoinSet`, from which their results are taken, so that a call that panics costs its row
//! and nothing else.
//!
//! Permits are taken in this order, so that none is held while another is waited for (design, rule 4): a slot of the
//! window, the respondent's lane, a place among the calls in flight, and the rate's token last, right before the wire.
//! Between the token and the call nothing is awaited.
//!
//! The normal end is the plans' channel closing. An early end (rule 8) closes that channel from this side: no new
//! attempt starts, calls in flight have [`DRAIN`], and every row that was sent gets its outcome.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};

use super::attempt::{Reply, Transport, TransportError};
use super::breaker::Breaker;
use super::classify::{Decision, classify};
use super::deliver::{Delivery, Step};
use super::limit::Limiter;
use super::meter::Meter;
use super::queue::Queue;
use super::{SendEnd, SendSettings};
use crate::model::{EarlyEnd, ErrorCode, Lane, Outcome, Plan, PlannedRow, clean};

/// How long calls in flight may go on once the run has to end (design, section 8).
const DRAIN: Duration = Duration::from_secs(5);

/// Everything that is under way.
pub(super) struct Dispatcher<T> {
    transport: T,
    settings: SendSettings,
    chance: fastrand::Rng,

    /// Closed by the reader at the end of the input, by this side to stop.
    plans: Receiver<Vec<PlannedRow>>,
    plans_ended: bool,
    /// What was received and has no slot yet.
    batch: VecDeque<PlannedRow>,
    slots: Arc<Semaphore>,

    queue: Queue,
    calls: JoinSet<Result<Reply, TransportError>>,
    in_flight: HashMap<Id, Box<Delivery>>,

    limiter: Limiter,
    /// No attempt starts before this.
    hold_off: Option<Instant>,
    /// When to look again although nothing has happened.
    wake: Option<Instant>,
    breaker: Breaker,
    meter: Meter,
    retried: u64,
    /// What ended the run, and until when calls in flight may go on.
    stop: Option<(EarlyEnd, Instant)>,

    /// What this turn of the loop finished.
    finished: Vec<Outcome>,
    /// Closed by the recorder when it can no longer write.
    outcomes: Sender<Vec<Outcome>>,
}

impl<T: Transport> Dispatcher<T> {
    pub(super) fn new(
        plans: Receiver<Vec<PlannedRow>>,
        outcomes: Sender<Vec<Outcome>>,
        slots: Arc<Semaphore>,
        transport: T,
        settings: SendSettings,
    ) -> Self {
        Self {
            transport,
            settings,
            chance: fastrand::Rng::with_seed(settings.seed),
            plans,
            plans_ended: false,
            batch: VecDeque::new(),
            slots,
            queue: Queue::default(),
            calls: JoinSet::new(),
            in_flight: HashMap::new(),
            limiter: Limiter::new(settings.rate, Instant::now()),
            hold_off: None,
            wake: None,
            breaker: Breaker::new(settings.breaker),
            meter: Meter::default(),
            retried: 0,
            stop: None,
            finished: Vec::new(),
            outcomes,
        }
    }

    /// Each turn starts what may start, hands on what is finished, and waits for the next thing to happen: a call
    /// that ends (looked at first), plans, a slot, or the time for which something waits.
    pub(super) async fn run(mut self) -> SendEnd {
        loop {
            self.start_attempts();
            self.hand_on().await;
            if !self.goes_on() {
                break;
            }
            let wants_plans = self.wants_rows() && self.batch.is_empty() && !self.plans_ended;
            let slots = self.batch.front().map_or(0, PlannedRow::slots);
            let wants_slots = self.wants_rows() && slots > 0;
            let wake = self.wake;
            tokio::select! {
                biased;
                Some(ended) = self.calls.join_next_with_id(), if !self.calls.is_empty() => self.call_ended(ended),
                batch = self.plans.recv(), if wants_plans => match batch {
                    Some(batch) => self.batch = batch.into(),
                    None => self.plans_ended = true,
                },
                true = take_slots(&self.slots, slots), if wants_slots => self.admit_next(),
                () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => {}
            }
            // Whatever else has ended meanwhile belongs into the same turn.
            while let Some(ended) = self.calls.try_join_next_with_id() {
                self.call_ended(ended);
            }
        }
        self.end().await
    }

    fn goes_on(&self) -> bool {
        match &self.stop {
            Some((EarlyEnd::NotRecorded, _)) => false,
            Some((_, until)) => !self.calls.is_empty() && Instant::now() < *until,
            None => {
                !self.plans_ended
                    || !self.batch.is_empty()
                    || !self.queue.is_empty()
                    || !self.calls.is_empty()
            }
        }
    }

    /// Rows are only taken when none is ready: whoever is taken uses the window's room.
    fn wants_rows(&self) -> bool {
        self.stop.is_none() && !self.queue.has_new()
    }

    /// Starts every attempt that may start now, and remembers when the next one may.
    fn start_attempts(&mut self) {
        self.wake = self.stop.as_ref().map(|(_, until)| *until);
        while self.stop.is_none() && self.calls.len() < self.settings.concurrency {
            let now = Instant::now();
            self.admit_until_ready();
            if !self.queue.has_next(now) {
                self.wake = self.queue.next_due();
                return;
            }
            if let Some(until) = self.hold_off.filter(|&until| until > now) {
                self.wake = Some(until);
                return;
            }
            if let Err(until) = self.limiter.try_take(now) {
                self.wake = Some(until);
                return;
            }
            if let Some(delivery) = self.queue.take_next(now) {
                self.start_attempt(delivery, now);
            }
        }
    }

    fn start_attempt(&mut self, mut delivery: Box<Delivery>, now: Instant) {
        self.meter.start(now);
        self.retried += u64::from(delivery.attempts() > 0);
        delivery.start_attempt(now);
        let call = self.calls.spawn(self.transport.attempt(delivery.update()));
        self.in_flight.insert(call.id(), delivery);
    }

    /// Takes rows from the batch as long as there are slots, until one is ready.
    fn admit_until_ready(&mut self) {
        while self.wants_rows()
            && let Some(slots) = self.batch.front().map(PlannedRow::slots)
            && self
                .slots
                .try_acquire_many(slots)
                .map(SemaphorePermit::forget)
                .is_ok()
        {
            self.admit_next();
        }
    }

    /// A row that has its slot goes to its lane, or is finished if it makes no call.
    fn admit_next(&mut self) {
        let Some(row) = self.batch.pop_front() else { return };
        let Plan::Send(update) = &row.plan else {
            self.finished.extend(Outcome::without_call(row, Timestamp::now()));
            return;
        };
        let update = update.clone();
        let backoff = self.settings.retry.backoff(self.chance.fork());
        self.queue.enter(Box::new(Delivery::new(row, update, backoff)));
    }

    fn call_ended(&mut self, ended: Result<(Id, Result<Reply, TransportError>), JoinError>) {
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
        let end = self.breaker.attempt_ended(lane, &result, &decision);
        if let Decision::Retry {
            after: Some(wait), ..
        } = &decision
        {
            // Only ever raised: a shorter wait that is asked for later does not cut a longer one.
            self.hold_off = self.hold_off.max(Some(now + *wait));
        }
        if matches!(end, Some(EarlyEnd::Untrusted { .. })) {
            // No verdict on the row, whatever retries it has left: it waits, and the end leaves it alone.
            self.queue.retry_at(now, delivery);
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
                self.queue.retry_at(now + after, delivery);
            }
        }
        self.stop_for(end);
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
        let end = self.breaker.row_ended(outcome.status);
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

    /// Hands on what this turn finished; waits if the recorder is behind.
    async fn hand_on(&mut self) {
        if self.finished.is_empty() {
            return;
        }
        let finished = std::mem::take(&mut self.finished);
        if self.outcomes.send(finished).await.is_err() {
            self.stop = Some((EarlyEnd::NotRecorded, Instant::now()));
            self.plans.close();
        }
    }

    /// Gives up what is still in flight and says of every row that was sent that it is not settled.
    async fn end(mut self) -> SendEnd {
        self.calls.abort_all();
        let (now, wall) = (Instant::now(), Timestamp::now());
        let in_flight = self
            .in_flight
            .drain()
            .filter_map(|(_, delivery)| delivery.stopped(true, now, wall));
        let waiting = self
            .queue
            .take_retries()
            .filter_map(|delivery| delivery.stopped(false, now, wall));
        self.finished.extend(in_flight.chain(waiting));
        self.hand_on().await;
        SendEnd {
            early: self.stop.map(|(end, _)| end),
            attempts: self.meter.attempts,
            retries: self.retried,
            most_in_a_second: self.meter.most_in_a_second,
            mean_rate: self.meter.mean(),
        }
    }
}

/// Waits for so many slots of the window. They are given back by whoever writes the row's line, so the permit itself
/// is not kept. Cancel safe.
async fn take_slots(window: &Semaphore, slots: u32) -> bool {
    window
        .acquire_many(slots)
        .await
        .map(SemaphorePermit::forget)
        .is_ok()
}
