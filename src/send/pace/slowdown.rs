//! Slows down below the ceiling when the platform asks for it: an extra gap between attempts, on
//! top of the rate, which never changes. Pure.
//!
//! Each 429 halves the pace, at most once a second and never below an eighth. Each second of calls
//! without a 429 gives a tenth back. Without a ceiling, full pace is the rate at which the first
//! 429 came.

use std::time::Duration;

use tokio::time::Instant;

/// Minimum time between two halvings, and between two steps back.
const STEP: Duration = Duration::from_secs(1);

/// Minimum pace, as a share of full pace.
const MIN_SHARE: f64 = 1.0 / 8.0;

/// Share of full pace regained in a second without a 429.
const STEP_BACK: f64 = 0.1;

/// How far in the past an attempt may be booked, so that late timers cost no pace.
const SLACK: Duration = Duration::from_millis(5);

/// The current slowdown.
#[derive(Debug, Default)]
pub(crate) struct Slowdown {
    /// Attempts per second at full pace; `None` if there is no ceiling.
    ceiling: Option<f64>,
    /// The reduced pace; `None` at full pace.
    slow: Option<Slow>,
    /// Number of requests to slow down.
    pub(crate) asked: u64,
}

#[derive(Debug)]
struct Slow {
    /// Attempts per second at full pace.
    full: f64,
    /// Current pace, as a share of `full`.
    share: f64,
    halved: Instant,
    /// Since the last 429 or step back.
    clean_since: Instant,
    due: Instant,
}

impl Slowdown {
    /// Creates a slowdown at full pace. `ceiling` is in attempts per second; `None` if there is
    /// none.
    pub(crate) fn new(ceiling: Option<f64>) -> Self {
        Self {
            ceiling,
            slow: None,
            asked: 0,
        }
    }

    /// Records a 429. `last_second` is how many attempts started in the second before.
    pub(crate) fn refused(&mut self, now: Instant, last_second: usize) {
        self.asked += 1;
        if let Some(slow) = &mut self.slow {
            slow.clean_since = now;
            if now - slow.halved >= STEP {
                slow.halved = now;
                slow.share = (slow.share / 2.0).max(MIN_SHARE);
            }
            return;
        }
        #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 attempts")]
        let seen = last_second.max(1) as f64;
        self.slow = Some(Slow {
            full: self.ceiling.unwrap_or(seen),
            share: 0.5,
            halved: now,
            clean_since: now,
            due: now,
        });
    }

    /// Returns the time before which no attempt may start; `None` if one may start now.
    pub(crate) fn wait_until(&self, now: Instant) -> Option<Instant> {
        self.slow.as_ref().map(|slow| slow.due).filter(|due| *due > now)
    }

    /// Returns the minimum time between two attempts at the current pace; zero at full pace.
    pub(crate) fn gap(&self) -> Duration {
        self.slow.as_ref().map_or(Duration::ZERO, Slow::gap)
    }

    /// Records that an attempt starts.
    pub(crate) fn started(&mut self, now: Instant) {
        let Some(slow) = &mut self.slow else { return };
        if now - slow.clean_since >= STEP {
            slow.clean_since = now;
            slow.share += STEP_BACK;
            if slow.share >= 1.0 {
                self.slow = None;
                return;
            }
        }
        let booked = now.checked_sub(SLACK).unwrap_or(now).max(slow.due);
        slow.due = booked + slow.gap();
    }
}

impl Slow {
    fn gap(&self) -> Duration {
        Duration::from_secs_f64(1.0 / (self.full * self.share))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Starts attempts as soon as allowed, for this many seconds, against a platform that accepts
    /// `limit` a second and refuses the rest. Returns how many were accepted and refused in each
    /// second.
    fn run(
        slowdown: &mut Slowdown,
        start: Instant,
        rate: f64,
        limit: usize,
        seconds: u32,
    ) -> Vec<(usize, usize)> {
        let mut now = start;
        let mut counts = vec![(0, 0); seconds as usize];
        while now < start + STEP * seconds {
            #[expect(clippy::cast_possible_truncation, reason = "small")]
            let second = (now - start).as_secs() as usize;
            slowdown.started(now);
            let (taken, refused) = &mut counts[second];
            if *taken < limit {
                *taken += 1;
            } else {
                *refused += 1;
                slowdown.refused(now, *taken + *refused);
            }
            // The ceiling, and on top of it the gap.
            now += Duration::from_secs_f64(1.0 / rate);
            now = slowdown.wait_until(now).unwrap_or(now);
        }
        counts
    }

    #[tokio::test(start_paused = true)]
    async fn the_pace_settles_where_the_platform_takes_it_and_is_full_again_when_it_takes_all() {
        let (mut slowdown, start) = (Slowdown::new(Some(100.0)), Instant::now());
        let counts = run(&mut slowdown, start, 100.0, 30, 60);
        let (taken, refused) = counts[10..]
            .iter()
            .fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
        assert!(taken > 50 * 20, "{taken} of {}: {counts:?}", 50 * 30);
        assert!(refused < taken / 2, "{refused} were refused: {counts:?}");
        let recovered = run(&mut slowdown, start + STEP * 60, 100.0, 1000, 10);
        assert!(recovered[9].0 >= 99, "{recovered:?}");
        assert!(slowdown.wait_until(start + STEP * 70).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_halved_once_a_second_and_never_below_an_eighth() {
        let mut slowdown = Slowdown::new(Some(80.0));
        let counts: Vec<usize> = run(&mut slowdown, Instant::now(), 80.0, 0, 8)
            .iter()
            .map(|count| count.1)
            .collect();
        for (second, expected) in [(0, 40), (1, 20), (2, 10), (3, 10), (7, 10)] {
            assert!(
                counts[second].abs_diff(expected) <= 3,
                "second {second}: {counts:?}"
            );
        }
        assert_eq!(slowdown.asked, counts.iter().sum::<usize>() as u64);
    }

    #[tokio::test(start_paused = true)]
    async fn a_hold_off_gives_nothing_back() {
        let mut slowdown = Slowdown::new(Some(10.0));
        let start = Instant::now();
        slowdown.started(start);
        slowdown.refused(start, 1);
        let later = start + Duration::from_mins(1);
        slowdown.started(later);
        let gap = slowdown.wait_until(later).unwrap() - later;
        assert!(
            gap > Duration::from_millis(150),
            "one step back for one attempt, not sixty: {gap:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn where_there_is_no_ceiling_the_pace_seen_is_halved() {
        let mut slowdown = Slowdown::new(None);
        let now = Instant::now();
        slowdown.refused(now, 1000);
        let mut at = now;
        for _ in 0..250 {
            at = slowdown.wait_until(at).unwrap_or(at);
            slowdown.started(at);
        }
        let took = (at - now).as_millis();
        assert!((480..=510).contains(&took), "250 at 500 a second: {took} ms");
    }
}
