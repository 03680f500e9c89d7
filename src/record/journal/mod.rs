//! The journal: the record of an unfinished run, line by line, and how a later run reads it.

pub(super) mod entry;
pub(super) mod file;
#[cfg(any(test, fuzzing))]
pub(super) mod fuzzed;
pub(super) mod header;
pub(super) mod lines;
pub(super) mod ordered;
pub(super) mod replay;
pub(super) mod resumed;
pub(super) mod settled;
