//! How many calls may be in flight, as the user says it. What `auto` makes of it is in `send/pace/concurrency.rs`.

use std::str::FromStr;

/// A number of calls, or as many as the rate needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Concurrency {
    Auto,
    /// From 1 to [`Concurrency::MAX`].
    Fixed(usize),
}

impl Concurrency {
    /// More rows of usual length than about 6,000 cannot be under way, for which the window has room.
    const MAX: usize = 5_000;

    /// What `auto` does not go beyond: 8,000 calls a second at 200 ms, or 50 a second at the longest time that is
    /// waited for an answer by default.
    const MAX_AUTO: usize = 2_000;

    /// The most calls that are ever in flight.
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
