//! The sentences in Polish, written as Polish: impersonal ("Zaktualizowano 114 wierszy") or in the
//! imperative, which has no gender. The vendor's own words are used.

mod ends;
mod retry;

/// Polish.
pub(super) struct Polish;

impl super::Words for Polish {}
