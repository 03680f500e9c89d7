//! A limit as `N` or `N%`.

use std::fmt;
use std::str::FromStr;

/// A limit as a number, or in per cent of a total that the caller chooses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum CountOrPercent {
    Count(u64),
    Percent(f64),
}

impl CountOrPercent {
    /// Whether `count` out of `total` exceeds the limit.
    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 rows")]
    pub(crate) fn is_exceeded_by(self, count: u64, total: u64) -> bool {
        match self {
            Self::Count(limit) => count > limit,
            Self::Percent(percent) => count as f64 * 100.0 > share(percent, total) * (1.0 + ROUNDING),
        }
    }
}

/// Whether `count` is at least `percent` per cent of `total`.
#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 rows")]
pub(crate) fn reaches(count: u64, percent: f64, total: u64) -> bool {
    count as f64 * 100.0 >= share(percent, total) * (1.0 - ROUNDING)
}

/// Returns `percent` per cent of `total`, times 100.
#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 rows")]
fn share(percent: f64, total: u64) -> f64 {
    percent * total as f64
}

/// Relative error allowed for a product of decimals, so that 999 of 1000 are 99.9%.
const ROUNDING: f64 = 4.0 * f64::EPSILON;

impl fmt::Display for CountOrPercent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

impl FromStr for CountOrPercent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let fault = || format!("`{text}` is neither a number nor a percentage from 0% to 100%");
        match text.strip_suffix('%') {
            None => text.parse().map(Self::Count).map_err(|_| fault()),
            Some(percent) => match percent.trim().parse() {
                Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(Self::Percent(percent)),
                _ => Err(fault()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_allows_what_it_names_and_no_more() {
        let cases = [("0", 0, 10, false), ("0", 1, 10, true), ("3", 3, 3, false)];
        let percents = [
            ("10%", 1, 10, false),
            ("10%", 2, 10, true),
            ("0%", 1, 1000, true),
            ("100%", 5, 5, false),
        ];
        for (limit, count, total, exceeded) in cases.into_iter().chain(percents) {
            let parsed: CountOrPercent = limit.parse().unwrap();
            assert_eq!(
                parsed.is_exceeded_by(count, total),
                exceeded,
                "{count} of {total} at {limit}"
            );
            assert_eq!(parsed.to_string(), limit);
        }
    }

    #[test]
    fn decimals_do_not_decide_by_their_rounding() {
        // A share in tenths of a per cent, and a total that makes it a whole number.
        for tenths in 0..=1000_u32 {
            let percent = f64::from(tenths) / 10.0;
            for thousands in [1, 3, 7, 1000] {
                let (exact, total) = (u64::from(tenths) * thousands, 1000 * thousands);
                let limit = CountOrPercent::Percent(percent);
                assert!(!limit.is_exceeded_by(exact, total), "{percent}% of {total}");
                assert!(limit.is_exceeded_by(exact + 1, total), "{percent}% of {total}");
                assert!(reaches(exact, percent, total), "{percent}% of {total}");
                assert!(
                    exact == 0 || !reaches(exact - 1, percent, total),
                    "{percent}% of {total}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_limit_is_refused() {
        for text in ["", "-1", "x", "101%", "nan%", "%", "1.5"] {
            assert!(text.parse::<CountOrPercent>().is_err(), "{text}");
        }
    }
}
