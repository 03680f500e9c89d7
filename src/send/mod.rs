//! Stage three: plans to outcomes, over the network. The one asynchronous stage.
//!
//! ```text
//! PlannedRow ─ dispatch ─▶ lanes ─▶ limit ─▶ transport ─▶ classify ─▶ deliver ─▶ Outcome
//!                ▲                               (one attempt)            │
//!                └──────────────── retry, hold-off, breaker ◀────────────┘
//! ```
//!
//! [`dispatch()`] owns the loop and every wait in it. All that decides is plain code over values, with time and chance
//! as arguments: [`classify`](classify::classify) an answer, [when to try again](retry), [who waits for
//! whom](lanes), [when a run is hopeless](breaker). reqwest is named in [`transport`] alone, governor in [`limit`]
//! alone.

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
pub(crate) use dispatch::{SendEnd, SendSettings, dispatch};
pub(crate) use retry::RetryPolicy;
pub(crate) use transport::{HttpSettings, HttpTransport};

#[cfg(test)]
mod tests;
