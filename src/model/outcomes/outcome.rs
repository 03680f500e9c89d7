//! What became of a row: the one line that every row gets.

use std::time::Duration;

use jiff::Timestamp;

use crate::model::{ErrorCode, Plan, PlannedRow, Position, Unsent};

/// The verdict on a row. Promised to users.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Status {
    /// The platform said `success`.
    Success,
    /// The platform said no, or failed each time in a way that tells, or no attempt reached it.
    Failed,
    /// It may have been applied: an attempt ended without a readable answer, and no later one settled it.
    Unconfirmed,
    /// The row cannot be sent; nothing was.
    Invalid,
    /// Not sent on purpose.
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

    /// The name in files and reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failed => "failed",
            Self::Unconfirmed => "unconfirmed",
            Self::Invalid => "invalid",
            Self::Skipped => "skipped",
        }
    }

    /// The status of this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Whether the row belongs into the failed file.
    pub(crate) fn is_failure(self) -> bool {
        match self {
            Self::Failed | Self::Unconfirmed | Self::Invalid => true,
            Self::Success | Self::Skipped => false,
        }
    }
}

impl Settled {
    /// Whether a call of the row may be applied late: one that was given up, as far as the verdict tells.
    pub(crate) fn may_come_late(&self) -> bool {
        self.status == Status::Unconfirmed || self.attempts > 1
    }
}

/// What a journal knows of a row: its verdict, from a run before this one.
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

/// A row and what became of it.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub(crate) row: PlannedRow,
    pub(crate) status: Status,
    /// Nothing for a success, something for all else.
    pub(crate) error_code: Option<ErrorCode>,
    /// For people, not promised. May quote the platform and is not yet safe for a spreadsheet.
    pub(crate) message: String,
    /// The status line of the last attempt that got one.
    pub(crate) http_status: Option<u16>,
    /// Calls on the wire, the first and its retries; 0 for a row that was not sent.
    pub(crate) attempts: u32,
    /// From the start of the first attempt to the verdict, waits included.
    pub(crate) elapsed: Duration,
    pub(crate) finished_at: Timestamp,
    /// An attempt of this row may be applied late, whatever the verdict is: it ended without an answer that tells, in this
    /// run or before.
    pub(crate) doubted: bool,
    /// The journal has it already: the verdict is of an earlier run.
    pub(crate) journalled: bool,
    /// The row whose verdict ended a streak, and the run with it, names the rows of the streak: their verdicts are not
    /// final.
    pub(crate) streak: Option<Box<[u64]>>,
}

impl Outcome {
    /// The outcome of a row that makes no call, because it is not to be sent or was settled by an earlier run;
    /// nothing for one that does.
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
            error_code: Some(unsent.code),
            // Cloned: a row must keep its weight, since its slots are given back by it.
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

    /// What an earlier run knows of a row that this one does not come to; nothing if it knows nothing.
    pub(crate) fn known(mut row: PlannedRow) -> Option<Self> {
        let known = row.settled.take().or(row.doubt.take())?;
        Some(Self::settled(row, *known))
    }

    /// What an earlier run knows of a row that cannot be read any more: as it is, without a record and without values
    /// to repeat.
    pub(crate) fn without_record(row: u64, respondent: String, survey: String, settled: Settled) -> Self {
        let position = Position {
            row,
            ..Position::START
        };
        let unsent = Unsent {
            respondent,
            survey,
            // Of this run nothing is asked for; the verdict below is the one that counts.
            code: settled.error_code.unwrap_or(ErrorCode::Unchanged),
            message: String::new(),
        };
        let row = PlannedRow {
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
