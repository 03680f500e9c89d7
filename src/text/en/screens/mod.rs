//! The sentences of whole screens, in English.

mod check;
mod progress;
mod start;
mod summary;
