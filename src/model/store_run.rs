//! Which store of acknowledgements a run used, and the run's number in it. A journal's header holds
//! this, so that a resume notices a different store, or one restored from a backup.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Identifies a run in its store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoreRun {
    /// The store's random id.
    pub(crate) store: String,
    /// The run's number, higher than those of all earlier runs with this store.
    pub(crate) run: i64,
    /// The random id of the journal, shared by all runs that resume it. A restored store assigns a
    /// number twice; this id distinguishes the two runs.
    pub(crate) journal: String,
}

/// A row sent by an unfinished run, with its verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SentRow {
    /// The row's number in the file.
    pub(crate) row: u64,
    pub(crate) survey: String,
    pub(crate) respondent: String,
    /// When its last attempt ended.
    pub(crate) finished_at: Timestamp,
    /// Whether a call of the row may be applied late.
    pub(crate) may_come_late: bool,
    /// Whether the platform applied it, or may have.
    pub(crate) may_be_applied: bool,
}
