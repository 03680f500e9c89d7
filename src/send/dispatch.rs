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

mod ended;

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::{Id, JoinSet};
use tokio::time::{Instant, sleep_until};

use super::attempt::{Reply, Transport, TransportError};
use super::breaker::Breaker;
use super::deliver::Delivery;
use super::limit::Limiter;
use super::meter::Meter;
use super::queue::Queue;
use super::{Room, SendEnd, SendSettings};
use crate::model::{EarlyEnd, Outcome, Plan, PlannedRow};

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
    room: Room,
    /// Asks the run to end.
    stops: Receiver<EarlyEnd>,

    queue: Queue,
    calls: JoinSet<Result<Reply, TransportError>>,
    in_flight: HashMap<Id, Box<Delivery>>,

    limiter: Limiter,
    /// No attempt starts before this.
    hold_off: Option<Instant>,
    /// When to look again although nothing has happened.
    wake: Option<Instant>,
    /// A call could start if more outcomes were in the journal.
    wants_room: bool,
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
        stops: Receiver<EarlyEnd>,
        room: Room,
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
            room,
            stops,
            queue: Queue::default(),
            calls: JoinSet::new(),
            in_flight: HashMap::new(),
            limiter: Limiter::new(settings.rate, Instant::now()),
            hold_off: None,
            wake: None,
            wants_room: false,
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
            let (wake, wants_room) = (self.wake, self.wants_room);
            tokio::select! {
                biased;
                Some(ended) = self.calls.join_next_with_id(), if !self.calls.is_empty() => self.call_ended(ended),
                batch = self.plans.recv(), if wants_plans => match batch {
                    Some(batch) => self.batch = batch.into(),
                    None => self.plans_ended = true,
                },
                Some(end) = self.stops.recv() => self.stop_asked(end),
                true = take_slots(&self.room.slots, slots), if wants_slots => self.admit_next(),
                true = has_room(&self.room.unrecorded), if wants_room => {}
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
        self.wants_room = false;
        while self.stop.is_none() && self.calls.len() < self.settings.concurrency {
            if self.room.unrecorded.available_permits() == 0 {
                // Remembered, and not asked again later: the recorder is another thread.
                self.wants_room = true;
                return;
            }
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
                // There is one, or the loop would have ended.
                self.room
                    .unrecorded
                    .try_acquire()
                    .map(SemaphorePermit::forget)
                    .ok();
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
    fn admit_next(&mut self) {
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
            streak: self.breaker.into_streak(),
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

/// Waits until a call may be unrecorded. Takes nothing. Cancel safe.
async fn has_room(unrecorded: &Semaphore) -> bool {
    unrecorded.acquire().await.is_ok()
}
