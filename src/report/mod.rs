//! Stage five: what people and machines are told. Outcomes are folded into a [`RunSummary`], the summary and the run's
//! end make a verdict, and the verdict is an exit code. All of that is plain code over values; what reaches a
//! terminal or a log goes through [`Console`], and the bar is in `report/progress.rs`.

mod console;
mod ending;
mod exit_code;
mod json;
mod log_lines;
mod progress;
mod run_report;
mod summary;
mod words;

pub(crate) use console::{Console, LogFormat, Verbosity, say_error};
pub(crate) use ending::{ALREADY_SENT, Ending, unsent_to_json};
pub(crate) use exit_code::ExitCode;
pub(crate) use json::to_json;
pub(crate) use progress::Progress;
pub(crate) use run_report::{RunEnd, RunReport};
pub(crate) use summary::{Reader, RunSummary};
pub(crate) use words::findings::{Finding, Findings, Places, Weight, refused_as_json};
pub(crate) use words::notes::Notes;
pub(crate) use words::numbers::{counted, duration, per_second, thousands};
pub(crate) use words::text::to_text;
