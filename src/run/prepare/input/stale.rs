//! Detects an export that has not been renewed for too long. Reads the file's time;
//! `plan/freshness.rs` decides what it means.

use std::fs;

use anyhow::Context;
use jiff::Timestamp;

use crate::config::{GuardSettings, ReadingSettings};
use crate::model::{ShownPath, local_time};
use crate::plan::{Freshness, Stale};
use crate::read::Input;
use crate::report::duration;
use crate::run::Failure;
use crate::run::prepare::guards::settle;

/// Refuses a stale input, or warns if it is let through. `since` is the start of the first of the
/// latest consecutive runs with this content; `None` if there was none.
pub(in crate::run) fn check(
    reading: &ReadingSettings,
    guards: &GuardSettings,
    since: Option<Timestamp>,
) -> Result<(), Failure> {
    let objections = objections(guards.freshness, &reading.input, since)?;
    settle(&objections, reading, guards.lets_through, false)
}

/// Returns the objections to an input, in words.
pub(in crate::run) fn objections(
    freshness: Freshness,
    input: &Input,
    since: Option<Timestamp>,
) -> Result<Vec<String>, Failure> {
    let path = match input {
        Input::File(path) if freshness.is_asked() => path,
        _ => return Ok(Vec::new()),
    };
    let modified = fs::metadata(path)
        .and_then(|file| file.modified())
        .with_context(|| format!("cannot read when `{}` was written", path.shown()))
        .and_then(|time| Ok(Timestamp::try_from(time)?))
        .map_err(Failure::usage)?;
    let stale = freshness.objections(modified, since, Timestamp::now());
    Ok(stale.into_iter().map(words).collect())
}

fn words(stale: Stale) -> String {
    match stale {
        Stale::Old { modified, age, most } => format!(
            "it was last written {} ago ({}), and `--max-age` allows {}",
            duration(age),
            local_time(modified),
            duration(most)
        ),
        Stale::Same { since, age, most } => format!(
            "its content has been the same for {} (since the run of {}), and `--max-same` allows {}",
            duration(age),
            local_time(since),
            duration(most)
        ),
    }
}
