//! The sentences in English.

mod ends;

/// English.
pub(super) struct English;

impl super::Words for English {}
