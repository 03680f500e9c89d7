//! Which rows take part in a run: all, those of some respondents (`--only`), or the first that can be sent
//! (`--limit`).

use std::collections::{BTreeSet, HashSet};
use std::fmt;

/// What `--only` and `--limit` leave in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    only: Option<HashSet<String>>,
    limit: Option<u64>,
    sent: u64,
}

impl Selection {
    /// `only` holds ids as the input writes them; `limit` is a number of rows to be sent.
    pub(crate) fn new(only: Option<HashSet<String>>, limit: Option<u64>) -> Self {
        Self { only, limit, sent: 0 }
    }

    /// Whether this is a part of the input only.
    pub(crate) fn is_partial(&self) -> bool {
        self.only.is_some() || self.limit.is_some()
    }

    /// The most rows of so many that can be sent, where that is bounded.
    pub(crate) fn most(&self, rows: u64) -> u64 {
        self.limit.map_or(rows, |limit| limit.min(rows))
    }

    /// Whether the row of this respondent takes part.
    pub(super) fn takes(&self, respondent: &str) -> bool {
        self.limit.is_none_or(|limit| self.sent < limit)
            && self.only.as_ref().is_none_or(|only| only.contains(respondent))
    }

    /// One more row is to be sent.
    pub(super) fn count_sent(&mut self) {
        self.sent += 1;
    }
}

/// The same text for the same selection, whatever the order in which the ids were given.
impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let only = self
            .only
            .as_ref()
            .map(|only| only.iter().collect::<BTreeSet<_>>());
        write!(f, "{only:?} {:?}", self.limit)
    }
}
