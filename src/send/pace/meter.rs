//! Measures the real rate: counts calls by the time at which they were written, and the most in any
//! one-second window. Independent of `send/pace/rate_limit.rs`, whose promise it checks.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

const WINDOW: Duration = Duration::from_secs(1);

/// Minimum time for a mean rate. The first and the last call may each be some milliseconds off, so
/// a shorter mean could exceed a ceiling that was kept.
const MIN_TIME: Duration = Duration::from_secs(10);

/// Minimum number of calls for a mean rate.
const MIN_CALLS: u64 = 20;

/// Counts calls as they are written. Holds the times of the last second.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    last_second: VecDeque<Instant>,
    first: Option<Instant>,
    last: Option<Instant>,
    /// Calls written.
    pub(crate) attempts: u64,
    /// The most calls in any second that is over.
    most: usize,
    /// Calls that the platform refused as too many.
    refused: u64,
}

impl Meter {
    /// Counts a call that is written now. Calls come in order of time.
    pub(crate) fn start(&mut self, now: Instant) {
        while self
            .last_second
            .front()
            .is_some_and(|&start| now - start >= WINDOW)
        {
            // All held calls were within one second of each other; a later call would have removed
            // the oldest.
            self.most = self.most.max(self.last_second.len());
            self.last_second.pop_front();
        }
        self.last_second.push_back(now);
        self.attempts += 1;
        self.first.get_or_insert(now);
        self.last = Some(now);
    }

    /// Uncounts the call counted at this time, because it was not written after all.
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

    /// Returns the most calls in any one-second window.
    pub(crate) fn most_in_a_second(&self) -> usize {
        self.most.max(self.last_second.len())
    }

    /// Counts a request to slow down.
    pub(crate) fn refused(&mut self) {
        self.refused += 1;
    }

    /// Returns how many calls were written in the second before the latest call.
    pub(crate) fn in_last_second(&self) -> usize {
        self.last_second.len()
    }

    /// Returns the calls per second that the platform accepted; `None` if there were too few calls
    /// to measure.
    pub(crate) fn taken(&self) -> Option<f64> {
        self.per_second(self.attempts.saturating_sub(self.refused))
    }

    /// Returns the calls per second from the first to the last; `None` if there were too few calls
    /// to measure.
    pub(crate) fn mean(&self) -> Option<f64> {
        self.per_second(self.attempts)
    }

    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 attempts")]
    fn per_second(&self, calls: u64) -> Option<f64> {
        let time = self.last?.duration_since(self.first?);
        let is_rate = self.attempts >= MIN_CALLS && time >= MIN_TIME;
        is_rate.then(|| calls.saturating_sub(1) as f64 / time.as_secs_f64())
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
        for second in 5..=20 {
            meter.start(start + Duration::from_secs(second));
        }
        assert_eq!(meter.mean(), Some(21.0 / 20.0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_mean_over_so_few_calls_or_so_short_a_time_is_no_rate() {
        let start = Instant::now();
        // Five calls at 100/s, the last of them early by 3 ms.
        let mean = |times: &[u64]| {
            let mut meter = Meter::default();
            for millis in times {
                meter.start(start + Duration::from_millis(*millis));
            }
            (meter.mean(), meter.taken())
        };
        assert_eq!(mean(&[0, 10, 20, 30, 37]), (None, None));
        let every = |millis: u64, calls: u64| (0..calls).map(|call| call * millis).collect::<Vec<_>>();
        assert_eq!(mean(&every(1, 5000)), (None, None), "5 seconds");
        assert_eq!(mean(&every(2000, 19)), (None, None), "19 calls");
        assert_eq!(mean(&every(2000, 21)), (Some(0.5), Some(0.5)));
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
        for second in 1..=20 {
            meter.start(at(1000 * second));
        }
        assert_eq!((meter.most_in_a_second(), meter.mean()), (2, Some(21.0 / 20.0)));
    }
}
