//! A summary as it is read back for a report or an overview. Tolerant: a field that an older version
//! did not write has its default, and one that a newer version adds is ignored.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;

use super::RunFacts;
use crate::model::{Action, ErrorCode, Status, StoreRun};

/// Maximum of a count: far more rows than a file has.
pub(super) const MAX_COUNT: u64 = 1_000_000_000_000;

/// Maximum characters of a text that is no message.
const MAX_TEXT: usize = 1_000;

/// Cuts a text that is too long.
pub(super) fn shorten(text: &mut String) {
    if let Some((end, _)) = text.char_indices().nth(MAX_TEXT) {
        text.truncate(end);
        text.push('…');
    }
}

/// A run, or the end of one that made no call.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct StoredRun {
    tool: String,
    pub(crate) version: String,
    pub(crate) run_id: String,
    /// `None` for a run that made no call.
    pub(crate) started_at: Option<Timestamp>,
    pub(crate) finished_at: Option<Timestamp>,
    /// The input, as the user wrote it.
    pub(crate) input: String,
    /// A run in the sandbox, or of some rows.
    pub(crate) rehearsal: bool,
    /// Whether every row has its verdict.
    pub(crate) finished: bool,
    /// How the run ended: `complete`, `outage`, `not_started` …
    pub(crate) end: String,
    pub(crate) exit_code: u8,
    pub(crate) why: String,
    pub(crate) rows: u64,
    pub(crate) settled_before: u64,
    /// Rows by the name of their status.
    pub(crate) statuses: BTreeMap<String, u64>,
    pub(crate) not_reached: u64,
    /// Rows by the name of their error code.
    pub(crate) error_codes: BTreeMap<String, u64>,
    pub(crate) attempts: u64,
    pub(crate) retries: u64,
    pub(crate) control_calls: u64,
    pub(crate) elapsed_ms: u64,
    pub(crate) mean_rate_per_second: Option<f64>,
    pub(crate) most_in_one_second: u64,
    pub(crate) slow_downs: u64,
    pub(crate) taken_per_second: Option<f64>,
    pub(crate) most_in_flight: u64,
    pub(crate) damaged_values: u64,
    pub(crate) respondents_on_several_rows: u64,
    pub(crate) respondents_with_different_values: u64,
    pub(crate) respondents_counted_in_part: bool,
    pub(crate) ids_with_other_zeros: u64,
    pub(crate) overtaken_failures: u64,
    /// The page about the run, as the user wrote its path.
    pub(crate) report: Option<String>,
    /// The start of the run of which this is a retry round.
    pub(crate) retry_of: Option<Timestamp>,
    /// The store that the run used, if any.
    pub(crate) store: Option<StoreRun>,
    pub(crate) facts: RunFacts,
}

impl StoredRun {
    /// Parses a summary, or the object that `--summary -` prints.
    ///
    /// # Errors
    ///
    /// If the text is no JSON object of this tool.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let run: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if run.tool != env!("CARGO_PKG_NAME") {
            return Err(format!("its `tool` is not {}", env!("CARGO_PKG_NAME")));
        }
        Ok(run.bounded())
    }

    /// Limits counts, lists and texts to what a run can have: the file may have been damaged, or written by
    /// somebody else, and a page has a maximum size.
    fn bounded(mut self) -> Self {
        let counts = self.statuses.values_mut().chain(self.error_codes.values_mut());
        let others = [
            &mut self.rows,
            &mut self.settled_before,
            &mut self.not_reached,
            &mut self.attempts,
        ];
        for count in counts.chain(others) {
            *count = (*count).min(MAX_COUNT);
        }
        let others = [
            &mut self.retries,
            &mut self.slow_downs,
            &mut self.overtaken_failures,
            &mut self.elapsed_ms,
        ];
        for count in others {
            *count = (*count).min(MAX_COUNT);
        }
        self.error_codes
            .retain(|name, _| ErrorCode::from_name(name).is_some());
        shorten(&mut self.input);
        self.report.iter_mut().for_each(shorten);
        self.facts = self.facts.bounded();
        self
    }

    /// Whether no row is the reason for the exit code, but what the mailing list shows after the run.
    pub(crate) fn is_about_labels(&self) -> bool {
        let failing = Status::ALL.into_iter().filter(|status| status.is_failure());
        let mut counts = failing.map(|status| self.statuses.get(status.name()).copied().unwrap_or_default());
        self.finished
            && self.end == "complete"
            && self.exit_code != 0
            && self.rows > 0
            && counts.all(|rows| rows == 0)
    }

    /// Creates what is known of a run by its results alone.
    pub(crate) fn of_results(counts: BTreeMap<(Status, Option<ErrorCode>), u64>) -> Self {
        let mut run = Self {
            finished: true,
            end: "complete".to_owned(),
            ..Self::default()
        };
        for ((status, code), count) in counts {
            run.rows += count;
            *run.statuses.entry(status.name().to_owned()).or_default() += count;
            run.exit_code = run.exit_code.max(u8::from(status.is_failure()));
            if let Some(code) = code {
                *run.error_codes.entry(code.name().to_owned()).or_default() += count;
                if status.is_failure() {
                    run.facts.reasons.push(super::ReasonFacts {
                        code: code.name().to_owned(),
                        rows: count,
                        ..super::ReasonFacts::default()
                    });
                }
            }
        }
        run
    }

    /// Says that not every row has its verdict.
    pub(crate) fn so_far(self) -> Self {
        Self {
            finished: false,
            ..self
        }
    }

    /// Returns the number of rows with this status.
    pub(crate) fn count(&self, status: Status) -> u64 {
        self.statuses.get(status.name()).copied().unwrap_or_default()
    }

    /// Returns the number of rows with this error code.
    pub(crate) fn rows_of(&self, code: ErrorCode) -> u64 {
        self.error_codes.get(code.name()).copied().unwrap_or_default()
    }

    /// Returns the number of rows that are failed, unconfirmed or invalid.
    pub(crate) fn failures(&self) -> u64 {
        let failed = Status::ALL.into_iter().filter(|status| status.is_failure());
        failed.map(|status| self.count(status)).sum()
    }

    /// Returns the number of failed rows that have to be edited.
    pub(crate) fn to_fix(&self) -> u64 {
        let fixes = |code: ErrorCode| code.advice().is_some() && code.action() == Action::Fix;
        if self.facts.reasons.is_empty() {
            // An older version has no reasons. Only `no_match` can be a skipped row, too.
            let codes = self.error_codes.iter();
            let codes = codes.filter(|(name, _)| ErrorCode::from_name(name).is_some_and(fixes));
            return codes.map(|(_, count)| count).sum::<u64>().min(self.failures());
        }
        let reasons = self.facts.reasons.iter();
        reasons
            .filter(|reason| reason.code().is_some_and(fixes))
            .map(|reason| reason.rows)
            .sum()
    }

    /// Returns the number of failed rows that can be sent again as they are.
    pub(crate) fn to_resend(&self) -> u64 {
        self.failures().saturating_sub(self.to_fix())
    }

    /// Returns the number of rows whose labels had not changed.
    pub(crate) fn unchanged(&self) -> u64 {
        self.rows_of(ErrorCode::Unchanged)
    }

    /// Returns the number of rows that were left out on purpose, but for unchanged ones.
    pub(crate) fn skipped(&self) -> u64 {
        self.count(Status::Skipped).saturating_sub(self.unchanged())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        Duration::from_millis(self.elapsed_ms)
    }
}
