//! The plan for a row, made before anything is sent, and all data that stays with the row until its
//! line is written.

use crate::model::{ErrorCode, FaultText, Listed, Position, RowFault, Settled, UpdateRespondent};

/// Size of the window. Rows that have been read and have no line yet occupy slots; when none is
/// left, reading waits. 65,536 slots of 64 bytes are 4 MiB.
pub(crate) const SLOTS: u32 = 65_536;
const SLOT_BYTES: usize = 64;

/// Bytes that a row takes besides its content while it is under way: its fields, those of its call
/// and outcome, its entries in queues, and allocation overhead. At most about 6,000 rows of usual
/// length are under way. A finished row that only waits for an earlier row's line takes about a
/// quarter of that. Not counted is the platform's message on a failure, at most 300 characters,
/// held twice.
pub(crate) const ROW_BYTES: usize = 576;

/// Returns how many of the window's [`SLOTS`] these bytes take: at least one and at most all, so
/// that the window always has room for one row.
pub(crate) fn slots_for(bytes: usize) -> u32 {
    let slots = bytes.div_ceil(SLOT_BYTES);
    u32::try_from(slots).unwrap_or(SLOTS).clamp(1, SLOTS)
}

/// The decision about a row.
#[derive(Debug, Clone)]
pub(crate) enum Plan {
    /// Makes one call.
    Send(UpdateRespondent),
    /// Left out on purpose.
    Skip(Unsent),
    /// Cannot be sent.
    Reject(Unsent),
}

impl Plan {
    /// Skips a command whose content the platform has already acknowledged; returns any other plan
    /// as it is.
    pub(crate) fn unchanged(&self, text: FaultText) -> Self {
        self.skipped(RowFault::Unchanged, text)
    }

    /// Skips a command whose labels people have changed on the platform.
    pub(crate) fn kept(&self, text: FaultText) -> Self {
        self.skipped(RowFault::Conflict, text)
    }

    fn skipped(&self, fault: RowFault, text: FaultText) -> Self {
        let Self::Send(update) = self else {
            return self.clone();
        };
        Self::Skip(Unsent {
            respondent: update.respondent().to_owned(),
            survey: update.survey().to_owned(),
            fault,
            message: text(&fault),
        })
    }
}

/// A row that makes no call, with the content of its line.
#[derive(Debug, Clone)]
pub(crate) struct Unsent {
    /// The id as in the cell, for the results; may be anything.
    pub(crate) respondent: String,
    /// The survey as in the cell or the flag.
    pub(crate) survey: String,
    pub(crate) fault: RowFault,
    /// The fault's text for people, in their language.
    pub(crate) message: String,
}

impl Unsent {
    pub(crate) fn code(&self) -> ErrorCode {
        self.fault.code()
    }
}

/// A row on its way through the pipeline.
#[derive(Debug, Clone)]
pub(crate) struct PlannedRow {
    /// Number of data rows before this one.
    pub(crate) sequence: u64,
    pub(crate) position: Position,
    /// The record byte for byte, for the failed file.
    pub(crate) record: Box<[u8]>,
    /// The values of the columns repeated in the results.
    pub(crate) kept: Vec<String>,
    pub(crate) plan: Plan,
    /// What the survey's mailing list has of its labels; `None` if that is not known.
    pub(crate) listed: Option<Listed>,
    /// The verdict of an earlier run: no call is made, whatever the plan.
    pub(crate) settled: Option<Box<Settled>>,
    /// An earlier run sent the row and does not know whether it was applied: it is sent again as
    /// one that may have been.
    pub(crate) doubt: Option<Box<Settled>>,
}

impl PlannedRow {
    /// Returns the respondent's id for the results.
    pub(crate) fn respondent(&self) -> &str {
        match &self.plan {
            Plan::Send(update) => update.respondent(),
            Plan::Skip(unsent) | Plan::Reject(unsent) => &unsent.respondent,
        }
    }

    /// Returns the survey's id for the results.
    pub(crate) fn survey(&self) -> &str {
        match &self.plan {
            Plan::Send(update) => update.survey(),
            Plan::Skip(unsent) | Plan::Reject(unsent) => &unsent.survey,
        }
    }

    /// Returns how many of the window's [`SLOTS`] the row takes while it is under way.
    pub(crate) fn slots(&self) -> u32 {
        slots_for(ROW_BYTES + self.bytes())
    }

    /// Returns roughly how many bytes the row holds.
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
