//! Selects the rows of a run: all, those of some respondents (`--only`), or the first that can be
//! sent (`--limit`).

use std::collections::{BTreeSet, HashSet};
use std::fmt;

/// The selection of `--only` and `--limit`, and the number of selected rows so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    only: Option<HashSet<String>>,
    limit: Option<u64>,
    sent: u64,
}

impl Selection {
    /// `only` contains ids as written in the input; `limit` is the maximum number of rows to send.
    pub(crate) fn new(only: Option<HashSet<String>>, limit: Option<u64>) -> Self {
        Self { only, limit, sent: 0 }
    }

    /// Whether only a part of the input is selected.
    pub(crate) fn is_partial(&self) -> bool {
        self.only.is_some() || self.limit.is_some()
    }

    /// Returns the maximum number of rows that can be sent, of this many rows.
    pub(crate) fn most(&self, rows: u64) -> u64 {
        self.limit.map_or(rows, |limit| limit.min(rows))
    }

    /// Whether at most one row is sent (`--limit 1`).
    pub(crate) fn is_of_one(&self) -> bool {
        self.limit == Some(1)
    }

    /// Whether the row of this respondent is selected.
    pub(super) fn takes(&self, respondent: &str) -> bool {
        self.limit.is_none_or(|limit| self.sent < limit)
            && self.only.as_ref().is_none_or(|only| only.contains(respondent))
    }

    /// Counts a row that is to be sent.
    pub(super) fn count_sent(&mut self) {
        self.sent += 1;
    }
}

/// Writes a canonical text, equal for equal selections in whatever order the ids were given.
impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let only = self
            .only
            .as_ref()
            .map(|only| only.iter().collect::<BTreeSet<_>>());
        write!(f, "{only:?} {:?}", self.limit)
    }
}
