//! Totals of a run, updated outcome by outcome in bounded memory. Pure.

use std::collections::{BTreeMap, HashMap};

use crate::model::{ErrorCode, Lane, Outcome, Plan, Status};

/// Maximum number of different messages counted per error code; all are in the results file.
const MAX_MESSAGES: usize = 50;

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
}

/// Counts for one error code.
#[derive(Clone, Debug, Default)]
pub(crate) struct CodeCount {
    pub(crate) rows: u64,
    messages: HashMap<String, Said>,
}

/// How often a message occurred, and the first respondents that it was about.
#[derive(Clone, Debug, Default)]
struct Said {
    rows: u64,
    respondents: Vec<Lane>,
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
            | ErrorCode::Redirected => self,
            _ => Self::Person,
        }
    }
}

/// Minimum number of respondents with the same message before a record quotes it.
const SEVERAL: usize = 3;

impl RunSummary {
    /// Adds an outcome. Outcomes of one respondent come in the order of the input.
    pub(crate) fn add(&mut self, outcome: &Outcome) {
        *self.statuses.entry(outcome.status).or_default() += 1;
        if let Plan::Send(update) = &outcome.row.plan {
            let lane = update.lane();
            if outcome.status == Status::Success {
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
            self.codes.entry(code).or_default().add(&outcome.message, lane);
        }
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
    /// Adds a message. `lane` is the respondent's, if the row has one; messages on other rows are
    /// this tool's own.
    fn add(&mut self, message: &str, lane: Option<Lane>) {
        self.rows += 1;
        let has_room = self.messages.len() < MAX_MESSAGES;
        let said = match self.messages.get_mut(message) {
            Some(said) => said,
            None if has_room => self.messages.entry(message.to_owned()).or_default(),
            None => return,
        };
        said.rows += 1;
        if let Some(lane) = lane
            && said.respondents.len() < SEVERAL
            && !said.respondents.contains(&lane)
        {
            said.respondents.push(lane);
        }
    }

    /// Returns the most frequent messages that the reader may see and how often each occurred, most
    /// frequent first.
    pub(crate) fn commonest(&self, most: usize, reader: Reader) -> Vec<(&str, u64)> {
        let is_quoted = |said: &Said| {
            reader == Reader::Person || said.respondents.is_empty() || said.respondents.len() >= SEVERAL
        };
        let mut messages: Vec<_> = self
            .messages
            .iter()
            .filter(|(_, said)| is_quoted(said))
            .map(|(message, said)| (message.as_str(), said.rows))
            .collect();
        messages.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(other.0)));
        messages.truncate(most);
        messages
    }
}
