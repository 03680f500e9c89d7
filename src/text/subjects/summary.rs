//! Sentences of the summary of a run.

use std::time::Duration;

/// A word beside a count at the top of a summary or of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counted {
    Updated,
    /// Failed or invalid rows that have to be edited.
    ToFix,
    /// Failed or unconfirmed rows that can be sent as they are.
    ToResend,
    Unchanged,
    Skipped,
    NotReached,
    ToSend,
    /// Rows that a guard keeps from being sent.
    CouldBeSent,
    Invalid,
}

/// Sentences about what a run did.
pub(crate) trait SummaryWords {
    /// Names a count: its word follows the number (English) or precedes it (Polish).
    fn counted(&self, counted: Counted, count: u64) -> String;

    /// Whether a count stands behind its word.
    fn counts_follow(&self) -> bool;

    /// The first rows of several, such as `rows 13, 14 and 37 more`.
    fn rows(&self, first: &[u64], all: u64) -> String;

    /// Rows that the run before had settled.
    fn settled_before(&self, rows: u64) -> String;

    /// The platform's own words.
    fn platform_said(&self, message: &str) -> String;

    /// Reasons that are not shown, because each may be about a person. `kind` is what they have in
    /// common.
    fn reasons_are_in(&self, kind: &str, results: &str) -> String;

    /// Further reasons, which are not shown.
    fn other_reasons(&self, results: &str) -> String;

    /// The time, the rate and the results' name.
    fn took(&self, time: Duration, rate: Option<f64>) -> String;

    fn results_are(&self, path: &str) -> String;

    /// The partial results of a run that ended early.
    fn partial_results(&self, results: &str, failed: &str) -> String;

    /// The journal of a run whose results cannot be written.
    fn journal_is_safe(&self, results: &str) -> String;

    /// Calls and repeated calls, the highest rate and the most calls in flight.
    fn calls(&self, attempts: u64, retries: u64, most_in_a_second: u64, most_in_flight: u64) -> String;

    fn control_calls(&self, calls: u64) -> String;

    /// The platform asked to slow down; `taken` is the rate that it accepted.
    fn slowed_down(&self, times: u64, taken: Option<f64>) -> String;

    /// The platform asked to slow down and accepted nothing.
    fn took_nothing(&self, times: u64) -> String;

    /// Failed rows that a later row of the same respondent has overtaken.
    fn overtaken(&self, rows: u64) -> String;

    /// `--only` names respondents that are in no row.
    fn nobody_selected(&self) -> String;

    /// A contact that a trial has updated.
    fn updated_contact(&self, respondent: &str, row: u64) -> String;

    /// What to do before the command below.
    fn next_fix(&self, rows: u64, failed: &str) -> String;

    fn next_resend(&self, rows: u64) -> String;

    fn next_all(&self) -> String;

    fn nobody_found(&self, rows: u64, message: &str) -> String;

    fn all_invalid(&self, rows: u64, title: &str) -> String;

    fn no_address_known(&self, rows: u64) -> String;
}

/// Sentences about an input beside its rows, the same in `check` and in a summary.
pub(crate) trait NoteWords {
    fn blank_records(&self, count: u64) -> String;

    fn blank_fields(&self, rows: u64) -> String;

    fn blank_cells(&self, count: u64) -> String;

    fn ids_trimmed(&self, count: u64) -> String;

    fn damaged_values(&self, count: u64) -> String;

    /// Respondents on several rows, and how many of them with different values.
    fn repeated(&self, count: u64, differently: u64, at_least: bool, only_last: bool) -> String;

    /// An id that also occurs with other leading zeros.
    fn other_zeros(&self) -> String;

    fn ids_with_other_zeros(&self, count: u64, at_least: bool) -> String;
}
