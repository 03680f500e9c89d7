//! Totals of a run, updated outcome by outcome in bounded memory. Pure.

use std::collections::{BTreeMap, HashMap};

use super::{FailingRow, FailingRows};
use crate::model::{Action, ErrorCode, Lane, Outcome, Plan, Status, clean, guarded};

/// Maximum number of different messages counted per error code; all are in the results file.
const MAX_MESSAGES: usize = 50;

/// Maximum number of rows listed per message.
const ROWS_SHOWN: usize = 5;

/// Maximum number of respondents with a failed row that are remembered, to detect that a later row
/// of theirs succeeded.
const MAX_FAILING: usize = 100_000;

/// Counts that always match each other: each outcome is added as a whole.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunSummary {
    statuses: BTreeMap<Status, u64>,
    codes: BTreeMap<ErrorCode, CodeCount>,
    /// Number of failed rows per respondent so far.
    failing: HashMap<Lane, u64>,
    /// Failed rows followed by a success of the same respondent: sending them again would undo
    /// that.
    pub(crate) overtaken: u64,
    /// Row and id of the first success.
    first_success: Option<(u64, String)>,
    /// The first kept column has the row that is meant.
    names_rows_of_run: bool,
    /// The first rows that need a person.
    failing_rows: FailingRows,
}

/// Counts for one error code.
#[derive(Clone, Debug, Default)]
pub(crate) struct CodeCount {
    pub(crate) rows: u64,
    /// Those of them that are failed, unconfirmed or invalid.
    pub(crate) failures: u64,
    /// The first rows, up to [`ROWS_SHOWN`].
    pub(crate) first: Vec<u64>,
    messages: HashMap<String, Said>,
}

/// How often a message occurred, the first rows, and the first respondents that it was about.
#[derive(Clone, Debug, Default)]
struct Said {
    rows: u64,
    first: Vec<u64>,
    respondents: Vec<Lane>,
}

/// A message with the rows that have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SaidRows<'a> {
    pub(crate) message: &'a str,
    pub(crate) rows: u64,
    /// The first rows, up to [`ROWS_SHOWN`].
    pub(crate) first: &'a [u64],
}

/// Who reads quoted messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    /// A person at a terminal, who has the input anyway.
    Person,
    /// A file, a mail or a log. A message is quoted only if several respondents got it, so that it
    /// is about none of them.
    Record,
}

impl Reader {
    /// Returns the reader for messages of this code: those that never come from the platform may be
    /// shown to all.
    pub(crate) fn for_code(self, code: ErrorCode) -> Self {
        match code {
            ErrorCode::Rejected
            | ErrorCode::Auth
            | ErrorCode::Http4xx
            | ErrorCode::Http5xx
            | ErrorCode::RateLimited
            | ErrorCode::Redirected
            // It ends with what the last attempt was answered.
            | ErrorCode::Stopped => self,
            _ => Self::Person,
        }
    }
}

/// Minimum number of respondents with the same message before a record quotes it.
const SEVERAL: usize = 3;

impl RunSummary {
    /// Creates the totals of a round, whose rows are named as in the run: by their first kept column,
    /// which is `sync_row`.
    pub(crate) fn of_round() -> Self {
        Self {
            names_rows_of_run: true,
            ..Self::default()
        }
    }

    /// Returns the number by which a person finds the row.
    fn row_of(&self, outcome: &Outcome) -> u64 {
        let row_of_run = outcome.row.kept.first().and_then(|row| row.parse().ok());
        let row_of_run = row_of_run.filter(|_| self.names_rows_of_run);
        row_of_run.unwrap_or(outcome.row.position.row)
    }

    /// Adds an outcome. Outcomes of one respondent come in the order of the input.
    pub(crate) fn add(&mut self, outcome: &Outcome) {
        let number = self.row_of(outcome);
        *self.statuses.entry(outcome.status).or_default() += 1;
        if outcome.status.is_failure() {
            let key = (number, outcome.row.position.row);
            self.failing_rows.add(key, || FailingRow {
                row: number,
                respondent: guarded(&clean(outcome.row.respondent())).into_owned(),
                status: outcome.status,
                code: outcome.error_code,
                message: guarded(&clean(&outcome.message)).into_owned(),
            });
        }
        if let Plan::Send(update) = &outcome.row.plan {
            let lane = update.lane();
            if outcome.status == Status::Success {
                self.first_success
                    .get_or_insert_with(|| (number, update.respondent().to_owned()));
                self.overtaken += self.failing.remove(&lane).unwrap_or_default();
            } else if self.failing.len() < MAX_FAILING || self.failing.contains_key(&lane) {
                *self.failing.entry(lane).or_default() += 1;
            }
        }
        if let Some(code) = outcome.error_code {
            let lane = match &outcome.row.plan {
                Plan::Send(update) => Some(update.lane()),
                _ => None,
            };
            let row = (number, outcome.status.is_failure());
            self.codes
                .entry(code)
                .or_default()
                .add(&outcome.message, row, lane);
        }
    }

