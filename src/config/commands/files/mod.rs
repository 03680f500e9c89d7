//! The commands about config files.

pub(in crate::config) mod check;
mod clashes;
mod job;
pub(in crate::config) mod show;
