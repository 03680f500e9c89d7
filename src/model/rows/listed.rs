//! A row's labels beside what the platform's mailing list has of them.

use super::super::Label;

/// The digests of a respondent's labels on the mailing list, for the labels that a row sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Listed(pub(crate) Box<[ListedLabel]>);

/// One label that a row sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ListedLabel {
    pub(crate) label: Label,
    /// Digest of the value on the list.
    pub(crate) listed: u64,
    /// Digest of the row's value.
    pub(crate) wanted: u64,
    /// Whether the list is known to show what is written.
    pub(crate) believed: bool,
}

impl ListedLabel {
    /// Whether the list, as far as it is believed, has another value than the row.
    pub(crate) fn differs(&self) -> bool {
        self.believed && self.listed != self.wanted
    }
}

/// What was sent of a label last, as digests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Labelled {
    /// The value that the platform acknowledged.
    pub(crate) said: u64,
    /// The value that the list had before.
    pub(crate) before: u64,
}

impl Listed {
    /// Whether the list, as far as it is believed, has another value than the row for some label.
    pub(crate) fn differs(&self) -> bool {
        self.changed().next().is_some()
    }

    /// Returns the same without these labels.
    pub(crate) fn without(&self, labels: &[Label]) -> Self {
        let left = self.0.iter().filter(|label| !labels.contains(&label.label));
        Self(left.copied().collect())
    }

    /// Returns these labels.
    pub(crate) fn changed(&self) -> impl Iterator<Item = Label> + '_ {
        let changed = self.0.iter().filter(|label| label.differs());
        changed.map(|label| label.label)
    }
}
