//! The ceiling on attempts per second ([rule 4](crate::rules#rule-4)). Governor does the arithmetic; the waiting is done
//! here. The only file that names governor.
//!
//! Governor's own waiting does not fit, for three reasons: its burst lets twice the rate through in
//! the first second, it loses the time by which a timer is late, and it sleeps on a clock that
//! tests cannot pause. So governor is only queried, and gets the time from here: not when a late
//! timer woke up, but when the attempt was due, if that is at most [`SLACK`] ago. The next attempts
//! then make up for a late timer, and never by more than a few.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use governor::clock::Clock;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::time::Instant;

use crate::model::Rate;

/// How far in the past an attempt may be booked.
///
/// With rate R, a window of one second then holds at most ⌈(1 s + slack) × R⌉ attempts. For that to stay within the
/// promise (R + 1, above 100/s R + 1 %), slack × R must not exceed max(1, ⌊R / 100⌋), and 5 ms does so for every R.
/// Timers of tokio are about 1 ms late, so that five of them in a row cost nothing.
const SLACK: Duration = Duration::from_millis(5);

/// The right to start one attempt: the time for which it is booked. `None` if the rate is
/// unlimited.
#[derive(Debug)]
pub(crate) struct Token(Option<Nanos>);

/// Says when the next attempt may start. Not `Clone`, since a clone would be a second ceiling.
#[derive(Debug)]
pub(crate) struct Limiter {
    /// `None` if the rate is unlimited.
    inner: Option<Inner>,
}

#[derive(Debug)]
struct Inner {
    limiter: RateLimiter<NotKeyed, InMemoryState, BookedTime, governor::middleware::NoOpMiddleware<Nanos>>,
    clock: BookedTime,
    /// The zero of `clock`.
    epoch: Instant,
    period: Nanos,
    /// When the next attempt is due.
    due: Nanos,
    /// Tokens given back by attempts that were not made.
    returned: VecDeque<Nanos>,
}

/// The clock that governor reads: shows the time for which an attempt is booked.
#[derive(Clone, Debug, Default)]
struct BookedTime(Arc<AtomicU64>);

impl BookedTime {
    fn set(&self, time: Nanos) {
        self.0.store(time.as_u64(), Ordering::Relaxed);
    }
}

impl Clock for BookedTime {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(self.0.load(Ordering::Relaxed))
    }
}

impl Limiter {
    /// Creates a ceiling that starts now; the first attempt may start at once.
    pub(crate) fn new(rate: Rate, now: Instant) -> Self {
        let inner = rate.period().and_then(|period| {
            let quota = Quota::with_period(period)?;
            let clock = BookedTime::default();
            Some(Inner {
                limiter: RateLimiter::direct_with_clock(quota, clock.clone()),
                clock,
                epoch: now,
                period: period.into(),
                due: Nanos::from(0),
                returned: VecDeque::new(),
            })
        });
        Self { inner }
    }

    /// Takes the token for an attempt that starts now.
    ///
    /// # Errors
    ///
    /// The time from which a token is available; asking earlier is useless.
    pub(crate) fn try_take(&mut self, now: Instant) -> Result<Token, Instant> {
        match &mut self.inner {
            None => Ok(Token(None)),
            Some(inner) => inner.try_take(now).map(|booked| Token(Some(booked))),
        }
    }

    /// Takes back the token of an attempt that was not made. Another attempt can use it within the
    /// slack, not later.
    #[expect(clippy::needless_pass_by_value, reason = "a token comes back once")]
    pub(crate) fn give_back(&mut self, token: Token) {
        if let (Some(inner), Some(booked)) = (&mut self.inner, token.0) {
            inner.returned.push_back(booked);
        }
    }

    /// Returns when the next token is due, `now` at the earliest.
    pub(crate) fn due(&self, now: Instant) -> Instant {
        match &self.inner {
            Some(inner) if !inner.returned.iter().any(|booked| *booked >= inner.oldest(now)) => {
                now.max(inner.epoch + Duration::from(inner.due))
            }
            _ => now,
        }
    }

    /// Returns the time between two tokens; zero if the rate is unlimited.
    pub(crate) fn period(&self) -> Duration {
        self.inner
            .as_ref()
            .map_or(Duration::ZERO, |inner| inner.period.into())
    }
}

impl Inner {
    /// Returns the earliest time for which an attempt that starts now may be booked.
    fn oldest(&self, now: Instant) -> Nanos {
        let elapsed = Nanos::from(now.saturating_duration_since(self.epoch));
        elapsed.saturating_sub(SLACK.into())
    }

