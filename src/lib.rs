//! Puts the labels of a CSV export onto a survey platform's mailing lists.
#![expect(
    dead_code,
    unused_imports,
    reason = "the stages are wired by the command line, which comes last"
)]

mod model;
mod plan;
mod read;
mod record;
mod report;
mod send;
