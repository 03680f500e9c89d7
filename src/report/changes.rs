//! What a run would change, by what the platform's mailing list has now. Counts only.

use serde::Serialize;

/// The contacts and labels that would get another value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Changes {
    /// Contacts with a label that would change.
    pub(crate) contacts: u64,
    /// Contacts that were compared.
    pub(crate) of: u64,
    /// Each label that was compared, with the number of contacts in which it would change.
    pub(crate) labels: Vec<LabelChanges>,
    /// Each label of which no value was read back so far, with the number of contacts in which it is set.
    pub(crate) unknown: Vec<LabelChanges>,
}

/// The changes of a label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct LabelChanges {
    pub(crate) label: String,
    pub(crate) contacts: u64,
}
