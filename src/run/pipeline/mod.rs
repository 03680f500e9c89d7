//! The stages side by side, and the threads that they run in.

pub(super) mod reader;
pub(super) mod stages;
pub(super) mod workers;
