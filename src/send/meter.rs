//! How fast the run really was: attempts, and the most of them in any one-second window. Measures what
//! `send/limit.rs` promises, and knows nothing of it.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

const WINDOW: Duration = Duration::from_secs(1);

/// Counts attempts as they start. Holds the starts of the last second.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    last_second: VecDeque<Instant>,
    first: Option<Instant>,
    last: Option<Instant>,
    pub(crate) attempts: u64,
    pub(crate) most_in_a_second: usize,
    /// Attempts that were no calls, since nothing could be sent.
    unsent: u64,
    /// Attempts to which the platform said that they were too many.
    refused: u64,
}

impl Meter {
    /// An attempt starts now; calls come in the order of time.
    pub(crate) fn start(&mut self, now: Instant) {
        while self
            .last_second
            .front()
            .is_some_and(|&start| now - start >= WINDOW)
        {
            self.last_second.pop_front();
        }
        self.last_second.push_back(now);
        self.attempts += 1;
        self.most_in_a_second = self.most_in_a_second.max(self.last_second.len());
        self.first.get_or_insert(now);
        self.last = Some(now);
    }

    /// The attempt could not be sent.
    pub(crate) fn unsent(&mut self) {
        self.unsent += 1;
    }

    /// The platform asked to slow down.
    pub(crate) fn refused(&mut self) {
        self.refused += 1;
    }

    /// Attempts that reached the wire.
    pub(crate) fn calls(&self) -> u64 {
        self.attempts - self.unsent
    }

    /// How many attempts started in the last second before the latest.
    pub(crate) fn in_last_second(&self) -> usize {
        self.last_second.len()
    }

    /// Calls per second that the platform took; nothing for fewer than two.
    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 attempts")]
    pub(crate) fn taken(&self) -> Option<f64> {
        let time = self.last?.duration_since(self.first?).as_secs_f64();
        let taken = self.calls().saturating_sub(self.refused);
        (time > 0.0).then(|| taken.saturating_sub(1) as f64 / time)
    }

    /// Attempts per second from the first to the last; nothing for fewer than two.
    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 attempts")]
    pub(crate) fn mean(&self) -> Option<f64> {
        let time = self.last?.duration_since(self.first?).as_secs_f64();
        (time > 0.0).then(|| (self.attempts - 1) as f64 / time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_fullest_second_is_found_and_the_mean_counts_gaps() {
        let start = Instant::now();
        let mut meter = Meter::default();
        for millis in [0, 400, 999, 1000, 1300, 4000] {
            meter.start(start + Duration::from_millis(millis));
        }
        assert_eq!((meter.attempts, meter.most_in_a_second), (6, 4));
        assert_eq!(meter.mean(), Some(1.25));
    }
}
