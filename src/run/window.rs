//! The time that a run may take, from its start on, whatever it waits for or reads before its first call.

use std::time::Duration;

use jiff::ZonedDateTime;
use tokio::time::Instant;

use crate::config::{DeadlineSettings, deadline};

/// A run's window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    begun: Instant,
    /// For ever, if nothing.
    most: Option<Duration>,
}

impl Window {
    /// One that began when the program did.
    pub(super) fn since(begun: Instant, settings: DeadlineSettings) -> Self {
        let most = deadline(settings.max_duration, settings.until, &ZonedDateTime::now());
        Self { begun, most }
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
