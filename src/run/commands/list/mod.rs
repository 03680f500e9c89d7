//! The commands about a survey's mailing list.

pub(in crate::run) mod pull;
