//! The sentences of whole screens, in English.

mod check;
mod doctor;
mod progress;
mod start;
mod summary;
