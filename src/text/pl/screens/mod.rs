//! The sentences of whole screens, in Polish.

mod check;
mod doctor;
mod forget;
pub(in crate::text) mod list;
mod page;
mod progress;
mod start;
mod summary;
