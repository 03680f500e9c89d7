//! How a command ended, in the fields that every JSON object of an ending has: what a scheduler needs to decide what to do
//! next, and one line for a person. Pure.

use serde::Serialize;

use super::ExitCode;
use crate::model::clean;

/// The fields of an ending, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Ending {
    exit_code: u8,
    /// Whether the same command can come to a better end without anybody's help.
    retryable: bool,
    /// When that is worth a try: `now`, `delayed`, `next_window`, `no`.
    retry: &'static str,
    /// On one line, without secrets and cells.
    why: String,
}

impl Ending {
    pub(crate) fn new(code: ExitCode, why: &str) -> Self {
        let lines: Vec<_> = why.lines().map(str::trim).collect();
        let retry = code.retry();
        Self {
            exit_code: code.code(),
            retryable: retry.is_any(),
            retry: retry.name(),
            why: clean(&lines.join(" ")).into_owned(),
        }
    }
}

/// The end of a run whose input was sent before.
pub(crate) const ALREADY_SENT: &str = "already_sent";

/// One line of JSON, ended: how a run ended that has no summary, since it made no call. `input` as the user wrote it.
pub(crate) fn unsent_to_json(run_id: &str, input: &str, end: &'static str, ending: &Ending) -> String {
    #[derive(Serialize)]
    struct Unsent<'a> {
        tool: &'static str,
        version: &'static str,
        run_id: &'a str,
        input: &'a str,
        finished: bool,
        end: &'static str,
        #[serde(flatten)]
        ending: &'a Ending,
    }
    let object = Unsent {
        tool: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        run_id,
        input,
        // There is nothing left to be done.
        finished: end == ALREADY_SENT,
        end,
        ending,
    };
    // A struct of texts and numbers always serialises.
    serde_json::to_string(&object).unwrap_or_default() + "\n"
}
