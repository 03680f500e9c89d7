//! The survey's mailing list as the platform lists it: who is on it, and a digest of each label. Pure;
//! `run/prepare/input/tables/members.rs` reads it.
//!
//! A respondent takes 24 bytes, and 8 more for each label.

use std::fmt;

use xxhash_rust::xxh3::xxh3_64;

use crate::model::{Digits, Label, label_digest};

/// The respondents of one survey.
#[derive(Clone, Default)]
pub(crate) struct Members {
    labels: Vec<Label>,
    /// A digest of each id, with the respondent's place. Sorted by the digest once complete.
    index: Vec<(u64, u32)>,
    /// Where each respondent stands in the table, in bytes.
    offsets: Vec<u64>,
    /// The digests of the labels, all of one respondent side by side.
    digests: Vec<u64>,
}

/// A respondent on the list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member<'a> {
    members: &'a Members,
    place: usize,
}

impl Members {
    /// Creates an empty list with these labels.
    pub(crate) fn new(labels: Vec<Label>) -> Self {
        Self {
            labels,
            ..Self::default()
        }
    }

    /// Adds a respondent. `offset` is the place in the table; `values` are those of the labels.
    pub(crate) fn push<'a>(&mut self, id: Digits<'_>, offset: u64, values: impl Iterator<Item = &'a str>) {
        // A list of 4,294,967,296 respondents does not exist.
        let place = u32::try_from(self.offsets.len()).unwrap_or(u32::MAX);
        self.index.push((key(id), place));
        self.offsets.push(offset);
        let values = values.map(label_digest).chain(std::iter::repeat(0));
        self.digests.extend(values.take(self.labels.len()));
    }

    /// Completes the list; only then can respondents be found.
    pub(crate) fn complete(mut self) -> Self {
        self.index.sort_unstable();
        self.index.shrink_to_fit();
        self.offsets.shrink_to_fit();
        self.digests.shrink_to_fit();
        self
    }

    /// Number of respondents.
    pub(crate) fn len(&self) -> u64 {
        self.offsets.len() as u64
    }

    /// Finds a respondent, whatever its leading zeros.
    pub(crate) fn find(&self, id: Digits<'_>) -> Option<Member<'_>> {
        let at = self.index.binary_search_by_key(&key(id), |(key, _)| *key).ok()?;
        let (_, place) = self.index.get(at)?;
        Some(Member {
            members: self,
            place: *place as usize,
        })
    }
}

impl Member<'_> {
    /// Returns where the respondent begins in the table, and where the next one does, in bytes; `None`
    /// for the last one.
    pub(crate) fn bytes(self) -> (u64, Option<u64>) {
        let offsets = &self.members.offsets;
        let start = offsets.get(self.place).copied().unwrap_or_default();
        (start, offsets.get(self.place + 1).copied())
    }

    /// Returns the number of the respondent in the list, from 0.
    pub(crate) fn place(self) -> usize {
        self.place
    }

    /// Returns the digest of a label ([`label_digest`]); `None` if the list does not have that label.
    pub(crate) fn digest(self, label: Label) -> Option<u64> {
        let labels = &self.members.labels;
        let at = labels.iter().position(|other| *other == label)?;
        self.members.digests.get(self.place * labels.len() + at).copied()
    }
}

/// Prints only the number of respondents.
impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Members({})", self.offsets.len())
    }
}

fn key(id: Digits<'_>) -> u64 {
    xxh3_64(id.without_leading_zeros().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Digits<'_> {
        Digits::new(text).unwrap()
    }

    #[test]
    fn a_respondent_is_found_with_its_labels() {
        let label = |name: &str| name.parse().unwrap();
        let mut members = Members::new(vec![label("l4"), label("l7")]);
        members.push(digits("13"), 30, ["VIP", "9"].into_iter());
        members.push(digits("0012"), 70, ["", "a &amp; b"].into_iter());
        let members = members.complete();
        let found = members.find(digits("12")).unwrap();
        assert_eq!(found.bytes(), (70, None));
        assert_eq!(found.digest(label("l4")), Some(label_digest("")));
        assert_eq!(found.digest(label("l7")), Some(label_digest("a  & b")));
        assert_eq!(found.digest(label("l1")), None);
        let found = members.find(digits("13")).unwrap();
        assert_eq!(found.bytes(), (30, Some(70)));
        assert_eq!(found.digest(label("l4")), Some(label_digest("VIP")));
        assert!(members.find(digits("14")).is_none());
        assert_eq!(
            (members.len(), format!("{members:?}").as_str()),
            (2, "Members(2)")
        );
    }
}
