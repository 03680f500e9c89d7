//! The HTML pages: the report of a run, and the overview of many. Self-contained files that a browser
//! shows without a network, and without script.
//!
//! A page is made of what a run leaves behind, its summary and its results, so that a run and `report`
//! make the same page. All text goes through the templates' escaping; the policy in the page's head
//! allows nothing but its own style and script. Pure.
//!
//! Elsewhere: the sentences (`text`), reading and writing of files (`record`, `run`).

mod course;
mod frame;
mod marked;
mod nights;
mod overview;
mod rows;
mod run;
mod split;
mod times;

pub(crate) use nights::missed as missed_nights;
pub(crate) use overview::{Job, JobRun, Overview, Unsent};
pub(crate) use run::{NotStarted, RunPage};

#[cfg(test)]
mod tests;
