//! The loop that drives all calls, and the only place of this stage that waits.
//!
//! One task owns everything: which rows are ready, which wait for a retry, which calls are in flight. Calls run as
//! tasks of their own in a `JoinSet`, from which their results are taken, so that a call that panics costs its row
//! and nothing else.
//!
//! Permits are taken in this order, so that none is held while another is waited for (design, rule 4): a slot of the
//! window, the respondent's lane, a place among the calls in flight, and the rate's token last, right before the wire.
//! Between the token and the call nothing is awaited: a call that has to connect does so before its token.
//!
//! The normal end is the plans' channel closing. An early end (rule 8) closes that channel from this side: no new
//! attempt starts, calls in flight have [`DRAIN`], and every row that was sent gets its outcome.

mod connect;
mod control;
mod ended;
pub(super) mod lanes;
pub(super) mod queue;
mod shown;
mod start;

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::{Id, JoinSet};
use tokio::time::{Instant, sleep_until};

use super::attempt::{Reply, Transport, TransportError};
use super::deliver::Delivery;
use super::faults::breaker::Breaker;
use super::faults::controls::Controls;
use super::faults::outage::Outage;
use super::pace::ceiling::{Limiter, Token};
use super::pace::concurrency::InFlight;
use super::pace::meter::Meter;
use super::pace::slowdown::Slowdown;
use super::wire::connecting::Connecting;
use super::wire::connections::Connections;
use super::wire::permit::Asks;
use super::{SendEnd, SendSettings, Wires};
use crate::model::{EarlyEnd, Outcome, PlannedRow, UpdateRespondent};
use control::Question;
use queue::Queue;

/// How long calls in flight may go on once the run has to end (design, section 8).
const DRAIN: Duration = Duration::from_secs(5);

/// How long an outcome waits for others at most before it is handed on.
const LINGER: Duration = Duration::from_millis(1);

/// A wait is told of from this length on.
const WORTH_TELLING: Duration = Duration::from_secs(5);

/// A call that ends some time, and its row.
#[derive(Debug)]
struct Call {
    delivery: Box<Delivery>,
    /// Spent when the call was written; nothing if it was not.
    token: Option<Token>,
    /// When its connection was begun, and how long that took; now where it is on a kept one.
    begun: Instant,
    connecting: Duration,
    /// It is on a kept connection.
    kept: bool,
}

impl Call {
    fn unwritten(delivery: Box<Delivery>) -> Self {
        Self {
            delivery,
            token: None,
            begun: Instant::now(),
            connecting: Duration::ZERO,
            kept: false,
        }
    }

    fn written(delivery: Box<Delivery>, token: Token) -> Self {
        Self {
            token: Some(token),
            ..Self::unwritten(delivery)
        }
    }
}

/// Everything that is under way.
pub(super) struct Dispatcher<T> {
    transport: T,
    settings: SendSettings,
    chance: fastrand::Rng,

    wires: Wires,
    plans_ended: bool,
    /// What was received and has no slot yet.
    batch: VecDeque<PlannedRow>,

    queue: Queue,
    calls: JoinSet<Result<Reply, TransportError>>,
    /// The calls that are written; all others connect.
    in_flight: HashMap<Id, Call>,
    connecting: Connecting,
    asks: Asks,
    connections: Connections,
    limit: InFlight,
    most_in_flight: usize,

    limiter: Limiter,
    slowdown: Slowdown,
    outage: Outage,
    /// No attempt starts before this.
    hold_off: Option<Instant>,
    /// Whether others were told that the run waits.
    tells_of_waiting: bool,
    /// When to look again although nothing has happened.
    wake: Option<Instant>,
    /// Since when rows could be taken if the window had room, and whether that was told.
    window_full: Option<(Instant, bool)>,
    /// A call could start if more outcomes were in the journal.
    wants_room: bool,
    breaker: Breaker,
    controls: Controls,
    /// The command whose repetition the memory was told of.
    announced: Option<UpdateRespondent>,
    control_calls: u64,
    /// A streak is full, and whose fault it is has to be found out before any row starts.
    question: Option<Question>,
    meter: Meter,
    retried: u64,
    /// Attempts that were spent on calls that could not be written.
    unwritten: u64,
    /// What ended the run, and until when calls in flight may go on.
    stop: Option<(EarlyEnd, Instant)>,

