//! How fast the run really was: calls by the time at which they were written, and the most of them in any one-second
//! window. Measures what `send/limit.rs` promises, and knows nothing of it.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

const WINDOW: Duration = Duration::from_secs(1);

/// Counts calls as they are written. Holds the times of the last second.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    last_second: VecDeque<Instant>,
    first: Option<Instant>,
    last: Option<Instant>,
    pub(crate) attempts: u64,
    /// The most in any second that is over.
    most: usize,
    /// Attempts to which the platform said that they were too many.
    refused: u64,
}

impl Meter {
    /// A call is written now; calls come in the order of time.
    pub(crate) fn start(&mut self, now: Instant) {
        while self
            .last_second
            .front()
            .is_some_and(|&start| now - start >= WINDOW)
        {
            // All that are held were within a second of this one: later ones would have ended its stay.
            self.most = self.most.max(self.last_second.len());
            self.last_second.pop_front();
        }
        self.last_second.push_back(now);
        self.attempts += 1;
        self.first.get_or_insert(now);
        self.last = Some(now);
    }

    /// The call that was counted at this time was not written after all.
    pub(crate) fn forget(&mut self, start: Instant) {
        self.attempts -= 1;
        if let Some(at) = self.last_second.iter().rposition(|other| *other == start) {
            self.last_second.remove(at);
        }
        if self.first == Some(start) && self.attempts == 0 {
            self.first = None;
        }
        self.last = self.last_second.back().copied().or(self.last);
    }

    /// The most calls in any one-second window.
    pub(crate) fn most_in_a_second(&self) -> usize {
        self.most.max(self.last_second.len())
    }

    /// The platform asked to slow down.
    pub(crate) fn refused(&mut self) {
        self.refused += 1;
    }

    /// How many calls were written in the last second before the latest.
    pub(crate) fn in_last_second(&self) -> usize {
        self.last_second.len()
    }

    /// Calls per second that the platform took; nothing for fewer than two.
    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 attempts")]
    pub(crate) fn taken(&self) -> Option<f64> {
        let time = self.last?.duration_since(self.first?).as_secs_f64();
        let taken = self.attempts.saturating_sub(self.refused);
        (time > 0.0).then(|| taken.saturating_sub(1) as f64 / time)
    }

    /// Attempts per second from the first to the last; nothing for fewer than two.
    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 attempts")]
    pub(crate) fn mean(&self) -> Option<f64> {
        let time = self.last?.duration_since(self.first?).as_secs_f64();
        (time > 0.0).then(|| self.attempts.saturating_sub(1) as f64 / time)
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
        assert_eq!((meter.attempts, meter.most_in_a_second()), (6, 4));
        assert_eq!(meter.mean(), Some(1.25));
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_was_not_written_is_forgotten() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut meter = Meter::default();
        for millis in [0, 10, 20, 30] {
            meter.start(at(millis));
        }
        meter.forget(at(10));
        meter.forget(at(30));
        assert_eq!((meter.attempts, meter.most_in_a_second()), (2, 2));
        assert_eq!(meter.mean(), Some(50.0));
        meter.start(at(5000));
        assert_eq!((meter.most_in_a_second(), meter.mean()), (2, Some(0.4)));
    }
}
