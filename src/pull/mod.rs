//! Reads through the platform's REST API: the respondents of a survey, with their ids and labels,
//! and the account's surveys. Nothing is changed there, and what sending promises does not depend
//! on it.
//!
//! ```text
//! Door ─ token ─▶ page by page, at the agreed rate, with retries ─ json ─▶ Member ─▶ the taker
//! ```
//!
//! The API is documented and was not tried against the live service, so questions are exactly as
//! documented and answers may differ in small ways: numbers as text, a bare list without a count,
//! `l1` for `label1`. Anything else is refused, by naming the keys that came and no value.
//!
//! Only `http` names reqwest. Where the list is written, and what it is used for, is decided
//! elsewhere (`run`, [`crate::record`], [`crate::plan`]).

mod ask;
mod door;
mod error;
mod http;
mod json;
mod kept_token;
mod list;

pub(crate) use door::{Door, DoorSettings};
pub(crate) use error::{PullError, Unreadable};
pub(crate) use http::{Http, HttpSettings};
pub(crate) use list::{Read, Takes};

#[cfg(test)]
mod tests;
