//! The respondents that are never sent (`--exclude`), by id or by address. Pure;
//! `run/prepare/input/exclude_list.rs` reads the list's file.

use std::collections::HashSet;
use std::fmt;

use xxhash_rust::xxh3::xxh3_128;

use crate::model::{Digits, trim_invisible};

/// Ids and addresses, held in memory: of an address only a 128-bit digest.
#[derive(Clone, Default)]
pub(crate) struct Exclusion {
    /// Without leading zeros, because `0012` and `12` may be one respondent.
    ids: HashSet<String>,
    addresses: HashSet<u128>,
}

impl Exclusion {
    /// Adds an entry of the list. Returns `false` if it is neither an id nor an address.
    pub(crate) fn insert(&mut self, entry: &str) -> bool {
        let entry = trim_invisible(entry);
        if let Some(id) = Digits::new(entry) {
            self.ids.insert(id.without_leading_zeros().to_owned());
            return true;
        }
        let address = address(entry);
        let is_address = address
            .split_once('@')
            .is_some_and(|(name, domain)| !name.is_empty() && domain.contains('.') && !address.contains(' '));
        if is_address {
            self.addresses.insert(digest(&address));
        }
        is_address
    }

    /// Whether a respondent is excluded: by the id, or by the address in the row's cell.
    pub(super) fn has(&self, id: Option<Digits<'_>>, cell: Option<&str>) -> bool {
        id.is_some_and(|id| self.ids.contains(id.without_leading_zeros()))
            || cell.is_some_and(|cell| {
                !self.addresses.is_empty() && self.addresses.contains(&digest(&address(cell)))
            })
    }

    /// Number of different ids.
    pub(crate) fn ids(&self) -> u64 {
        self.ids.len() as u64
    }

    /// Number of different addresses.
    pub(crate) fn addresses(&self) -> u64 {
        self.addresses.len() as u64
    }
}

/// Prints only numbers, because ids and addresses are personal data.
impl fmt::Debug for Exclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Exclusion({} ids, {} addresses)", self.ids(), self.addresses())
    }
}

/// Returns the address of `mailto:a@x.pl`, `Anna <A@x.pl>` or `a@x.pl` in lower case.
fn address(text: &str) -> String {
    let text = trim_invisible(text);
    let inner = text.rsplit_once('<').and_then(|(_, rest)| rest.strip_suffix('>'));
    let lower = trim_invisible(inner.unwrap_or(text)).to_lowercase();
    lower.strip_prefix("mailto:").unwrap_or(&lower).to_owned()
}

fn digest(address: &str) -> u128 {
    xxh3_128(address.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_addresses_are_excluded_however_they_are_written() {
        let mut list = Exclusion::default();
        for entry in ["0012", " 7 ", "Anna <A@x.pl>", "mailto:b@x.pl", "\u{FEFF}c@x.pl"] {
            assert!(list.insert(entry), "{entry}");
        }
        for entry in [
            "",
            "email",
            "id_respondent",
            "a b@x.pl",
            "@x.pl",
            "a@x",
            "1,23E+5",
        ] {
            assert!(!list.insert(entry), "{entry}");
        }
        let id = |text| list.has(Digits::new(text), None);
        assert!(id("12") && id("0012") && id("7") && !id("120"));
        let cell = |text| list.has(None, Some(text));
        assert!(cell("a@X.pl") && cell("Ewa <b@x.pl>") && cell(" C@x.pl") && !cell("d@x.pl"));
        assert_eq!(format!("{list:?}"), "Exclusion(2 ids, 3 addresses)");
    }
}
