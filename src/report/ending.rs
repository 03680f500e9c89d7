//! How a command ended, in the fields shared by every JSON object about an ending: what a scheduler
//! needs to decide on the next step, and one line for a person. Pure.

use serde::Serialize;

use super::ExitCode;
use crate::model::{Identity, clean, version};

/// The fields of an ending, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Ending {
    exit_code: u8,
    /// Whether the same command can end better without anyone's help.
    retryable: bool,
    /// When to retry: `now`, `delayed`, `next_window`, `no`.
    retry: &'static str,
    /// The reason, on one line, without secrets and cells.
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

/// The end of a run whose input has been sent before.
pub(crate) const ALREADY_SENT: &str = "already_sent";

/// Formats the end of a run that made no call and so has no summary: one line of JSON with a line
/// end. `input` as the user wrote it; `page` says
/// so, too.
pub(crate) fn unsent_to_json(
    identity: &Identity,
    (input, page): (&str, Option<&str>),
    end: &'static str,
    ending: &Ending,
) -> String {
    #[derive(Serialize)]
    struct Unsent<'a> {
        tool: &'static str,
        version: &'static str,
        #[serde(flatten)]
        identity: &'a Identity,
        input: &'a str,
        finished: bool,
        end: &'static str,
        #[serde(flatten)]
        ending: &'a Ending,
        report: Option<&'a str>,
    }
    let object = Unsent {
        tool: env!("CARGO_PKG_NAME"),
        version: version::VERSION,
        identity,
        input,
        // Nothing remains to be done.
        finished: end == ALREADY_SENT,
        end,
        ending,
        report: page,
    };
    // A struct of texts and numbers always serialises.
    serde_json::to_string(&object).unwrap_or_default() + "\n"
}
