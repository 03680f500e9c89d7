//! The commands about config files.

pub(in crate::config) mod check;
pub(in crate::config) mod show;
