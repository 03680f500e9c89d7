//! The loop that drives all calls, and the only place in this stage that waits.
//!
//! One task owns everything: which rows are ready, which wait for a retry, which calls are in
//! flight. Each call runs as its own task in a `JoinSet`, which returns the results. A call that
//! panics costs its row and nothing else.
//!
//! Permits are taken in this order, so that none is held while waiting for another ([rule 4](crate::rules#rule-4)): a slot
//! of the window, the respondent's lane, a place among the calls in flight, and last, right before
//! the wire, the rate's token. Nothing is awaited between the token and the call: a call that has
//! to connect does so before it takes its token.
//!
//! The normal end is the plans' channel closing. An early end ([rule 8](crate::rules#rule-8)) closes that channel from
//! this side: no new attempt starts, calls in flight have [`DRAIN`] to finish, and every row that
//! was sent gets its outcome.

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
use super::pace::concurrency::InFlight;
use super::pace::course::CourseMeter;
use super::pace::meter::Meter;
use super::pace::rate_limit::{Limiter, Token};
use super::pace::slowdown::Slowdown;
use super::wire::connecting::Connecting;
use super::wire::connections::Connections;
use super::wire::permit::Asks;
use super::{SendEnd, SendSettings, Wires};
use crate::model::{EarlyEnd, Outcome, PlannedRow, UpdateRespondent};
use control::Question;
use queue::Queue;

/// How long calls in flight may take once the run has to end.
const DRAIN: Duration = Duration::from_secs(5);

/// Maximum time that an outcome waits for others before it is passed on.
const LINGER: Duration = Duration::from_millis(1);

/// Minimum length of a wait that is reported.
const WORTH_TELLING: Duration = Duration::from_secs(5);

/// A running call and its row.
#[derive(Debug)]
struct Call {
    delivery: Box<Delivery>,
    /// The token spent when the call was written; `None` if it was not written.
    token: Option<Token>,
    /// When its connection was begun; the call's start if it uses a kept one.
    begun: Instant,
    /// How long the connection took; zero on a kept one.
    connecting: Duration,
    /// The call uses a kept connection.
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

/// The state of everything under way.
pub(super) struct Dispatcher<T> {
    transport: T,
    settings: SendSettings,
    chance: fastrand::Rng,

    wires: Wires,
    plans_ended: bool,
    /// Rows received that have no slot yet.
    batch: VecDeque<PlannedRow>,

    queue: Queue,
    calls: JoinSet<Result<Reply, TransportError>>,
    /// Calls that are written. All other calls are still connecting.
    in_flight: HashMap<Id, Call>,
    connecting: Connecting,
    asks: Asks,
    connections: Connections,
    limit: InFlight,
    most_in_flight: usize,

    limiter: Limiter,
    slowdown: Slowdown,
    outage: Outage,
    /// No attempt starts before this time, because the platform asked to wait.
    hold_off: Option<Instant>,
    /// Whether `wires.waiting` currently says that the run waits.
    tells_of_waiting: bool,
    /// When to run the next turn even if nothing happens.
    wake: Option<Instant>,
    /// Since when the window has been full although rows could be taken, and whether that was
    /// reported.
    window_full: Option<(Instant, bool)>,
    /// A call could start if more outcomes were in the journal.
    wants_room: bool,
    breaker: Breaker,
    controls: Controls,
    /// The command whose repetition was recorded in the memory and has not ended.
    announced: Option<UpdateRespondent>,
    control_calls: u64,
    /// Open while a streak is full. No row starts until it is known whether the rows themselves are
    /// at fault.
    question: Option<Question>,
    meter: Meter,
    course: CourseMeter,
    retried: u64,
    /// Attempts spent on calls that could not be written.
    unwritten: u64,
    /// Why the run stops, and until when calls in flight may take.
    stop: Option<(EarlyEnd, Instant)>,

    /// Outcomes not passed on yet.
    finished: Vec<Outcome>,
    /// Since when `finished` holds any.
    finished_since: Option<Instant>,
    /// The platform's last success message, raw and in the form that may be shown. It is nearly
    /// always the same, so this saves redacting it again.
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
            course: CourseMeter::default(),
            retried: 0,
            unwritten: 0,
            stop: None,
            finished: Vec::new(),
            finished_since: None,
            success: Default::default(),
        }
    }

    /// Runs the stage. Each turn starts what may start, passes on what is finished, and waits for
    /// the next event: the end of a call (looked at first), plans, a slot, or a timer.
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
                // A recorder that has ended gives no permits back; waiting for one would never end.
                () = self.wires.outcomes.closed() => self.recorder_gone(),
                true = take_slots(&self.wires.room.slots, slots), if wants_slots => self.admit_next(),
                true = has_room(&self.wires.room.unrecorded, unneeded), if wants_room => {}
                () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => {}
            }
            // Handles everything else that has ended meanwhile in the same turn.
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

    /// Whether to pass on the finished outcomes now. A message to the recorder costs about as much
    /// as a call, so outcomes wait for others, but only briefly and only while calls do not have to
    /// wait for them.
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

    /// Passes on the finished outcomes. Waits if the recorder is behind.
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

    /// Stops the run: nothing may be sent that can no longer be recorded.
    fn recorder_gone(&mut self) {
        self.stop = Some((EarlyEnd::NotRecorded, Instant::now()));
        self.wires.plans.close();
    }

    /// Abandons the calls in flight. Every row that was sent gets an outcome that says it is not
    /// settled; a row that was received and not sent gets what an earlier run recorded.
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
        // What an earlier run recorded about rows that this one did not reach.
        let untried = self
            .queue
            .take_untried()
            .filter_map(|delivery| delivery.untried());
        self.finished.extend(untried);
        // The channel is closed, here or by the reader. What was sent before still arrives.
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
            course: self.course.into_course(now),
        }
    }
}

/// Takes this many slots of the window. The recorder gives them back, so the permit itself is not
/// kept. Cancel safe.
async fn take_slots(window: &Semaphore, slots: u32) -> bool {
    window
        .acquire_many(slots)
        .await
        .map(SemaphorePermit::forget)
        .is_ok()
}

/// Waits until more places for unrecorded calls are free than this. Takes none. Cancel safe.
async fn has_room(unrecorded: &Semaphore, than: usize) -> bool {
    // Always fits: the number of places is small.
    let than = u32::try_from(than).unwrap_or(u32::MAX);
    unrecorded.acquire_many(than + 1).await.is_ok()
}
