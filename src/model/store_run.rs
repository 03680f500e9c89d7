//! Which store of acknowledgements a run used, and which of that store's runs it was: what a journal's header keeps, so
//! that a resume notices another store, or one that was restored from a backup.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A run as its store knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoreRun {
    /// The store's random id.
    pub(crate) store: String,
    /// The run's number, above those of all earlier runs with this store.
    pub(crate) run: i64,
    /// The random id of the journal, which all runs have that resume it. A store that was restored gives a number a second
    /// time; this id tells the two apart.
    pub(crate) journal: String,
}

/// A row that an unfinished run has sent, with its verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SentRow {
    /// Its number in the file.
    pub(crate) row: u64,
    pub(crate) survey: String,
    pub(crate) respondent: String,
    /// When its last attempt ended.
    pub(crate) finished_at: Timestamp,
    /// A call of it may be applied late.
    pub(crate) may_come_late: bool,
    /// The platform took it, or may have.
    pub(crate) may_be_applied: bool,
}
