//! The sentences in Polish, written as Polish: impersonal ("Zaktualizowano 114 wierszy") or in the
//! imperative, which has no gender. The vendor's own words are used.

mod codes;
mod columns;
mod ends;
mod faults;
mod guards;
mod init;
pub(super) mod input;
pub(super) mod outputs;
mod retry;
pub(super) mod screens;
mod settings;
pub(super) mod usage;

/// The forms of `wiersz`, for a number in front.
const ROWS: [&str; 3] = ["wiersz", "wiersze", "wierszy"];

/// Polish.
pub(super) struct Polish;

impl super::Words for Polish {}
