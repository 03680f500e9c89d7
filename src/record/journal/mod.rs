//! The journal: what an unfinished run knows, line by line, and how a later one reads it.

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
