//! The time that a run may take, from its start on, whatever it waits for or reads before its first call.

use std::time::Duration;

use jiff::ZonedDateTime;
use tokio::time::Instant;

use crate::cli::PaceArgs;
use crate::config;

/// A run's window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    begun: Instant,
    /// For ever, if nothing.
    most: Option<Duration>,
}

impl Window {
    /// One that begins now.
    pub(super) fn begin(args: &PaceArgs) -> Self {
        Self {
            begun: Instant::now(),
            most: config::deadline(args.max_duration, args.until, &ZonedDateTime::now()),
        }
    }

    /// What is left of it.
    pub(super) fn left(self) -> Option<Duration> {
        self.most.map(|most| most.saturating_sub(self.begun.elapsed()))
    }

    /// So long, or as long as it is open: whoever waits longer has nothing to wait for.
    pub(super) fn within(self, wait: Duration) -> Duration {
        self.left().map_or(wait, |left| left.min(wait))
    }
}
