//! The respondents that are never sent (`--exclude`), by id or by what rows are matched on. Pure;
//! `run/prepare/input/tables/exclude_list.rs` reads the list's file.
//!
//! An entry that is not understood must be refused by the caller: passing over it would send
//! somebody who opted out.

use std::collections::HashSet;
use std::fmt;

use xxhash_rust::xxh3::xxh3_128;

use super::address::{SEPARATORS, bare, is_one};
use crate::model::{Digits, is_blank, is_invisible, trim_invisible};

/// Ids and keys (addresses), held in memory: of a key only a 128-bit digest.
#[derive(Default)]
pub(crate) struct Exclusion {
    /// Without leading zeros, because `0012` and `12` may be one respondent.
    ids: HashSet<String>,
    keys: HashSet<u128>,
}

/// Why a list is refused. The words are in `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ListFault {
    /// A workbook, whose sheets and formulas can hide entries.
    Workbook,
    /// There is no entry.
    Empty,
    /// An entry is neither an id nor one address.
    NotAnEntry,
    /// A line has an address and no id, and the input's rows have ids.
    OnlyAnAddress,
    /// A line has no entry.
    NoEntry,
    /// The only column has the name of a CRM's own number.
    CrmNumber { column: String },
    /// There are several columns and none has a known name.
    UnknownColumns,
    /// Without a header: rows are matched on this column, which is not an address, so numbers are
    /// ambiguous.
    Ambiguous { column: String },
}

impl Exclusion {
    /// Adds a respondent's id. Returns `false` if the entry is not one.
    pub(crate) fn insert_id(&mut self, entry: &str) -> bool {
        let id = Digits::new(trim_invisible(entry));
        if let Some(id) = id {
            self.ids.insert(id.without_leading_zeros().to_owned());
        }
        id.is_some()
    }

    /// Adds an e-mail address: `a@x.pl`, `mailto:a@x.pl` or `Anna <a@x.pl>`. Returns `false` if the
    /// entry is anything else, such as two addresses.
    pub(crate) fn insert_address(&mut self, entry: &str) -> bool {
        // Other letters than ASCII's can be written in several ways.
        let is_plain = |address: &String| address.chars().all(|c| c.is_ascii_graphic()) && is_one(address);
        let address = bare(entry).filter(is_plain);
        if let Some(address) = &address {
            self.keys.insert(xxh3_128(address.as_bytes()));
        }
        address.is_some()
    }

    /// Adds a key that is not an address, such as a CRM's number that rows are matched on.
    pub(crate) fn insert_key(&mut self, entry: &str) {
        self.keys
            .insert(xxh3_128(trim_invisible(entry).to_lowercase().as_bytes()));
    }

    /// Whether a cell that rows are matched on holds an excluded key, as a whole or among others.
    pub(crate) fn has_key(&self, cell: &str) -> bool {
        if self.keys.is_empty() || is_blank(cell) {
            return false;
        }
        let has = |text: &str| self.keys.contains(&xxh3_128(text.as_bytes()));
        let cell = trim_invisible(cell).to_lowercase();
        let parts = cell.split(|c: char| c.is_whitespace() || SEPARATORS.contains(c) || is_invisible(c));
        has(&cell) || parts.map(|part| part.trim_end_matches('.')).any(has)
    }

    /// Whether a respondent is excluded: by the id, or by the cell that the row is matched on.
    pub(in crate::plan) fn has(&self, id: Option<Digits<'_>>, cell: Option<&str>) -> bool {
        id.is_some_and(|id| self.ids.contains(id.without_leading_zeros()))
            || cell.is_some_and(|cell| self.has_key(cell))
    }

    /// Number of different ids.
    pub(crate) fn ids(&self) -> u64 {
        self.ids.len() as u64
    }

    /// Number of different addresses and other keys.
    pub(crate) fn keys(&self) -> u64 {
        self.keys.len() as u64
    }
}

/// Prints only numbers, because ids and addresses are personal data.
impl fmt::Debug for Exclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Exclusion({} ids, {} keys)", self.ids(), self.keys())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_is_taken_and_nothing_that_may_be_more() {
        let mut list = Exclusion::default();
        for entry in [
            "a@x.pl",
            " A@X.pl ",
            "mailto:b@x.pl",
            "MAILTO:b@x.pl",
            "Anna <c@x.pl>",
            "\u{FEFF}d+e@x.pl",
        ] {
            assert!(list.insert_address(entry), "{entry}");
        }
        for entry in [
            "",
            "a",
            "@x.pl",
            "a@x",
            "a@x.pl;b@x.pl",
            "a@x.pl|b@x.pl",
            "a@x.pl / b@x.pl",
            "a@x.pl,b@x.pl",
            "a@x.pl b@x.pl",
            "a@x.pl\nb@x.pl",
            "Anna <a@x.pl>; Jan <b@x.pl>",
            "a@x.pl (Anna)",
            "'a@x.pl'",
            "\"a@x.pl\"",
            "a@x.pl.",
            "a@x..pl",
            "a@@x.pl",
            "a@x.pl@",
            "mailto:a@x.pl?subject=out",
            "smtp:a@x.pl",
            "=HYPERLINK(a@x.pl)",
            "a@x.pl#out",
            "Anna\u{A0}a@x.pl",
            "a\u{200B}@x.pl",
            "żaneta@x.pl",
            "a@x.pl>",
        ] {
            assert!(!list.insert_address(entry), "{entry}");
        }
        assert_eq!(format!("{list:?}"), "Exclusion(0 ids, 4 keys)");
    }

    #[test]
    fn a_cell_is_excluded_however_its_address_is_written() {
        let mut list = Exclusion::default();
        assert!(list.insert_address("a@x.pl") && list.insert_id("0012"));
        list.insert_key("AB-7");
        for cell in [
            "a@x.pl",
            "A@X.PL",
            "Ewa <a@x.pl>",
            "mailto:a@x.pl",
            "b@x.pl; a@x.pl",
            "a@x.pl.",
            "'a@x.pl'",
            "ab-7",
        ] {
            assert!(list.has_key(cell), "{cell}");
        }
        for cell in ["", "b@x.pl", "aa@x.pl", "12", "7"] {
            assert!(!list.has_key(cell), "{cell}");
        }
        let id = |text| list.has(Digits::new(text), None);
        assert!(id("12") && id("0012") && !id("120"));
        assert!(!list.insert_id("12.0") && !list.insert_id("１２") && !list.insert_id(""));
    }
}
