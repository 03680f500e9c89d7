//! What people read: the summary of a run, the findings of `check`, numbers in words.

pub(super) mod findings;
pub(super) mod notes;
pub(super) mod numbers;
pub(super) mod text;
