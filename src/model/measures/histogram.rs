//! A distribution of durations in bounded memory: log-linear buckets, as an HDR histogram has them.

use std::time::Duration;

/// Buckets per doubling: a quantile is at most 1/32 (3 %) above the true value.
const STEPS: u64 = 32;

/// Binary logarithm of [`STEPS`].
const STEP_BITS: u32 = STEPS.trailing_zeros();

/// Counts durations, in microseconds. Holds at most 1,920 counters (15 KiB), whatever is recorded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Histogram {
    counts: Vec<u64>,
    total: u64,
    longest: Duration,
}

impl Histogram {
    /// Counts a duration.
    pub(crate) fn record(&mut self, time: Duration) {
        let index = index_of(micros(time));
        if self.counts.len() <= index {
            self.counts.resize(index + 1, 0);
        }
        if let Some(count) = self.counts.get_mut(index) {
            *count += 1;
        }
        self.total += 1;
        self.longest = self.longest.max(time);
    }

    /// Returns the number of durations.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// Returns the longest duration, exactly.
    pub(crate) fn longest(&self) -> Duration {
        self.longest
    }

    /// Returns a duration that this share of all durations (per mille) does not exceed; zero if there
    /// are none. At most 3 % above the exact one.
    pub(crate) fn quantile(&self, per_mille: u64) -> Duration {
        let rank = (u128::from(self.total) * u128::from(per_mille)).div_ceil(1000);
        let mut seen = 0;
        for (index, count) in self.counts.iter().enumerate() {
            seen += u128::from(*count);
            if *count > 0 && seen >= rank {
                return Duration::from_micros(last_of(index)).min(self.longest);
            }
        }
        Duration::ZERO
    }

    /// Returns the counts per doubling, from the first that has any to the last: each with the number
    /// of microseconds that it does not reach.
    pub(crate) fn by_doubling(&self) -> Vec<(u64, u64)> {
        let mut doublings: Vec<(u64, u64)> = Vec::new();
        for (index, count) in self.counts.iter().enumerate() {
            // The last value of a doubling is one below a power of two.
            let beyond = last_of(index).saturating_add(1);
            let bound = beyond.checked_next_power_of_two().unwrap_or(u64::MAX);
            let is_begun = !doublings.is_empty();
            match doublings.last_mut() {
                Some((last, sum)) if *last == bound => *sum += count,
                _ if *count > 0 || is_begun => doublings.push((bound, *count)),
                _ => {}
            }
        }
        doublings
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Values below [`STEPS`] have a bucket each; each doubling above has [`STEPS`] buckets.
fn index_of(value: u64) -> usize {
    let doubling = (u64::BITS - value.leading_zeros()).saturating_sub(STEP_BITS + 1);
    let step = value >> doubling;
    usize::try_from(u64::from(doubling) * STEPS + step).unwrap_or(usize::MAX)
}

/// Returns the largest value of a bucket.
fn last_of(index: usize) -> u64 {
    let index = index as u64;
    let doubling = (index / STEPS).saturating_sub(1);
    let step = index - doubling * STEPS;
    let beyond = u128::from(step + 1) << doubling;
    u64::try_from(beyond - 1).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn quantiles_are_within_three_per_cent(mut times in proptest::collection::vec(0_u64..100_000_000, 1..400)) {
            let mut histogram = Histogram::default();
            for time in &times {
                histogram.record(Duration::from_micros(*time));
            }
            times.sort_unstable();
            prop_assert_eq!(histogram.total(), times.len() as u64);
            for per_mille in [1, 500, 950, 990, 1000] {
                let rank = (times.len() * per_mille).div_ceil(1000).max(1);
                let exact = times[rank - 1];
                let found = micros(histogram.quantile(per_mille as u64));
                prop_assert!(exact <= found && found <= exact + exact / STEPS, "{per_mille}: {exact}, {found}");
            }
            let doublings = histogram.by_doubling();
            prop_assert_eq!(doublings.iter().map(|(_, count)| count).sum::<u64>(), times.len() as u64);
            for (bound, _) in &doublings {
                prop_assert!(bound.is_power_of_two());
            }
        }

        #[test]
        fn every_value_lies_in_its_bucket(value: u64) {
            let index = index_of(value);
            prop_assert!(value <= last_of(index));
            prop_assert!(index == 0 || last_of(index - 1) < value);
            prop_assert!(index < 1_920);
        }
    }

    #[test]
    fn doublings_are_counted_by_the_value_they_do_not_reach() {
        let mut histogram = Histogram::default();
        for micros in [3, 4, 7, 8, 1000, 1023, 1024] {
            histogram.record(Duration::from_micros(micros));
        }
        let some: Vec<_> = histogram
            .by_doubling()
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .collect();
        assert_eq!(some, [(4, 1), (8, 2), (16, 1), (1024, 2), (2048, 1)]);
        assert_eq!(Histogram::default().quantile(500), Duration::ZERO);
    }
}
