//! The sentences in English.

mod ends;
mod init;

/// English.
pub(super) struct English;

impl super::Words for English {}
