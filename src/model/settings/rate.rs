//! The agreed ceiling: how often an attempt may start. `send/pace/rate_limit.rs` enforces it.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Attempts per unit of time, or no ceiling.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Rate {
    Unlimited,
    /// `count` attempts per `unit`.
    Per {
        count: f64,
        unit: Unit,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Second,
    Minute,
    Hour,
}

impl Unit {
    fn seconds(self) -> f64 {
        match self {
            Self::Second => 1.0,
            Self::Minute => 60.0,
            Self::Hour => 3600.0,
        }
    }
}

impl Rate {
    /// Maximum rate: one attempt per microsecond is more than one core can make, so `unlimited`
    /// says the same.
    const MAX_PER_SECOND: f64 = 1_000_000.0;
    /// Minimum rate, one attempt a week: anything lower is a typing error.
    const MIN_PER_SECOND: f64 = 1.0 / (7.0 * 24.0 * 3600.0);

    /// Returns the attempts per second; `None` if there is no ceiling.
    pub(crate) fn per_second(self) -> Option<f64> {
        match self {
            Self::Unlimited => None,
            Self::Per { count, unit } => Some(count / unit.seconds()),
        }
    }

    /// Returns the time between two attempts; `None` if there is no ceiling.
    pub(crate) fn period(self) -> Option<Duration> {
        self.per_second()
            .map(|per_second| Duration::from_secs_f64(1.0 / per_second))
    }

    /// Returns the minimum time in which `attempts` attempts can start; `None` if there is no
    /// ceiling.
    pub(crate) fn time_for(self, attempts: u64) -> Option<Duration> {
        #[expect(
            clippy::cast_precision_loss,
            reason = "an estimate for people; exact up to 2^53 rows"
        )]
        let gaps = attempts.saturating_sub(1) as f64;
        let seconds = gaps / self.per_second()?;
        Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unlimited => f.write_str("unlimited"),
            Self::Per { count, unit } => {
                let unit = match unit {
                    Unit::Second => "s",
                    Unit::Minute => "m",
                    Unit::Hour => "h",
                };
                write!(f, "{count}/{unit}")
            }
        }
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("unlimited") {
            return Ok(Self::Unlimited);
        }
        let shape = || format!("`{text}` is not a rate: write `5/s`, `100/m`, `3000/h` or `unlimited`");
        let (count, unit) = text.split_once('/').ok_or_else(shape)?;
        let unit = match unit.trim() {
            "s" => Unit::Second,
            "m" | "min" => Unit::Minute,
            "h" => Unit::Hour,
            _ => return Err(shape()),
        };
        let count: f64 = count.trim().parse().map_err(|_| shape())?;
        let rate = Self::Per { count, unit };
        match rate.per_second() {
            Some(per_second) if (Self::MIN_PER_SECOND..=Self::MAX_PER_SECOND).contains(&per_second) => {
                Ok(rate)
            }
            _ => Err(format!(
                "`{text}` is out of bounds: from one attempt a week to 1000000/s, or `unlimited`"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_read_and_shown_in_its_own_unit() {
        for text in ["5/s", "0.5/s", "100/m", "3000/h", "unlimited"] {
            assert_eq!(text.parse::<Rate>().unwrap().to_string(), text);
        }
        assert_eq!("90/m".parse::<Rate>().unwrap().per_second(), Some(1.5));
        assert_eq!(
            "3600/h".parse::<Rate>().unwrap().period(),
            Some(Duration::from_secs(1))
        );
    }

    #[test]
    fn what_is_no_rate_is_refused() {
        for text in [
            "",
            "5",
            "0/s",
            "-1/s",
            "5/d",
            "nan/s",
            "inf/s",
            "2000000/s",
            "1/h/h",
            "0.001/h",
        ] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_first_attempt_costs_no_time() {
        let rate: Rate = "5/s".parse().unwrap();
        assert_eq!(rate.time_for(0), Some(Duration::ZERO));
        assert_eq!(rate.time_for(1), Some(Duration::ZERO));
        assert_eq!(rate.time_for(1201), Some(Duration::from_mins(4)));
        assert_eq!(Rate::Unlimited.time_for(1201), None);
    }
}