    /// Returns the first rows that need a person.
    pub(crate) fn failing_rows(&self) -> &FailingRows {
        &self.failing_rows
    }

    /// Returns row and id of the first respondent that was updated.
    pub(crate) fn first_success(&self) -> Option<(u64, &str)> {
        let (row, respondent) = self.first_success.as_ref()?;
        Some((*row, respondent))
    }

    /// Returns the number of failed rows that have to be edited.
    pub(crate) fn rows_to_fix(&self) -> u64 {
        let codes = self.codes.iter();
        let to_fix = codes.filter(|(code, _)| code.action() == Action::Fix);
        to_fix.map(|(_, count)| count.failures).sum()
    }

    /// Returns the number of rows with this status.
    pub(crate) fn count(&self, status: Status) -> u64 {
        self.statuses.get(&status).copied().unwrap_or_default()
    }

    /// Returns the number of rows with an outcome.
    pub(crate) fn rows(&self) -> u64 {
        self.statuses.values().sum()
    }

    /// Returns the number of rows that are failed, unconfirmed or invalid.
    pub(crate) fn failures(&self) -> u64 {
        Status::ALL
            .into_iter()
            .filter(|status| status.is_failure())
            .map(|status| self.count(status))
            .sum()
    }

    /// Returns the number of rows with this error code.
    pub(crate) fn rows_of(&self, code: ErrorCode) -> u64 {
        self.codes.get(&code).map_or(0, |count| count.rows)
    }

    /// Returns the error codes that occurred, in the order of the table.
    pub(crate) fn codes(&self) -> impl Iterator<Item = (ErrorCode, &CodeCount)> {
        self.codes.iter().map(|(code, count)| (*code, count))
    }
}

impl CodeCount {
    /// Adds a message on a row, which failed or not. `lane` is the respondent's, if the row has one;
    /// messages on other rows are this tool's own.
    fn add(&mut self, message: &str, (row, is_failure): (u64, bool), lane: Option<Lane>) {
        self.rows += 1;
        self.failures += u64::from(is_failure);
        note_row(&mut self.first, row);
        let has_room = self.messages.len() < MAX_MESSAGES;
        let said = match self.messages.get_mut(message) {
            Some(said) => said,
            None if has_room => self.messages.entry(message.to_owned()).or_default(),
            None => return,
        };
        said.rows += 1;
        note_row(&mut said.first, row);
        if let Some(lane) = lane
            && said.respondents.len() < SEVERAL
            && !said.respondents.contains(&lane)
        {
            said.respondents.push(lane);
        }
    }

    /// Returns the message that all rows have; `None` if they have several.
    pub(crate) fn only_message(&self) -> Option<&str> {
        let mut all = self.messages.iter();
        match (all.next(), all.next()) {
            (Some((message, said)), None) if said.rows == self.rows => Some(message),
            _ => None,
        }
    }

    /// Whether the messages are about several respondents, or about none.
    pub(crate) fn is_about_several(&self) -> bool {
        let is_of_several = |said: &Said| said.respondents.is_empty() || said.respondents.len() >= SEVERAL;
        self.messages.values().all(is_of_several)
    }

    /// Returns the most frequent messages that the reader may see, most frequent first.
    pub(crate) fn commonest(&self, most: usize, reader: Reader) -> Vec<SaidRows<'_>> {
        let is_quoted = |said: &Said| {
            reader == Reader::Person || said.respondents.is_empty() || said.respondents.len() >= SEVERAL
        };
        let mut messages: Vec<_> = self
            .messages
            .iter()
            .filter(|(_, said)| is_quoted(said))
            .map(|(message, said)| SaidRows {
                message,
                rows: said.rows,
                first: &said.first,
            })
            .collect();
        messages.sort_by(|one, other| other.rows.cmp(&one.rows).then(one.message.cmp(other.message)));
        messages.truncate(most);
        messages
    }
}

/// Keeps the lowest row numbers, in ascending order. Verdicts come in any order.
fn note_row(first: &mut Vec<u64>, row: u64) {
    let place = first.partition_point(|other| *other < row);
    if place < ROWS_SHOWN {
        first.insert(place, row);
        first.truncate(ROWS_SHOWN);
    }
}

/// Counts over the rows to be sent.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Notes {
    pub(crate) blank_records: u64,
    /// Blank cells that are not sent.
    pub(crate) blanks_skipped: u64,
    /// Ids from which invisible characters were removed.
    pub(crate) ids_trimmed: u64,
    /// Values that look damaged; they are sent nevertheless.
    pub(crate) damaged: u64,
    /// Respondents with several rows.
    pub(crate) repeated: u64,
    /// Those of them whose rows differ.
    pub(crate) repeated_differently: u64,
    /// Not every respondent could be remembered: the two counts above are minimums.
    pub(crate) repeated_at_least: bool,
    /// Ids that also occur with other leading zeros.
    pub(crate) other_zeros: u64,
    /// The count above is a minimum.
    pub(crate) other_zeros_at_least: bool,
    /// Of several rows only the last is sent.
    pub(crate) only_last: bool,
}
