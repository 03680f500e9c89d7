//! How a run treats data that the platform acknowledged before.

use serde::{Deserialize, Serialize};

/// Whether rows without changes are skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeltaMode {
    /// Sends everything, and updates the store if there is one.
    #[default]
    Follow,
    /// Skips what the platform already has.
    ChangedOnly,
    /// Sends everything, and rebuilds the store.
    Refresh,
}
