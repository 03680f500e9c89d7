//! The settings of the commands about a survey's mailing list.

pub(in crate::config) mod over;
pub(in crate::config) mod pull;
