//! Who is meant and what was said, as numbers. Pure.

use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::model::{Digits, UpdateRespondent};

/// Whose surveys: what is known of one platform or account says nothing of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) base_url: String,
    pub(crate) account: String,
}

/// A respondent of a survey of an account.
///
/// Two that share a number only cost calls: what was said ([`digest`]) holds who was meant, so that neither is taken for
/// the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key {
    /// The store's number for account and survey.
    pub(super) list: i64,
    pub(super) respondent: i64,
}

impl Key {
    pub(super) fn new(list: i64, respondent: &str) -> Self {
        Self {
            list,
            respondent: number(respondent),
        }
    }
}

/// An id as a number: its own where it fits, so that neighbours lie beside each other, else a negative one that stands for
/// it. Ids that differ in leading zeros may be one respondent, and share one.
fn number(respondent: &str) -> i64 {
    let digits = plain(respondent);
    if digits.is_empty() {
        return 0;
    }
    digits.parse().unwrap_or_else(|_| {
        let hash = i64::from_ne_bytes(xxh3_64(digits.as_bytes()).to_ne_bytes());
        hash | i64::MIN
    })
}

/// An id as it is remembered: those that differ in leading zeros may be one.
pub(super) fn plain(survey: &str) -> &str {
    Digits::new(survey).map_or(survey, Digits::without_leading_zeros)
}

/// What is said to whom: all parameters as they are sent.
pub(super) fn digest(update: &UpdateRespondent) -> u128 {
    xxh3_128(update.form())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_their_own_numbers_as_far_as_they_fit() {
        assert_eq!(number("12"), 12);
        assert_eq!(number("0012"), 12, "may be one respondent");
        assert_eq!(number("000"), 0);
        assert_eq!(number("9223372036854775807"), i64::MAX);
        let long = number("9223372036854775808");
        assert!(long < 0);
        assert_ne!(long, number("9223372036854775809"));
        assert_eq!(long, number("09223372036854775808"));
    }
}
