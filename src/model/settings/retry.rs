//! When to retry: pure arithmetic over durations. The callers wait.

use std::time::{Duration, SystemTime};

/// Maximum `Retry-After` that is honoured ([rule 6](crate::rules#rule-6)): it holds off every call, not only its own
/// row's.
pub(crate) const MAX_HOLD_OFF: Duration = Duration::from_mins(2);

/// How often, and how far apart, one row is retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RetryPolicy {
    /// Maximum retries per row, after the first attempt.
    pub(crate) max_retries: u32,
    /// Wait before the first retry; doubled for each further one.
    pub(crate) backoff: Duration,
    /// Maximum nominal wait.
    pub(crate) max_backoff: Duration,
}

/// The waits between the attempts of one row; ends when the retries are used up.
///
/// Each wait is random, between half its nominal length and all of it. Rows that failed together
/// therefore do not come back together, and none comes back at once.
#[derive(Clone, Debug)]
pub(crate) struct Backoff {
    nominal: Duration,
    most: Duration,
    left: u32,
    chance: fastrand::Rng,
}

impl RetryPolicy {
    /// Returns the waits for one row. `chance` provides the jitter.
    pub(crate) fn backoff(&self, chance: fastrand::Rng) -> Backoff {
        Backoff {
            nominal: self.backoff.min(self.max_backoff),
            most: self.max_backoff,
            left: self.max_retries,
            chance,
        }
    }
}

impl Iterator for Backoff {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        self.left = self.left.checked_sub(1)?;
        let half = self.nominal / 2;
        let wait = half + half.mul_f64(self.chance.f64());
        self.nominal = self.nominal.saturating_mul(2).min(self.most);
        Some(wait)
    }
}

/// Parses a `Retry-After` header (RFC 9110, 10.2.3): a number of seconds, or a date. A date is
/// compared with the answer's own `Date`, so that a wrong clock on either side does not matter, or
/// with `now` if there is none.
///
/// Returns `None` for any other header. A date in the past means no wait; a number out of range
/// becomes the maximum.
pub(crate) fn retry_after(header: &str, date: Option<&str>, now: SystemTime) -> Option<Duration> {
    let header = header.trim();
    if !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(header.parse().unwrap_or(u64::MAX)));
    }
    let until = httpdate::parse_http_date(header).ok()?;
    let from = date
        .and_then(|date| httpdate::parse_http_date(date.trim()).ok())
        .unwrap_or(now);
    Some(until.duration_since(from).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_waits_double_up_to_the_cap_and_end() {
        let policy = RetryPolicy {
            max_retries: 8,
            backoff: Duration::from_secs(1),
            max_backoff: Duration::from_mins(1),
        };
        for seed in 0..200 {
            let waits: Vec<f64> = policy
                .backoff(fastrand::Rng::with_seed(seed))
                .map(|wait| wait.as_secs_f64())
                .collect();
            let nominal = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0];
            assert_eq!(waits.len(), nominal.len());
            for (wait, nominal) in waits.iter().zip(nominal) {
                assert!((nominal / 2.0..=nominal).contains(wait), "{wait} of {nominal}");
            }
            assert!(waits.iter().sum::<f64>() <= 183.0, "up to 3 minutes a row");
        }
    }

    #[test]
    fn no_retries_means_no_waits() {
        let policy = RetryPolicy {
            max_retries: 0,
            backoff: Duration::ZERO,
            max_backoff: Duration::ZERO,
        };
        assert_eq!(policy.backoff(fastrand::Rng::with_seed(1)).next(), None);
    }

    #[test]
    fn retry_after_in_all_its_forms() {
        let now = httpdate::parse_http_date("Tue, 24 Nov 2026 10:00:00 GMT").unwrap();
        let later = "Tue, 24 Nov 2026 10:01:30 GMT";
        let seconds = |header: &str, date| retry_after(header, date, now).map(|wait| wait.as_secs());
        assert_eq!(seconds("0", None), Some(0));
        assert_eq!(seconds(" 30 ", None), Some(30));
        assert_eq!(seconds("99999999999999999999999", None), Some(u64::MAX));
        assert_eq!(seconds(later, None), Some(90));
        assert_eq!(seconds(later, Some("Tue, 24 Nov 2026 10:01:00 GMT")), Some(30));
        assert_eq!(seconds(later, Some("Tue, 24 Nov 2026 11:00:00 GMT")), Some(0));
        assert_eq!(seconds(later, Some("garbage")), Some(90));
        for garbage in ["", "soon", "-5", "1.5", "5s", "٣", "Tue, 99 Nov 2026"] {
            assert_eq!(seconds(garbage, None), None, "{garbage:?}");
        }
    }
}