    /// What was finished and not handed on yet, and since when there is something.
    finished: Vec<Outcome>,
    finished_since: Option<Instant>,
    /// The platform's word for success that came last, and what of it may be shown: nearly always the same.
    success: (String, String),
}

impl<T: Transport> Dispatcher<T> {
    pub(super) fn new(mut wires: Wires, transport: T, settings: SendSettings) -> Self {
        let (resumed, known) = (wires.resumed, std::mem::take(&mut wires.known));
        Self {
            transport,
            settings,
            chance: fastrand::Rng::with_seed(settings.seed),
            breaker: Breaker::new(settings.breaker, wires.knows_success),
            controls: Controls::new(known),
            announced: None,
            control_calls: 0,
            question: None,
            wires,
            plans_ended: false,
            batch: VecDeque::new(),
            queue: Queue::new(settings.timeout, resumed, Instant::now()),
            calls: JoinSet::new(),
            in_flight: HashMap::new(),
            connecting: Connecting::default(),
            asks: Asks::new(),
            connections: Connections::new(Instant::now()),
            limit: InFlight::new(settings.concurrency, settings.rate.per_second(), Instant::now()),
            most_in_flight: 0,
            limiter: Limiter::new(settings.rate, Instant::now()),
            slowdown: Slowdown::new(settings.rate.per_second()),
            outage: Outage::new(settings.outage),
            hold_off: None,
            tells_of_waiting: false,
            wake: None,
            window_full: None,
            wants_room: false,
            meter: Meter::default(),
            retried: 0,
            unwritten: 0,
            stop: None,
            finished: Vec::new(),
            finished_since: None,
            success: Default::default(),
        }
    }

    /// Each turn starts what may start, hands on what is finished, and waits for the next thing to happen: a call
    /// that ends (looked at first), plans, a slot, or the time for which something waits.
    pub(super) async fn run(mut self) -> SendEnd {
        loop {
            self.start_attempts();
            if self.is_time_to_hand_on() {
                self.hand_on().await;
            }
            if !self.goes_on() {
                break;
            }
            let wants_plans = self.wants_rows() && self.batch.is_empty() && !self.plans_ended;
            let slots = self.batch.front().map_or(0, PlannedRow::slots);
            let wants_slots = self.wants_rows() && slots > 0;
            let (wake, wants_room, unneeded) = (self.wake, self.wants_room, self.unneeded());
            tokio::select! {
                biased;
                Some(ended) = self.calls.join_next_with_id(), if !self.calls.is_empty() => self.call_ended(ended),
                Some(standing) = self.asks.next() => self.connection_made(standing),
                batch = self.wires.plans.recv(), if wants_plans => match batch {
                    Some(batch) => self.batch = batch.into(),
                    None => self.plans_ended = true,
                },
                Some(end) = self.wires.stops.recv() => self.stop_asked(end),
                // Whoever waits for room would wait for ever: a recorder that has gone gives none back.
                () = self.wires.outcomes.closed() => self.recorder_gone(),
                true = take_slots(&self.wires.room.slots, slots), if wants_slots => self.admit_next(),
                true = has_room(&self.wires.room.unrecorded, unneeded), if wants_room => {}
                () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => {}
            }
            // Whatever else has ended meanwhile belongs into the same turn.
            while let Some(ended) = self.calls.try_join_next_with_id() {
                self.call_ended(ended);
            }
            while let Some(standing) = self.asks.try_next() {
                self.connection_made(standing);
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
                    || self.question.is_some()
                    || !self.calls.is_empty()
            }
        }
    }

