//! The sentences in English.

mod codes;
mod ends;
mod faults;
mod guards;
mod init;
mod input;
mod retry;
mod screens;
mod settings;

/// English.
pub(super) struct English;

impl super::Words for English {}
