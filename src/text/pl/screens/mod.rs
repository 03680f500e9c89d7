//! The sentences of whole screens, in Polish.

mod check;
mod doctor;
mod forget;
mod page;
mod progress;
mod start;
mod summary;