    fn try_take(&mut self, now: Instant) -> Result<Nanos, Instant> {
        let oldest = self.oldest(now);
        while let Some(booked) = self.returned.pop_front() {
            if booked >= oldest {
                return Ok(booked);
            }
        }
        let elapsed = Nanos::from(now.saturating_duration_since(self.epoch));
        let mut booked = oldest.max(self.due.min(elapsed));
        loop {
            self.clock.set(booked);
            let Err(refusal) = self.limiter.check() else {
                self.due = booked + self.period;
                return Ok(booked);
            };
            self.due = refusal.earliest_possible();
            if self.due > elapsed {
                return Err(self.epoch + Duration::from(self.due));
            }
            // Due between the slack and now: book it for its own time.
            booked = self.due;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    /// Runs a saturated sender for some virtual time and returns when each attempt started. Each
    /// timer is late by a random time up to `late`.
    fn starts(rate: &str, seconds: u64, late: Duration, seed: u64) -> Vec<Duration> {
        let mut chance = fastrand::Rng::with_seed(seed);
        let epoch = Instant::now();
        let end = epoch + Duration::from_secs(seconds);
        let mut limiter = Limiter::new(rate.parse().unwrap(), epoch);
        let mut now = epoch;
        let mut starts = Vec::new();
        while now < end {
            match limiter.try_take(now) {
                Ok(_) => starts.push(now - epoch),
                Err(at) => now = at + late.mul_f64(chance.f64()),
            }
        }
        starts
    }

    fn most_in_a_second(starts: &[Duration]) -> usize {
        let mut window = VecDeque::new();
        let mut most = 0;
        for &start in starts {
            window.push_back(start);
            while window
                .front()
                .is_some_and(|&first| start.saturating_sub(first) >= Duration::from_secs(1))
            {
                window.pop_front();
            }
            most = most.max(window.len());
        }
        most
    }

    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    #[tokio::test(start_paused = true)]
    async fn the_mean_is_kept_and_no_second_holds_more_whatever_the_timers_do() {
        for (rate, per_second, seconds) in [
            ("1/s", 1.0, 7200),
            ("5/s", 5.0, 7200),
            ("90/m", 1.5, 7200),
            ("100/s", 100.0, 600),
            ("150/s", 150.0, 600),
            ("1000/s", 1000.0, 60),
            ("5000/s", 5000.0, 20),
        ] {
            for (seed, late_ms) in [(1, 0), (2, 1), (3, 4)] {
                let starts = starts(rate, seconds, Duration::from_millis(late_ms), seed);
                let mean = starts.len() as f64 / seconds as f64;
                assert!(
                    mean >= 0.995 * per_second,
                    "{rate}, {late_ms} ms late: mean {mean}"
                );
                let allowed = per_second + f64::max(1.0, per_second / 100.0);
                let most = most_in_a_second(&starts) as f64;
                assert!(
                    most <= allowed.ceil(),
                    "{rate}, {late_ms} ms late: {most} in one second"
                );
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn idle_time_is_not_saved_up() {
        let epoch = Instant::now();
        let mut limiter = Limiter::new("10/s".parse().unwrap(), epoch);
        assert!(limiter.try_take(epoch).is_ok());
        let later = epoch + Duration::from_hours(1);
        assert!(limiter.try_take(later).is_ok());
        let next = limiter.try_take(later).unwrap_err();
        assert!(next >= later + Duration::from_millis(95), "{:?}", next - later);
    }

    #[tokio::test(start_paused = true)]
    async fn unlimited_never_waits() {
        let mut limiter = Limiter::new(Rate::Unlimited, Instant::now());
        for _ in 0..1000 {
            assert!(limiter.try_take(Instant::now()).is_ok());
        }
        assert_eq!(limiter.due(Instant::now()), Instant::now());
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_that_comes_back_is_used_once_and_not_after_the_slack() {
        let epoch = Instant::now();
        let mut limiter = Limiter::new("10/s".parse().unwrap(), epoch);
        let at = |millis| epoch + Duration::from_millis(millis);
        let token = limiter.try_take(epoch).unwrap();
        assert_eq!(limiter.due(epoch), at(100));
        limiter.give_back(token);
        assert_eq!(limiter.due(at(4)), at(4));
        let again = limiter.try_take(at(4)).unwrap();
        assert_eq!(limiter.try_take(at(4)).unwrap_err(), at(100), "once");
        limiter.give_back(again);
        assert_eq!(limiter.due(at(6)), at(100), "booked for 0 ms, not for 4");
        assert_eq!(limiter.try_take(at(6)).unwrap_err(), at(100));
    }
}
