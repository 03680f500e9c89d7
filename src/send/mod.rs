//! Stage three: plans to outcomes, over the network. The one asynchronous stage.
//!
//! ```text
//! PlannedRow ─ dispatch ─▶ lanes ─▶ limit ─▶ transport ─▶ classify ─▶ deliver ─▶ Outcome
//!                ▲                               (one attempt)            │
//!                └──────────────── retry, hold-off, breaker ◀────────────┘
//! ```
//!
//! The [dispatcher](Dispatcher) owns the loop and every wait in it. All that decides is plain code over values, with
//! time and chance as arguments: [`classify`](classify::classify) an answer, [when to try again](retry), [who waits
//! for whom](lanes), [when a run is hopeless](breaker). reqwest is named in [`transport`] alone, governor in
//! [`limit`] alone.

mod answer;
mod attempt;
mod breaker;
mod classify;
mod deliver;
mod dispatch;
mod lanes;
mod limit;
mod meter;
mod queue;
mod retry;
mod transport;

pub(crate) use breaker::BreakerSettings;
pub(crate) use retry::RetryPolicy;
pub(crate) use transport::{HttpSettings, HttpTransport};

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::sync::mpsc::{Receiver, Sender};

use crate::model::{EarlyEnd, Outcome, PlannedRow, Rate};
use attempt::Transport;
use dispatch::Dispatcher;

/// How fast, how often again, and when to give up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SendSettings {
    pub(crate) rate: Rate,
    /// The most calls in flight, at least 1.
    pub(crate) concurrency: usize,
    pub(crate) retry: RetryPolicy,
    pub(crate) breaker: BreakerSettings,
    /// Where the jitter's randomness starts.
    pub(crate) seed: u64,
}

/// How the stage ended.
#[derive(Debug)]
pub(crate) struct SendEnd {
    /// What ended the run before its input did.
    pub(crate) early: Option<EarlyEnd>,
    pub(crate) attempts: u64,
    /// Attempts beyond the first of each row.
    pub(crate) retries: u64,
    pub(crate) most_in_a_second: usize,
    /// Attempts per second; nothing for fewer than two.
    pub(crate) mean_rate: Option<f64>,
}

/// Sends what is planned and hands on what became of it, until the plans end or the run has to.
///
/// Takes slots from `slots` for every row that it takes ([`PlannedRow::slots`]); whoever receives the outcomes gives
/// them back. Not cancel safe: dropping the future loses the rows in flight.
pub(crate) async fn dispatch<T: Transport>(
    plans: Receiver<Vec<PlannedRow>>,
    outcomes: Sender<Vec<Outcome>>,
    slots: Arc<Semaphore>,
    transport: T,
    settings: SendSettings,
) -> SendEnd {
    Dispatcher::new(plans, outcomes, slots, transport, settings)
        .run()
        .await
}

#[cfg(test)]
mod tests;
