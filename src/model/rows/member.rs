//! A respondent as the platform lists one: id, address, labels.

/// Number of labels that a respondent has on the platform. The webhook sets the first ten.
pub(crate) const LISTED_LABELS: usize = 15;

/// A respondent on a survey's mailing list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Member {
    /// The id that `update-respondent` takes. Digits only.
    pub(crate) id: String,
    /// The address; empty if the platform lists none.
    pub(crate) email: String,
    /// The values of `l1` to `l15`; empty where there is none.
    pub(crate) labels: [String; LISTED_LABELS],
}

/// A survey of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListedSurvey {
    /// Digits only.
    pub(crate) id: String,
    pub(crate) title: String,
}
