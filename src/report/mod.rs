//! Stage five: reports to people and machines. Outcomes are folded into a [`RunSummary`]; the
//! summary and the end of the run give a verdict, and the verdict an exit code. All of that is
//! plain code over values. [`Console`] writes to the terminal and the log;
//! `report/terminal/progress.rs` draws the bar.

mod changes;
mod diagnosis;
mod ending;
mod exit_code;
mod findings;
mod numbers;
mod run_report;
mod stored;
mod summary_json;
mod terminal;
mod totals;
mod verified;

pub(crate) use changes::{Changes, LabelChanges};
pub(crate) use diagnosis::Diagnosis;
pub(crate) use ending::{ALREADY_SENT, Ending, unsent_to_json};
pub(crate) use exit_code::ExitCode;
pub(crate) use findings::{Finding, Findings, Places, Weight, refused_as_json};
pub(crate) use numbers::{counted, duration, per_second, thousands};
pub(crate) use run_report::{Reach, RunEnd, RunKind, RunReport, Verdict};
pub(crate) use stored::{
    Expect, FailingRow, FailingRows, KeptRow, Known, Night, NightEnd, NightKind, ReasonFacts, RunFacts, Said,
    StoredRun, arranged, night_to_json, plain_command, respondent_to_json,
};
pub(crate) use summary_json::{to_json, to_printed_json, to_stored_json};
pub(crate) use terminal::console::{Answer, Console, LogFormat, Verbosity};
pub(crate) use terminal::progress::{Moment, Progress};
pub(crate) use terminal::say::{is_person, say_command, say_error, say_more};
pub(crate) use terminal::screen::{Screen, Tone};
pub(crate) use totals::{CodeCount, Notes, Reader, RunSummary};
pub(crate) use verified::Verified;
