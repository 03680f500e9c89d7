//! Ids of accounts, surveys and respondents. They are text: `0012` stays `0012`, and no arithmetic
//! is done with them.

use std::fmt;

/// A text of one or more ASCII digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Digits<'a>(&'a str);

impl<'a> Digits<'a> {
    /// Returns `None` for a text that is empty or contains anything but `0` to `9` (full-width
    /// digits do not count).
    pub(crate) fn new(text: &'a str) -> Option<Self> {
        let all_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        all_digits.then_some(Self(text))
    }

    pub(crate) fn as_str(self) -> &'a str {
        self.0
    }

    /// Returns the digits without leading zeros: the platform may treat ids that differ only in
    /// these as one.
    pub(crate) fn without_leading_zeros(self) -> &'a str {
        self.0.trim_start_matches('0')
    }
}

impl fmt::Display for Digits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
