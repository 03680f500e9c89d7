//! The sentences of whole screens, in Polish.

mod check;
mod progress;
mod start;
mod summary;
