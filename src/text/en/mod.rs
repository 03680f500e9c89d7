//! The sentences in English.

mod codes;
mod ends;
mod faults;
mod guards;

/// English.
pub(super) struct English;

impl super::Words for English {}
