//! The process shell.
fn main() {}
