//! Describes a wait for the platform: why, since when, until when.

use std::fmt;

use jiff::Timestamp;

use crate::model::local_time;

/// A wait that is worth reporting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) since: Timestamp,
    /// The latest end.
    pub(crate) until: Timestamp,
    /// The next attempt to reach the platform.
    pub(crate) next_try: Timestamp,
    /// For people.
    pub(crate) reason: String,
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "waiting since {} until {} at the latest: {}",
            local_time(self.since),
            local_time(self.until),
            self.reason
        )
    }
}
