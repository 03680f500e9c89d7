//! What a run does with what the platform acknowledged before.

use serde::{Deserialize, Serialize};

/// Whether rows are skipped that say nothing new.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeltaMode {
    /// Everything is sent; what is remembered is kept right, if anything is.
    #[default]
    Follow,
    /// What the platform has is skipped.
    ChangedOnly,
    /// Everything is sent, and remembered anew.
    Refresh,
}
