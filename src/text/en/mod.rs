//! The sentences in English.

mod codes;
mod ends;
mod faults;

/// English.
pub(super) struct English;

impl super::Words for English {}
