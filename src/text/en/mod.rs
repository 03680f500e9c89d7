//! The sentences in English.

mod ends;
mod retry;

/// English.
pub(super) struct English;

impl super::Words for English {}