    /// A message to the recorder costs about as much as a call, so outcomes linger for others, but not for long, and not
    /// so many of them that calls would have to wait.
    fn is_time_to_hand_on(&mut self) -> bool {
        if self.finished.is_empty() {
            return false;
        }
        let now = Instant::now();
        let until = *self.finished_since.get_or_insert(now) + LINGER;
        let lingers = now < until && self.finished.len() < self.limit.limit() / 2 && !self.calls.is_empty();
        if lingers {
            self.wake = Some(self.wake.map_or(until, |wake| wake.min(until)));
        }
        !lingers
    }

    /// Hands on what is finished; waits if the recorder is behind.
    async fn hand_on(&mut self) {
        self.finished_since = None;
        if self.finished.is_empty() {
            return;
        }
        let finished = std::mem::take(&mut self.finished);
        if self.wires.outcomes.send(finished).await.is_err() {
            self.recorder_gone();
        }
    }

    /// What can no longer be recorded must not be sent.
    fn recorder_gone(&mut self) {
        self.stop = Some((EarlyEnd::NotRecorded, Instant::now()));
        self.wires.plans.close();
    }

    /// Gives up what is still in flight and says of every row that was sent that it is not settled; of rows that were
    /// received and not sent, what an earlier run knows.
    async fn end(mut self) -> SendEnd {
        self.calls.abort_all();
        let (now, wall) = (Instant::now(), Timestamp::now());
        self.give_up_connecting(now);
        self.close_question();
        let is_control = |call: &Call| call.delivery.is_control();
        let in_doubt = self.in_flight.values().any(is_control).then_some(wall);
        self.control_is_over(in_doubt);
        let in_flight = self
            .in_flight
            .drain()
            .filter(|(_, call)| !call.delivery.is_control())
            .filter_map(|(_, call)| call.delivery.stopped(true, now, wall));
        let waiting = self
            .queue
            .take_retries()
            .filter_map(|delivery| delivery.stopped(false, now, wall));
        self.finished.extend(in_flight.chain(waiting));
        // What an earlier run knows of rows that this one does not come to.
        let untried = self
            .queue
            .take_untried()
            .filter_map(|delivery| delivery.untried());
        self.finished.extend(untried);
        // Closed above, or by the reader: what is on its way still comes.
        self.wires.plans.close();
        while let Some(batch) = self.wires.plans.recv().await {
            self.batch.extend(batch);
        }
        self.finished
            .extend(self.batch.drain(..).filter_map(Outcome::known));
        self.hand_on().await;
        let mut streak = self.breaker.into_streak();
        if matches!(self.stop, Some((EarlyEnd::NotThePlatform { .. }, _))) {
            streak.extend(self.outage.into_pages());
        }
        SendEnd {
            early: self.stop.map(|(end, _)| end),
            streak,
            attempts: self.meter.attempts + self.unwritten,
            retries: self.retried,
            control_calls: self.control_calls,
            most_in_a_second: self.meter.most_in_a_second(),
            mean_rate: self.meter.mean(),
            slow_downs: self.slowdown.asked,
            taken_rate: self.meter.taken(),
            most_in_flight: self.most_in_flight,
        }
    }
}

/// Waits for so many slots of the window. They are given back by whoever records the row, so the permit itself is not
/// kept. Cancel safe.
async fn take_slots(window: &Semaphore, slots: u32) -> bool {
    window
        .acquire_many(slots)
        .await
        .map(SemaphorePermit::forget)
        .is_ok()
}

/// Waits until there are more places for unrecorded calls than these. Takes nothing. Cancel safe.
async fn has_room(unrecorded: &Semaphore, than: usize) -> bool {
    // There are never so many.
    let than = u32::try_from(than).unwrap_or(u32::MAX);
    unrecorded.acquire_many(than + 1).await.is_ok()
}
