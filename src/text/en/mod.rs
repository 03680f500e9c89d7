//! The sentences in English.

mod check;
mod codes;
mod ends;
mod faults;
mod guards;
mod init;
mod input;
mod progress;
mod retry;
mod settings;
mod start;
mod summary;

/// English.
pub(super) struct English;

impl super::Words for English {}
