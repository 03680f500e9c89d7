//! The commands about the files that runs have kept: what became of a respondent, and the removal of one.

pub(in crate::run) mod forget;
pub(in crate::run) mod history;
mod person;
