//! The outcome of a row: the content of the one line that every row gets.

use std::time::Duration;

use jiff::Timestamp;

use crate::model::{ErrorCode, Plan, PlannedRow, Position, RowFault, Unsent};

/// The verdict on a row. Promised to users.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Status {
    /// The platform said `success`.
    Success,
    /// The platform refused it, or definitely failed each time, or no attempt reached it.
    Failed,
    /// It may have been applied: an attempt ended without a readable answer, and no later one
    /// settled the question.
    Unconfirmed,
    /// The row cannot be sent; nothing was sent.
    Invalid,
    /// Not sent, on purpose.
    Skipped,
}

impl Status {
    pub(crate) const ALL: [Self; 5] = [
        Self::Success,
        Self::Failed,
        Self::Unconfirmed,
        Self::Invalid,
        Self::Skipped,
    ];

    /// Returns the name used in files and reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failed => "failed",
            Self::Unconfirmed => "unconfirmed",
            Self::Invalid => "invalid",
            Self::Skipped => "skipped",
        }
    }

    /// Returns the status with this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Whether the row belongs in the failed file.
    pub(crate) fn is_failure(self) -> bool {
        match self {
            Self::Failed | Self::Unconfirmed | Self::Invalid => true,
            Self::Success | Self::Skipped => false,
        }
    }

    /// Whether the respondent has the row's content, or may have, by the row's verdict.
    pub(crate) fn may_have_updated(self, code: Option<ErrorCode>) -> bool {
        matches!(self, Self::Success | Self::Unconfirmed) || code == Some(ErrorCode::Unchanged)
    }
}

impl Settled {
    /// Whether a call of the row may be applied late: one that was given up, as far as the verdict
    /// shows.
    pub(crate) fn may_come_late(&self) -> bool {
        self.status == Status::Unconfirmed || self.attempts > 1
    }
}

/// A row's verdict from an earlier run, as its journal has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settled {
    pub(crate) status: Status,
    pub(crate) error_code: Option<ErrorCode>,
    pub(crate) message: String,
    pub(crate) http_status: Option<u16>,
    pub(crate) attempts: u32,
    pub(crate) elapsed: Duration,
    pub(crate) finished_at: Timestamp,
}

/// A row and its result.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub(crate) row: PlannedRow,
    pub(crate) status: Status,
    /// `None` for a success, set otherwise.
    pub(crate) error_code: Option<ErrorCode>,
    /// For people, not promised. May quote the platform; not yet safe for a spreadsheet.
    pub(crate) message: String,
    /// The status of the last attempt that got an answer.
    pub(crate) http_status: Option<u16>,
    /// Calls on the wire, the first and its retries; 0 for a row that was not sent.
    pub(crate) attempts: u32,
    /// From the start of the first attempt to the verdict, waits included.
    pub(crate) elapsed: Duration,
    pub(crate) finished_at: Timestamp,
    /// An attempt of this row may be applied late, whatever the verdict: it ended without a
    /// definite answer, in this run or an earlier one.
    pub(crate) doubted: bool,
    /// The verdict is of an earlier run and already in the journal.
    pub(crate) journalled: bool,
    /// Set on the row whose verdict ended a streak and with it the run: the numbers of the streak's
    /// rows, whose verdicts are not final.
    pub(crate) streak: Option<Box<[u64]>>,
}

impl Outcome {
    /// Returns the outcome of a row that makes no call, because it is not to be sent or was settled
    /// by an earlier run; `None` for a row that does.
    pub(crate) fn without_call(mut row: PlannedRow, now: Timestamp) -> Option<Self> {
        if let Some(settled) = row.settled.take() {
            return Some(Self::settled(row, *settled));
        }
        let (status, unsent) = match &row.plan {
            Plan::Send(_) => return None,
            Plan::Skip(unsent) => (Status::Skipped, unsent),
            Plan::Reject(unsent) => (Status::Invalid, unsent),
        };
        Some(Self {
            status,
            error_code: Some(unsent.code()),
            // Cloned: a row must keep its weight, because its slots are given back by that.
            message: unsent.message.clone(),
            http_status: None,
            attempts: 0,
            elapsed: Duration::ZERO,
            finished_at: now,
            doubted: false,
            journalled: false,
            streak: None,
            row,
        })
    }

    /// Returns what an earlier run recorded about a row that this run did not reach; `None` if
    /// nothing.
    pub(crate) fn known(mut row: PlannedRow) -> Option<Self> {
        let known = row.settled.take().or(row.doubt.take())?;
        Some(Self::settled(row, *known))
    }

    /// Creates the outcome of a row that can no longer be read, from an earlier run's record:
    /// without the row's text and without kept values.
    pub(crate) fn without_record(row: u64, respondent: String, survey: String, settled: Settled) -> Self {
        let position = Position {
            row,
            ..Position::START
        };
        let unsent = Unsent {
            respondent,
            survey,
            // The plan does not count; the verdict below does.
            fault: RowFault::Unchanged,
            message: String::new(),
        };
        let row = PlannedRow {
            listed: None,
            sequence: 0,
            position,
            record: Box::default(),
            kept: Vec::new(),
            plan: Plan::Skip(unsent),
            settled: None,
            doubt: None,
        };
        Self::settled(row, settled)
    }

    fn settled(row: PlannedRow, settled: Settled) -> Self {
        Self {
            row,
            status: settled.status,
            error_code: settled.error_code,
            message: settled.message,
            http_status: settled.http_status,
            attempts: settled.attempts,
            elapsed: settled.elapsed,
            finished_at: settled.finished_at,
            doubted: false,
            journalled: true,
            streak: None,
        }
    }
}
