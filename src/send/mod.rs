//! Stage three: turns plans into outcomes, over the network. The only asynchronous stage.
//!
//! ```text
//! PlannedRow ─ dispatch ─▶ lanes ─▶ rate_limit ─▶ transport ─▶ classify ─▶ deliver ─▶ Outcome
//!                ▲                               (one attempt)            │
//!                └──────────────── retry, hold-off, breaker ◀────────────┘
//! ```
//!
//! The [dispatcher](Dispatcher) owns the loop and every wait in it. All decisions are plain code
//! over values, with time and randomness passed in: [what an answer means](answers::classify),
//! [when to retry](super::model::Backoff), [which row waits for which](dispatch::lanes), [when all calls
//! pause](faults::outage), [when a run is hopeless](faults::breaker). Only [`wire::transport`]
//! names reqwest, and only [`pace::rate_limit`] names governor.

mod answers;
mod attempt;
mod deliver;
mod dispatch;
mod faults;
mod pace;
mod wire;

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

use super::model::{
    Concurrency, Course, EarlyEnd, Outcome, PlannedRow, Rate, RetryPolicy, SLOTS, UpdateRespondent, Waiting,
};
use dispatch::Dispatcher;

/// Pace, retries, and when to give up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SendSettings {
    /// Maximum attempts per second.
    pub(crate) rate: Rate,
    /// Maximum calls in flight.
    pub(crate) concurrency: Concurrency,
    pub(crate) retry: RetryPolicy,
    /// Time limit per attempt. An attempt in doubt may still be applied for this long after it
    /// ended ([rule 3](crate::rules#rule-3)).
    pub(crate) timeout: Duration,
    pub(crate) outage: OutageSettings,
    pub(crate) breaker: BreakerSettings,
    /// Seed of the random number generator for jitter.
    pub(crate) seed: u64,
}

/// The result of the stage, with its counts.
#[derive(Debug)]
pub(crate) struct SendEnd {
    /// Why the run ended before its input did; `None` if it did not.
    pub(crate) early: Option<EarlyEnd>,
    /// Numbers of the rows in the streak that ended the run. Their verdicts are not final.
    pub(crate) streak: Vec<u64>,
    /// Attempts in this run, control calls included.
    pub(crate) attempts: u64,
    /// Attempts beyond the first of each row.
    pub(crate) retries: u64,
    /// Attempts that repeated an acknowledged command, to find out whether the rows themselves
    /// caused a streak ([rule 8](crate::rules#rule-8)).
    pub(crate) control_calls: u64,
    /// Most calls written in any one-second window.
    pub(crate) most_in_a_second: usize,
    /// Calls per second; `None` if there were too few calls to measure.
    pub(crate) mean_rate: Option<f64>,
    /// Number of 429 answers.
    pub(crate) slow_downs: u64,
    /// Calls per second that the platform accepted; `None` if there were too few calls to measure.
    pub(crate) taken_rate: Option<f64>,
    /// Most calls in flight at once.
    pub(crate) most_in_flight: usize,
    /// Calls over time, waits and response times.
    pub(crate) course: Course,
}

/// Unrecorded calls allowed per call in flight.
const UNRECORDED: usize = 2;

/// The permits that rows and calls take and the recorder gives back.
#[derive(Clone, Debug)]
pub(crate) struct Slots {
    /// The window. A row takes [`PlannedRow::slots`] permits and gives them back as it needs fewer,
    /// the last one when its line is written.
    pub(crate) slots: Arc<Semaphore>,
    /// Permits for unrecorded calls. A call holds one until it is due for a retry or its row's
    /// outcome is in the journal. This bounds the number of calls that are repeated after a kill.
    pub(crate) unrecorded: Arc<Semaphore>,
}

impl Slots {
    /// Creates the permits for this concurrency.
    pub(crate) fn new(concurrency: Concurrency) -> Self {
        Self {
            slots: Arc::new(Semaphore::new(SLOTS as usize)),
            unrecorded: Arc::new(Semaphore::new(UNRECORDED * concurrency.most())),
        }
    }

    /// Gives back the permits of calls whose outcomes are now in the journal.
    pub(crate) fn journalled(&self, calls: usize) {
        self.unrecorded.add_permits(calls);
    }

    /// Gives back slots of the window.
    pub(crate) fn free(&self, slots: usize) {
        self.slots.add_permits(slots);
    }
}

/// Counts outcomes that made a call in this run; each holds one permit.
pub(crate) fn calls_among(outcomes: &[Outcome]) -> usize {
    let of_calls = |outcome: &&Outcome| !outcome.journalled && outcome.attempts > 0;
    outcomes.iter().filter(of_calls).count()
}

/// Sends the planned rows and passes on their outcomes, until the plans end or the run has to stop.
///
/// Not cancel safe: dropping the future loses the rows in flight.
pub(crate) async fn dispatch<T: Transport>(wires: Wires, transport: T, settings: SendSettings) -> SendEnd {
    Dispatcher::new(wires, transport, settings).run().await
}

/// The channels and facts that connect this stage to the others.
pub(crate) struct Wires {
    /// Planned rows. The reader closes the channel at the end of the input; this stage closes it to
    /// stop early.
    pub(crate) plans: Receiver<Vec<PlannedRow>>,
    /// Outcomes for the recorder, which closes the channel when it can no longer write.
    pub(crate) outcomes: Sender<Vec<Outcome>>,
    /// Requests to stop. The first lets calls in flight finish; the second ends the run at once.
    pub(crate) stops: Receiver<EarlyEnd>,
    /// Permits taken for every row and call. The recorder gives them back.
    pub(crate) room: Slots,
    /// Set while the run waits for the platform.
    pub(crate) waiting: watch::Sender<Option<Waiting>>,
    /// The run is resumed: another process has made calls for these rows.
    pub(crate) resumed: bool,
    /// The journal of the resumed run holds a success.
    pub(crate) knows_success: bool,
    /// Numbers of rows with an earlier verdict whose command may have been in the middle of a
    /// repetition when the earlier process was killed.
    pub(crate) repeated: HashSet<u64>,
    /// Commands that earlier runs got acknowledged and that this input repeats.
    pub(crate) known: Vec<UpdateRespondent>,
    /// Records control calls; `None` if acknowledgements are not stored.
    pub(crate) memory: Option<Box<dyn ControlMemory>>,
}

/// Records that a command is being repeated, as is recorded for rows: after a kill, the call may
/// still be applied late.
pub(crate) trait ControlMemory: Send {
    /// Records that this command is repeated next. Returns false if that could not be written; the
    /// command must not be repeated then. Blocks while it writes; no row starts meanwhile.
    fn begins(&self, update: &UpdateRespondent) -> bool;

    /// Records that the call announced last has ended or was not made. `in_doubt_since` is set if
    /// it ended without a definite answer.
    fn ended(&self, in_doubt_since: Option<Timestamp>);
}

/// Classifies an answer made of these parts, for the fuzz target.
///
/// # Panics
///
/// If an answer other than a 2xx counts as a success, or a wait exceeds the maximum.
#[cfg(any(test, fuzzing))]
pub(crate) fn fuzzed_answer(status: u16, header: String, body: &[u8], now: std::time::SystemTime) {
    use answers::classify::Decision;
    super::model::retry_after(&header, Some(&header), now);
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
            assert!(after.is_none_or(|after| after <= super::model::MAX_HOLD_OFF));
        }
        Decision::Fail(_) => {}
    }
}

#[cfg(test)]
mod tests;
