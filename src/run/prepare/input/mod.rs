//! Prepares the input before the first call: opens it, checks it, compares it with what was sent
//! before.

mod announced;
pub(in crate::run) mod description;
pub(in crate::run) mod form;
pub(in crate::run) mod newer_export;
pub(in crate::run) mod news;
pub(in crate::run) mod opened;
pub(in crate::run) mod overtaken;
pub(in crate::run) mod stale;
mod still_there;
pub(in crate::run) mod tables;
