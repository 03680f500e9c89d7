//! Counts over time in bounded memory: buckets that merge in pairs when the time outgrows them.

use std::time::Duration;

/// Maximum number of buckets.
pub(crate) const MAX_BUCKETS: usize = 400;

/// The width of a bucket at first.
const FIRST_WIDTH: Duration = Duration::from_secs(1);

/// Calls that began in one bucket, and those of them that failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bucket {
    pub(crate) calls: u64,
    pub(crate) failed: u64,
}

/// Counts calls by the time since the first one. Holds at most [`MAX_BUCKETS`] buckets.
#[derive(Clone, Debug)]
pub(crate) struct Timeline {
    width: Duration,
    buckets: Vec<Bucket>,
}

impl Default for Timeline {
    fn default() -> Self {
        Self {
            width: FIRST_WIDTH,
            buckets: Vec::new(),
        }
    }
}

impl Timeline {
    /// Returns the width of a bucket: seconds in a power of two.
    pub(crate) fn width(&self) -> Duration {
        self.width
    }

    pub(crate) fn buckets(&self) -> &[Bucket] {
        &self.buckets
    }

    /// Counts a call that begins at this time.
    pub(crate) fn called(&mut self, at: Duration) {
        self.at(at).calls += 1;
    }

    /// Uncounts a call that was counted at this time, because it was not made after all.
    pub(crate) fn uncalled(&mut self, at: Duration) {
        let bucket = self.at(at);
        bucket.calls = bucket.calls.saturating_sub(1);
    }

    /// Counts that a call which began at this time has failed.
    pub(crate) fn failed(&mut self, at: Duration) {
        self.at(at).failed += 1;
    }

    fn at(&mut self, at: Duration) -> &mut Bucket {
        while self.index(at) >= MAX_BUCKETS {
            self.merge();
        }
        let index = self.index(at);
        if self.buckets.len() <= index {
            self.buckets.resize(index + 1, Bucket::default());
        }
        #[expect(clippy::indexing_slicing, reason = "made one line above")]
        &mut self.buckets[index]
    }

    fn index(&self, at: Duration) -> usize {
        usize::try_from(at.as_nanos() / self.width.as_nanos()).unwrap_or(usize::MAX)
    }

    fn merge(&mut self) {
        self.width *= 2;
        let sum = |pair: &[Bucket]| {
            pair.iter().fold(Bucket::default(), |sum, bucket| Bucket {
                calls: sum.calls + bucket.calls,
                failed: sum.failed + bucket.failed,
            })
        };
        self.buckets = self.buckets.chunks(2).map(sum).collect();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_is_lost_and_the_memory_is_bounded(times in proptest::collection::vec((0_u64..100_000_000, any::<bool>()), 0..300)) {
            let mut timeline = Timeline::default();
            for (millis, fails) in &times {
                let at = Duration::from_millis(*millis);
                timeline.called(at);
                if *fails {
                    timeline.failed(at);
                }
            }
            prop_assert!(timeline.buckets().len() <= MAX_BUCKETS);
            let width = timeline.width();
            for (index, bucket) in timeline.buckets().iter().enumerate() {
                let from = width * u32::try_from(index).unwrap();
                let within = |millis: u64| (from..from + width).contains(&Duration::from_millis(millis));
                let here = times.iter().filter(|(millis, _)| within(*millis));
                prop_assert_eq!(bucket.calls, here.clone().count() as u64);
                prop_assert_eq!(bucket.failed, here.filter(|(_, fails)| *fails).count() as u64);
            }
        }
    }

    #[test]
    fn a_call_that_was_not_made_is_uncounted() {
        let mut timeline = Timeline::default();
        let at = Duration::from_millis(2_300);
        timeline.called(at);
        timeline.called(at);
        timeline.uncalled(at);
        assert_eq!(
            timeline.buckets(),
            [
                Bucket::default(),
                Bucket::default(),
                Bucket { calls: 1, failed: 0 }
            ]
        );
    }
}
