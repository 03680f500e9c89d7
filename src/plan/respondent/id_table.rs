//! Finds the respondent of an address, if the CRM only has addresses. Pure;
//! `run/prepare/input/tables/id_table.rs` reads the table's file.
//!
//! The platform does not keep addresses unique, so several respondents may share one. Such an
//! address has no id: there is no guess.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;

use xxhash_rust::xxh3::xxh3_128;

use super::address::{bare, is_one};
use crate::model::{Digits, trim_invisible};

/// Addresses and ids, held in memory. An address takes 40 to 80 bytes plus the digits of its id.
/// Only a 128-bit digest of an address is kept, large enough that no two are confused.
#[derive(Clone, Default)]
pub(crate) struct IdTable {
    places: HashMap<u128, Place>,
    /// The digits of all ids, one after the other.
    digits: String,
    /// Each id belongs to one survey, which the table names.
    by_survey: bool,
    /// Addresses with several ids.
    ambiguous: u64,
}

/// The id of an address.
#[derive(Clone, Copy)]
enum Place {
    /// The position and the length of the id in the digits.
    Id { at: u32, length: u8 },
    /// There are several ids.
    Ambiguous,
    /// The id is invalid.
    Bad,
}

/// The result of looking up an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Match<'a> {
    Id(Digits<'a>),
    Nobody,
    Ambiguous,
    Bad,
}

impl IdTable {
    /// `by_survey` means that each line names the survey of its id.
    pub(crate) fn new(by_survey: bool) -> Self {
        Self {
            by_survey,
            ..Self::default()
        }
    }

    /// Adds a line of the table; `survey` is used only if the table is by survey. Repeated equal
    /// lines count once. Ids after 4 GiB of digits are invalid.
    pub(crate) fn insert(&mut self, address: &str, survey: &str, id: &str) {
        let id = trim_invisible(id);
        let bare = bare(address).filter(|bare| is_one(bare));
        let address = bare.as_deref().unwrap_or(address);
        match self.places.entry(key(address, survey, self.by_survey)) {
            Entry::Vacant(vacant) => {
                let place = match (
                    u32::try_from(self.digits.len()),
                    u8::try_from(id.len()),
                    Digits::new(id),
                ) {
                    (Ok(at), Ok(length), Some(_)) => {
                        self.digits.push_str(id);
                        Place::Id { at, length }
                    }
                    _ => Place::Bad,
                };
                vacant.insert(place);
            }
            Entry::Occupied(mut occupied) => {
                let known = digits_at(&self.digits, *occupied.get());
                if known != Some(id) && !matches!(occupied.get(), Place::Ambiguous) {
                    self.ambiguous += 1;
                    occupied.insert(Place::Ambiguous);
                }
            }
        }
    }

    /// Finds the id of an address, regardless of its case and of surrounding white space.
    pub(in crate::plan) fn find(&self, address: &str, survey: &str) -> Match<'_> {
        match self.places.get(&key(address, survey, self.by_survey)) {
            None => Match::Nobody,
            Some(Place::Ambiguous) => Match::Ambiguous,
            Some(place) => digits_at(&self.digits, *place)
                .and_then(Digits::new)
                .map_or(Match::Bad, Match::Id),
        }
    }

    /// Number of different addresses.
    pub(crate) fn addresses(&self) -> u64 {
        self.places.len() as u64
    }

    /// Number of addresses with several ids.
    pub(crate) fn ambiguous(&self) -> u64 {
        self.ambiguous
    }
}

/// Prints only the number of addresses, because addresses are personal data.
impl fmt::Debug for IdTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdTable({} addresses)", self.places.len())
    }
}

fn digits_at(digits: &str, place: Place) -> Option<&str> {
    match place {
        Place::Id { at, length } => {
            let at = at as usize;
            digits.get(at..at + usize::from(length))
        }
        Place::Ambiguous | Place::Bad => None,
    }
}

fn key(address: &str, survey: &str, by_survey: bool) -> u128 {
    let mut text = trim_invisible(address).to_lowercase();
    if by_survey {
        text.push('\0');
        text.push_str(survey);
    }
    xxh3_128(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> Match<'_> {
        Match::Id(Digits::new(text).unwrap())
    }

    #[test]
    fn an_address_is_one_respondent_or_nobody() {
        let mut table = IdTable::new(false);
        for (address, id) in [
            ("Anna@Example.com ", "0012"),
            ("jan@example.com", "13"),
            ("twice@example.com", "14"),
            ("twice@example.com", "15"),
            ("twice@example.com", "14"),
            ("same@example.com", "16"),
            ("SAME@example.com", " 16"),
            ("zeros@example.com", "17"),
            ("zeros@example.com", "017"),
            ("bad@example.com", "1,2E+05"),
            ("bad-and-good@example.com", "x"),
            ("bad-and-good@example.com", "18"),
        ] {
            table.insert(address, "", id);
        }
        assert_eq!(table.find(" anna@EXAMPLE.com", "7"), id("0012"));
        assert_eq!(table.find("jan@example.com", ""), id("13"));
        assert_eq!(table.find("twice@example.com", ""), Match::Ambiguous);
        assert_eq!(
            table.find("same@example.com", ""),
            id("16"),
            "the same line twice"
        );
        assert_eq!(
            table.find("zeros@example.com", ""),
            Match::Ambiguous,
            "two ids, as far as anybody knows"
        );
        assert_eq!(table.find("bad@example.com", ""), Match::Bad);
        assert_eq!(table.find("bad-and-good@example.com", ""), Match::Ambiguous);
        assert_eq!(table.find("nobody@example.com", ""), Match::Nobody);
        assert_eq!((table.addresses(), table.ambiguous()), (7, 3));
        assert_eq!(format!("{table:?}"), "IdTable(7 addresses)");
    }

    #[test]
    fn an_address_is_another_respondent_on_another_survey() {
        let mut table = IdTable::new(true);
        table.insert("a@example.com", "1", "11");
        table.insert("a@example.com", "2", "22");
        assert_eq!(table.find("A@example.com", "1"), id("11"));
        assert_eq!(table.find("a@example.com", "2"), id("22"));
        assert_eq!(table.find("a@example.com", "3"), Match::Nobody);
    }
}
