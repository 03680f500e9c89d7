//! Numbers for respondents and for contents. Pure.

use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::model::{Digits, UpdateRespondent};

/// The owner of surveys: an entry of one platform or account does not apply to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    /// The platform's address.
    pub(crate) base_url: String,
    /// The account's id.
    pub(crate) account: String,
}

/// A respondent of a survey of an account.
///
/// Two respondents with the same number only cost calls. The [`digest`] of a content includes the
/// respondent's id, so one is never taken for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key {
    /// The store's number for the account and the survey.
    pub(super) list: i64,
    /// The respondent's id as a number.
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

/// Returns an id as a number: its own value if it fits, so that neighbours are stored together,
/// otherwise a negative hash. Ids that differ only in leading zeros may be the same respondent, and
/// get the same number.
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

/// Returns an id in the form that is stored, without leading zeros: ids that differ only in these
/// may be the same.
pub(super) fn plain(survey: &str) -> &str {
    Digits::new(survey).map_or(survey, Digits::without_leading_zeros)
}

/// Returns the digest of a command: of all its parameters as they are sent.
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
