//! The sentences in English.

mod check;
mod ends;
mod progress;
mod start;
mod summary;

/// English.
pub(super) struct English;

impl super::Words for English {}
