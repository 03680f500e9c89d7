//! The sentences in Polish, written as Polish: impersonal ("Zaktualizowano 114 wierszy") or in the
//! imperative, which has no gender. The vendor's own words are used.

mod check;
mod codes;
mod columns;
mod ends;
mod faults;
mod guards;
pub(super) mod input;
pub(super) mod outputs;
mod progress;
mod settings;
mod start;
mod summary;

/// The forms of `wiersz`, for a number in front.
const ROWS: [&str; 3] = ["wiersz", "wiersze", "wierszy"];
mod init;
mod retry;

/// Polish.
pub(super) struct Polish;

impl super::Words for Polish {}
