//! Stage three: plans to outcomes, over the network. The one asynchronous stage.
//!
//! ```text
//! PlannedRow ─ dispatch ─▶ lanes ─▶ ceiling ─▶ transport ─▶ classify ─▶ deliver ─▶ Outcome
//!                ▲                               (one attempt)            │
//!                └──────────────── retry, hold-off, breaker ◀────────────┘
//! ```
//!
//! The [dispatcher](Dispatcher) owns the loop and every wait in it. All that decides is plain code over values, with
//! time and chance as arguments: [what an answer means](answers::classify), [when to try again](answers::retry), [who waits
//! for whom](dispatch::lanes), [when all wait for the platform](faults::outage), [when a run is
//! hopeless](faults::breaker). reqwest is named in [`wire::transport`] alone, governor in [`pace::ceiling`] alone.

mod answers;
mod attempt;
mod deliver;
mod dispatch;
mod faults;
mod pace;
mod wire;

pub(crate) use answers::retry::RetryPolicy;
pub(crate) use attempt::Transport;
#[cfg(test)]
pub(crate) use attempt::TransportError;
#[cfg(any(test, fuzzing))]
pub(crate) use attempt::{Body, Reply};
pub(crate) use faults::breaker::BreakerSettings;
pub(crate) use faults::outage::OutageSettings;
#[cfg(test)]
pub(crate) use wire::permit::Wire;
pub(crate) use wire::transport::{HttpSettings, HttpTransport};

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::sync::{Semaphore, watch};

use super::model::{Concurrency, EarlyEnd, Outcome, PlannedRow, Rate, SLOTS, UpdateRespondent, Waiting};
use dispatch::Dispatcher;

/// How fast, how often again, and when to give up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SendSettings {
    pub(crate) rate: Rate,
    pub(crate) concurrency: Concurrency,
    pub(crate) retry: RetryPolicy,
    /// Per attempt. For as long after its end, an attempt in doubt may still be applied (rule 3).
    pub(crate) timeout: Duration,
    pub(crate) outage: OutageSettings,
    pub(crate) breaker: BreakerSettings,
    /// Where the jitter's randomness starts.
    pub(crate) seed: u64,
}

/// How the stage ended.
#[derive(Debug)]
pub(crate) struct SendEnd {
    /// What ended the run before its input did.
    pub(crate) early: Option<EarlyEnd>,
    /// Rows whose verdicts are not final, since they are of the streak that ended the run.
    pub(crate) streak: Vec<u64>,
    pub(crate) attempts: u64,
    /// Attempts beyond the first of each row.
    pub(crate) retries: u64,
    /// Attempts that repeated an acknowledged command, to learn whose fault a streak is (rule 8).
    pub(crate) control_calls: u64,
    pub(crate) most_in_a_second: usize,
    /// Calls per second; `None` where there were too few to tell.
    pub(crate) mean_rate: Option<f64>,
    /// How often the platform said 429.
    pub(crate) slow_downs: u64,
    /// Calls per second that it took.
    pub(crate) taken_rate: Option<f64>,
    pub(crate) most_in_flight: usize,
}

/// So many times as many calls as may be in flight may be unrecorded.
const UNRECORDED: usize = 2;

/// The room that rows and calls need and whoever records gives back.
#[derive(Clone, Debug)]
pub(crate) struct Slots {
    /// The window: a row takes [`PlannedRow::slots`] of it and gives them back as it needs less, the last when its line is
    /// written.
    pub(crate) slots: Arc<Semaphore>,
    /// A call takes one until it has to be made again or its row's outcome is in the journal, so that a kill costs no
    /// more repeated calls than there are.
    pub(crate) unrecorded: Arc<Semaphore>,
}

impl Slots {
    /// For at most so many calls in flight.
    pub(crate) fn new(concurrency: Concurrency) -> Self {
        Self {
            slots: Arc::new(Semaphore::new(SLOTS as usize)),
            unrecorded: Arc::new(Semaphore::new(UNRECORDED * concurrency.most())),
        }
    }

