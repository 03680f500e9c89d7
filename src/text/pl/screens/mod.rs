//! The sentences of whole screens, in Polish.

mod check;
mod doctor;
mod forget;
mod history;
pub(in crate::text) mod list;
mod page;
mod progress;
mod start;
mod summary;
