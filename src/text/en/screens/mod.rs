//! The sentences of whole screens, in English.

mod check;
mod doctor;
mod forget;
mod history;
mod list;
mod page;
mod progress;
mod start;
mod summary;
