//! What is to become of a row, decided before anything is sent, and all that must travel with the row until its
//! line is written.

use crate::model::{ErrorCode, Position, Settled, UpdateRespondent};

/// The window's size: rows that were read and have no line yet take slots of it, and when there are none left,
/// reading waits. 65,536 slots of 64 bytes are 4 MiB.
pub(crate) const SLOTS: u32 = 65_536;
const SLOT_BYTES: usize = 64;

/// What a row takes besides its bytes while it is on its way: its own fields, those of its call and of its outcome, its
/// places in queues, and what its allocations cost. About 6,000 rows of usual length are on their way at most; a row
/// that is done and only waits for an earlier one's line takes about a quarter of that. What the platform will say of a
/// failure, 300 characters at most and twice, is not counted.
pub(crate) const ROW_BYTES: usize = 576;

/// How many of the window's [`SLOTS`] so many bytes are: at least one, and never more than there are, so that the window
/// always has room for one row.
pub(crate) fn slots_for(bytes: usize) -> u32 {
    let slots = bytes.div_ceil(SLOT_BYTES);
    u32::try_from(slots).unwrap_or(SLOTS).clamp(1, SLOTS)
}

/// The decision about one row.
#[derive(Debug, Clone)]
pub(crate) enum Plan {
    /// One call is to be made.
    Send(UpdateRespondent),
    /// Left out on purpose.
    Skip(Unsent),
    /// Cannot be sent.
    Reject(Unsent),
}

impl Plan {
    /// What becomes of a command that says what the platform has acknowledged; any other plan stays.
    pub(crate) fn unchanged(&self) -> Self {
        let Self::Send(update) = self else {
            return self.clone();
        };
        let code = ErrorCode::Unchanged;
        Self::Skip(Unsent {
            respondent: update.respondent().to_owned(),
            survey: update.survey().to_owned(),
            code,
            message: code.meaning().to_owned(),
        })
    }
}

/// A row that makes no call, with what its line will say.
#[derive(Debug, Clone)]
pub(crate) struct Unsent {
    /// The id as the cell has it, for the reader of the results; may be anything.
    pub(crate) respondent: String,
    /// The survey as the cell or the flag has it.
    pub(crate) survey: String,
    pub(crate) code: ErrorCode,
    /// For people; holds no cell's value.
    pub(crate) message: String,
}

/// A row on its way through the pipeline.
#[derive(Debug, Clone)]
pub(crate) struct PlannedRow {
    /// How many data rows came before it.
    pub(crate) sequence: u64,
    pub(crate) position: Position,
    /// The record byte for byte, for the failed file.
    pub(crate) record: Box<[u8]>,
    /// The values of the columns that the results repeat.
    pub(crate) kept: Vec<String>,
    pub(crate) plan: Plan,
    /// The verdict of an earlier run: whatever the plan is, no call is made.
    pub(crate) settled: Option<Box<Settled>>,
    /// An earlier run sent it and did not learn what became of it: it is sent again as one that may have been applied.
    pub(crate) doubt: Option<Box<Settled>>,
}

impl PlannedRow {
    /// The respondent's id for the reader of the results.
    pub(crate) fn respondent(&self) -> &str {
        match &self.plan {
            Plan::Send(update) => update.respondent(),
            Plan::Skip(unsent) | Plan::Reject(unsent) => &unsent.respondent,
        }
    }

    /// The survey's id for the reader of the results.
    pub(crate) fn survey(&self) -> &str {
        match &self.plan {
            Plan::Send(update) => update.survey(),
            Plan::Skip(unsent) | Plan::Reject(unsent) => &unsent.survey,
        }
    }

    /// How many of the window's [`SLOTS`] the row takes while it is under way.
    pub(crate) fn slots(&self) -> u32 {
        slots_for(ROW_BYTES + self.bytes())
    }

    /// About how many bytes the row holds.
    fn bytes(&self) -> usize {
        let plan = match &self.plan {
            Plan::Send(update) => update.form().len(),
            Plan::Skip(unsent) | Plan::Reject(unsent) => {
                unsent.respondent.len() + unsent.survey.len() + unsent.message.len()
            }
        };
        let kept: usize = self
            .kept
            .iter()
            .map(|value| value.len() + size_of::<String>())
            .sum();
        self.record.len() + plan + kept
    }
}
