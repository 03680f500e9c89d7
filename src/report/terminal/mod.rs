//! What is printed while a run goes on and at its end: the two streams, log lines, the progress bar,
//! and how a text is laid out.

pub(super) mod console;
mod log_lines;
pub(super) mod progress;
pub(super) mod say;
pub(super) mod screen;
mod warnings;
