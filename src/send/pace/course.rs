//! Measures the course of a run for its report: calls over time, waits for the platform, response
//! times. Bounded memory. `send/pace/meter.rs` measures the rate.

use std::time::Duration;

use tokio::time::Instant;

use crate::model::{Bucket, Course, Histogram, MAX_WAITS, ResponseTimes, Timeline, Wait};

/// Collects what [`Course`] records.
#[derive(Debug, Default)]
pub(crate) struct CourseMeter {
    begun: Option<Instant>,
    timeline: Timeline,
    times: Histogram,
    waits: Vec<Wait>,
    /// Start and reason of the wait that goes on.
    waiting: Option<(Instant, String)>,
}

impl CourseMeter {
    /// Counts a call that is written now.
    pub(crate) fn called(&mut self, now: Instant) {
        let at = self.since_begin(now);
        self.timeline.called(at);
    }

    /// Uncounts the call counted at this time, because it was not written after all.
    pub(crate) fn uncalled(&mut self, started: Instant) {
        let at = self.since_begin(started);
        self.timeline.uncalled(at);
    }

    /// Records the end of a call. `answered` says that a whole answer came, good or bad.
    pub(crate) fn ended(&mut self, started: Instant, now: Instant, answered: bool, succeeded: bool) {
        if answered {
            self.times.record(now.saturating_duration_since(started));
        }
        if !succeeded {
            let at = self.since_begin(started);
            self.timeline.failed(at);
        }
    }

    /// Records that no call is made from now on, and why. A wait that goes on keeps its start.
    pub(crate) fn waits(&mut self, now: Instant, reason: &str) {
        self.since_begin(now);
        match &mut self.waiting {
            Some((_, said)) => reason.clone_into(said),
            None => self.waiting = Some((now, reason.to_owned())),
        }
    }

    /// Records that the wait is over.
    pub(crate) fn goes_on(&mut self, now: Instant) {
        if let Some((since, reason)) = self.waiting.take() {
            self.waited(since, now, reason);
        }
    }

    /// Records a wait whose end is known. It is only ever extended by a later one.
    pub(crate) fn waited(&mut self, from: Instant, until: Instant, reason: String) {
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let wait = Wait {
            from_ms: millis(self.since_begin(from)),
            until_ms: millis(self.since_begin(until)),
            reason,
        };
        let is_full = self.waits.len() >= MAX_WAITS;
        match self.waits.last_mut() {
            Some(last) if is_full || wait.from_ms < last.until_ms => {
                last.until_ms = last.until_ms.max(wait.until_ms);
            }
            _ => self.waits.push(wait),
        }
    }

    /// Returns what was measured. `now` ends a wait that goes on, and cuts one whose end lies ahead.
    pub(crate) fn into_course(mut self, now: Instant) -> Course {
        self.goes_on(now);
        let end = u64::try_from(self.since_begin(now).as_millis()).unwrap_or(u64::MAX);
        let mut waits = self.waits;
        for wait in &mut waits {
            wait.until_ms = wait.until_ms.min(end);
        }
        let of = |count: fn(&Bucket) -> u64| self.timeline.buckets().iter().map(count).collect();
        let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        Course {
            bucket_ms: u64::try_from(self.timeline.width().as_millis()).unwrap_or(u64::MAX),
            calls: of(|bucket| bucket.calls),
            failed: of(|bucket| bucket.failed),
            waits,
            response_times: ResponseTimes {
                answers: self.times.total(),
                p50_us: micros(self.times.quantile(500)),
                p95_us: micros(self.times.quantile(950)),
                p99_us: micros(self.times.quantile(990)),
                max_us: micros(self.times.longest()),
                below_us: self.times.by_doubling(),
            },
        }
    }

    /// Returns the time since the first event, which this may be.
    fn since_begin(&mut self, now: Instant) -> Duration {
        now.saturating_duration_since(*self.begun.get_or_insert(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn calls_waits_and_times_are_what_happened() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut meter = CourseMeter::default();
        for (begun, took, answered, succeeded) in [
            (0, 20, true, true),
            (500, 40, true, false),
            (1200, 900, false, false),
        ] {
            meter.called(at(begun));
            meter.ended(at(begun), at(begun + took), answered, succeeded);
        }
        meter.called(at(1500));
        meter.uncalled(at(1500));
        meter.waits(at(2000), "HTTP 503");
        meter.waits(at(2500), "HTTP 502");
        meter.goes_on(at(4000));
        meter.waited(at(6000), at(16_000), "it asked to wait".to_owned());
        meter.waited(at(7000), at(17_000), "again".to_owned());
        let course = meter.into_course(at(9000));
        assert_eq!(
            (course.bucket_ms, &course.calls[..], &course.failed[..]),
            (1000, &[2, 1][..], &[1, 1][..])
        );
        let waits: Vec<_> = course
            .waits
            .iter()
            .map(|wait| (wait.from_ms, wait.until_ms, &*wait.reason))
            .collect();
        assert_eq!(
            waits,
            [(2000, 4000, "HTTP 502"), (6000, 9000, "it asked to wait")]
        );
        assert_eq!(
            (course.response_times.answers, course.response_times.max_us),
            (2, 40_000)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn waits_are_bounded() {
        let start = Instant::now();
        let mut meter = CourseMeter::default();
        for second in 0..200 {
            let from = start + Duration::from_secs(2 * second);
            meter.waited(from, from + Duration::from_secs(1), "HTTP 503".to_owned());
        }
        let waits = meter.into_course(start + Duration::from_secs(400)).waits;
        assert_eq!((waits.len(), waits[MAX_WAITS - 1].until_ms), (MAX_WAITS, 399_000));
    }
}
