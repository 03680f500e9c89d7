//! The sentences in English.

mod ends;
mod faults;

/// English.
pub(super) struct English;

impl super::Words for English {}
