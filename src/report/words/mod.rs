//! Texts for people: the summary of a run, the findings of `check`, formatted numbers.

pub(super) mod findings;
pub(super) mod notes;
pub(super) mod numbers;
pub(super) mod text;