    /// Gives back what calls took whose outcomes are in the journal now.
    pub(crate) fn journalled(&self, calls: usize) {
        self.unrecorded.add_permits(calls);
    }

    /// Gives back slots of the window.
    pub(crate) fn free(&self, slots: usize) {
        self.slots.add_permits(slots);
    }
}

/// How many of these outcomes are of calls of this run, each of which holds a place among the unrecorded.
pub(crate) fn calls_among(outcomes: &[Outcome]) -> usize {
    let of_calls = |outcome: &&Outcome| !outcome.journalled && outcome.attempts > 0;
    outcomes.iter().filter(of_calls).count()
}

/// Sends what is planned and hands on what became of it, until the plans end or the run has to.
///
/// Not cancel safe: dropping the future loses the rows in flight.
pub(crate) async fn dispatch<T: Transport>(wires: Wires, transport: T, settings: SendSettings) -> SendEnd {
    Dispatcher::new(wires, transport, settings).run().await
}

/// What ties the stage to the others.
pub(crate) struct Wires {
    /// Closed by the reader at the end of the input, by this stage to stop.
    pub(crate) plans: Receiver<Vec<PlannedRow>>,
    /// Closed by the recorder when it can no longer write.
    pub(crate) outcomes: Sender<Vec<Outcome>>,
    /// Asks the run to end: the first time it drains, the second time it ends at once.
    pub(crate) stops: Receiver<EarlyEnd>,
    /// Taken from for every row and every call; whoever receives the outcomes gives it back.
    pub(crate) room: Slots,
    /// Told while the run waits for the platform.
    pub(crate) waiting: watch::Sender<Option<Waiting>>,
    /// Another process made calls for these rows before.
    pub(crate) resumed: bool,
    /// The journal of the run that is resumed knows a success.
    pub(crate) knows_success: bool,
    /// Rows with a verdict of a process before whose command that may have been repeating when it was killed.
    pub(crate) repeated: HashSet<u64>,
    /// Commands that earlier runs have acknowledged and this input repeats.
    pub(crate) known: Vec<UpdateRespondent>,
    /// Told of control calls, where somebody remembers what was acknowledged.
    pub(crate) memory: Option<Box<dyn ControlMemory>>,
}

/// Remembers that a command is repeated, as it does of rows: the call may be applied late, after a kill, too.
pub(crate) trait ControlMemory: Send {
    /// This command is repeated next. False if that could not be written: then it must not be. Blocks for as long as it
    /// takes to write, while no row starts.
    fn begins(&self, update: &UpdateRespondent) -> bool;

    /// The call that was announced last is over, or was not made; `in_doubt_since`, it ended without an answer that tells.
    fn ended(&self, in_doubt_since: Option<Timestamp>);
}

/// Classifies an answer of these parts, for the fuzz target.
///
/// # Panics
///
/// If anything but a 2xx is a success, or a wait is longer than any that is waited for.
#[cfg(any(test, fuzzing))]
pub(crate) fn fuzzed_answer(status: u16, header: String, body: &[u8], now: std::time::SystemTime) {
    use answers::classify::Decision;
    answers::retry::retry_after(&header, Some(&header), now);
    let reply = Reply {
        status,
        date: Some(header.clone()),
        retry_after: Some(header),
        body: Body::Whole(bytes::Bytes::copy_from_slice(body)),
    };
    let result = Ok(reply);
    let decision = answers::classify::classify(&result, now);
    faults::outage::Heard::from_reply(&result, &decision);
    match decision {
        Decision::Success { http_status, .. } => {
            assert!((200..300).contains(&http_status) && http_status == status);
            let object: serde_json::Value =
                serde_json::from_slice(body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body))
                    .unwrap_or_default();
            assert_eq!(
                object.get("type").and_then(serde_json::Value::as_str),
                Some("success")
            );
        }
        Decision::Retry { after, .. } => {
            assert!(after.is_none_or(|after| after <= answers::retry::MAX_HOLD_OFF));
        }
        Decision::Fail(_) => {}
    }
}

#[cfg(test)]
mod tests;
