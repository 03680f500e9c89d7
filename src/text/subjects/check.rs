//! Sentences of `check`, of the question before a run, and of the preview.

use std::time::Duration;

use crate::report::Changes;

/// What a run on a terminal is about to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plans<'a> {
    pub(crate) to_send: u64,
    /// Whether respondents have several rows, so that there are fewer contacts than rows.
    pub(crate) has_repeats: bool,
    /// Respondents' rows that would change something, of those that are known; `None` if nothing is
    /// remembered.
    pub(crate) changed: Option<(u64, u64)>,
    /// The labels that are set, such as `l4, l7`.
    pub(crate) labels: &'a str,
    /// The survey, if it is one for all rows.
    pub(crate) survey: Option<&'a str>,
    pub(crate) host: &'a str,
    pub(crate) is_first: bool,
}

/// Sentences about an input that is examined.
pub(crate) trait CheckWords {
    /// The heading: the input's name and its rows.
    fn input_rows(&self, input: &str, rows: u64) -> String;

    fn nothing_would_be_sent(&self, why: &str) -> String;

    fn warning(&self, text: &str) -> String;

    /// How many contacts would get another value, and in which labels.
    fn changes(&self, changes: &Changes) -> String;

    fn longest_value(&self, bytes: u64) -> String;

    /// The minimum time of the calls; `None` if the rate is unlimited.
    fn calls_take(&self, rate: &str, time: Option<Duration>) -> String;

    fn first_calls(&self, are_changes: bool) -> String;

    /// One call spelt out: `labels` as `l4=Nowy, l7=1`.
    fn call(&self, row: u64, respondent: &str, labels: &str) -> String;

    /// The heading of the command to type after a check.
    fn next_trial(&self) -> String;

    fn next_mend(&self) -> String;

    /// The question before a run.
    fn set_labels(&self, plans: &Plans<'_>) -> String;

    fn cannot_be_restored(&self) -> String;

    /// The old values are written down before the first call.
    fn can_be_undone(&self) -> String;

    /// Damaged values would be sent as they are.
    fn better_no(&self) -> String;

    fn not_confirmed(&self) -> String;

    /// Nobody answered a question for this long.
    fn no_answer(&self, time: Duration) -> String;

    /// Ids of another length than nearly all.
    fn odd_lengths(&self, digits: usize) -> String;

    fn preview_is_for_terminals(&self) -> String;
}
