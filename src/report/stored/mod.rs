//! What outlasts a run for its report: the facts that the summary's file holds, and how they are read
//! back. `summary_json.rs` writes them with the other fields.

mod facts;
mod failing;
mod run;

pub(super) use facts::Said;
pub(crate) use facts::{Expect, ReasonFacts, RunFacts, plain_command};
pub(crate) use failing::{FailingRow, FailingRows};
pub(crate) use run::StoredRun;
