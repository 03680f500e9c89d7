//! What outlasts a run for its report: the facts that the summary's file holds, and how they are read
//! back. `summary_json.rs` writes them with the other fields.

mod facts;
mod failing;
mod night;
mod night_json;
mod run;

pub(crate) use facts::{Expect, ReasonFacts, RunFacts, Said, plain_command};
pub(crate) use failing::{FailingRow, FailingRows};
pub(crate) use night::{KeptRow, Known, Night, NightEnd, NightKind, arranged};
pub(crate) use night_json::{night_to_json, respondent_to_json};
pub(crate) use run::StoredRun;
