//! The sentences of whole screens, in English.

mod check;
mod doctor;
mod forget;
mod progress;
mod start;
mod summary;
