//! The commands about a survey's mailing list.

pub(in crate::run) mod pull;
pub(in crate::run) mod undo;
pub(in crate::run) mod verify;
