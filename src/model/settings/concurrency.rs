//! The maximum number of calls in flight, as set by the user. `send/pace/concurrency.rs` implements
//! `auto`.

use std::str::FromStr;

/// A fixed number of calls, or as many as the rate needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Concurrency {
    Auto,
    /// From 1 to [`Concurrency::MAX`].
    Fixed(usize),
}

impl Concurrency {
    /// Maximum fixed number. The window has room for about 6,000 rows of usual length.
    const MAX: usize = 5_000;

    /// Maximum for `auto`: enough for 8,000 calls a second at 200 ms, or 50 a second at the default
    /// timeout.
    const MAX_AUTO: usize = 2_000;

    /// Returns the maximum number of calls ever in flight.
    pub(crate) fn most(self) -> usize {
        match self {
            Self::Auto => Self::MAX_AUTO,
            Self::Fixed(calls) => calls,
        }
    }
}

impl FromStr for Concurrency {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim() {
            "auto" => Ok(Self::Auto),
            number => match number.parse() {
                Ok(calls @ 1..=Self::MAX) => Ok(Self::Fixed(calls)),
                _ => Err(format!(
                    "`{text}` is neither `auto` nor a number from 1 to {}",
                    Self::MAX
                )),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_within_bounds_or_auto() {
        let parsed = ["auto", "1", " 64 ", "5000"].map(|text| text.parse::<Concurrency>().unwrap());
        assert_eq!(
            parsed,
            [
                Concurrency::Auto,
                Concurrency::Fixed(1),
                Concurrency::Fixed(64),
                Concurrency::Fixed(5_000)
            ]
        );
        for bad in ["0", "5001", "-1", "", "many"] {
            assert!(bad.parse::<Concurrency>().is_err(), "{bad}");
        }
    }
}
