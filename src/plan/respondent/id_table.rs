//! Finds the respondent of an address, if the CRM only has addresses. Pure;
//! `run/prepare/input/tables/id_table.rs` reads the table's file.
//!
//! The platform does not keep addresses unique, so several respondents may share one. Such an
//! address has no id: there is no guess.

use std::fmt;

use xxhash_rust::xxh3::xxh3_128;

use super::address::{bare, is_one};
use crate::model::{Digits, trim_invisible};

/// Addresses and ids, held in memory. An address takes 24 bytes plus the digits of its id. Only a 128-bit
/// digest of an address is kept, large enough that no two are confused.
#[derive(Clone, Default)]
pub(crate) struct IdTable {
    /// One for each line until the table is complete, then one for each address, sorted.
    entries: Vec<Entry>,
    /// The digits of all ids, one after the other.
    digits: String,
    /// Each id belongs to one survey, which the table names.
    by_survey: bool,
    /// Addresses with several ids.
    ambiguous: u64,
}

/// An address with its id.
#[derive(Clone, Copy)]
struct Entry {
    /// The digest of the address in halves, so that an entry has no padding.
    key: (u64, u64),
    place: Place,
}

/// Where the id of an address is in the digits: its start, and its length in the last byte.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place(u64);

impl Place {
    /// There are several ids.
    const AMBIGUOUS: Self = Self(u64::MAX);
    /// The id is invalid.
    const BAD: Self = Self(u64::MAX - 1);

    fn new(at: usize, length: usize) -> Option<Self> {
        let (at, length) = (u32::try_from(at).ok()?, u8::try_from(length).ok()?);
        Some(Self(u64::from(at) << u8::BITS | u64::from(length)))
    }

    fn digits(self, digits: &str) -> Option<&str> {
        let at = usize::try_from(self.0 >> u8::BITS).ok()?;
        let length = usize::try_from(self.0 & u64::from(u8::MAX)).ok()?;
        digits.get(at..at.checked_add(length)?)
    }
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
        let place = Digits::new(id).and_then(|_| Place::new(self.digits.len(), id.len()));
        if place.is_some() {
            self.digits.push_str(id);
        }
        self.entries.push(Entry {
            key: key(address, survey, self.by_survey),
            place: place.unwrap_or(Place::BAD),
        });
    }

    /// Completes the table; only then can addresses be found.
    pub(crate) fn complete(mut self) -> Self {
        let Self {
            entries,
            digits,
            ambiguous,
            ..
        } = &mut self;
        entries.sort_unstable_by_key(|entry| entry.key);
        entries.dedup_by(|next, kept| {
            if next.key != kept.key {
                return false;
            }
            let id = kept.place.digits(digits);
            if kept.place != Place::AMBIGUOUS && (id.is_none() || next.place.digits(digits) != id) {
                *ambiguous += 1;
                kept.place = Place::AMBIGUOUS;
            }
            true
        });
        entries.shrink_to_fit();
        self
    }

    /// Finds the id of an address, regardless of its case and of surrounding white space.
    pub(in crate::plan) fn find(&self, address: &str, survey: &str) -> Match<'_> {
        let key = key(address, survey, self.by_survey);
        let found = self.entries.binary_search_by_key(&key, |entry| entry.key).ok();
        match found.and_then(|at| self.entries.get(at)) {
            None => Match::Nobody,
            Some(entry) if entry.place == Place::AMBIGUOUS => Match::Ambiguous,
            Some(entry) => {
                let id = entry.place.digits(&self.digits).and_then(Digits::new);
                id.map_or(Match::Bad, Match::Id)
            }
        }
    }

    /// Number of different addresses.
    pub(crate) fn addresses(&self) -> u64 {
        self.entries.len() as u64
    }

    /// Number of addresses with several ids.
    pub(crate) fn ambiguous(&self) -> u64 {
        self.ambiguous
    }
}

/// Prints only the number of addresses, because addresses are personal data.
impl fmt::Debug for IdTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdTable({} addresses)", self.entries.len())
    }
}

fn key(address: &str, survey: &str, by_survey: bool) -> (u64, u64) {
    let mut text = trim_invisible(address).to_lowercase();
    if by_survey {
        text.push('\0');
        text.push_str(survey);
    }
    let digest = xxh3_128(text.as_bytes()).to_be_bytes();
    let half = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(0, |half, byte| half << u8::BITS | u64::from(*byte))
    };
    let (first, second) = digest.split_at(size_of::<u64>());
    (half(first), half(second))
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
        let table = table.complete();
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
        let table = table.complete();
        assert_eq!(table.find("A@example.com", "1"), id("11"));
        assert_eq!(table.find("a@example.com", "2"), id("22"));
        assert_eq!(table.find("a@example.com", "3"), Match::Nobody);
    }
}
