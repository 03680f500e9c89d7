//! Detects an export that has not been renewed for too long. Reads the file's time;
//! `plan/freshness.rs` decides what it means.

use std::fs;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::config::{GuardSettings, ReadingSettings};
use crate::model::ShownPath;
use crate::plan::{Freshness, Stale};
use crate::read::Input;
use crate::run::Failure;
use crate::run::prepare::guards::settle;
use crate::text::Message;

/// Refuses a stale input, or warns if it is let through. `since` is the start of the first of the
/// latest consecutive runs with this content; `None` if there was none.
pub(in crate::run) fn check(
    reading: &ReadingSettings,
    guards: &GuardSettings,
    since: Option<Timestamp>,
) -> Result<(), Failure> {
    let objections = objections(guards.freshness, reading, since)?;
    settle(&objections, reading, guards.lets_through, false)
}

/// Returns the objections to an input, in words.
pub(in crate::run) fn objections(
    freshness: Freshness,
    reading: &ReadingSettings,
    since: Option<Timestamp>,
) -> Result<Vec<Message>, Failure> {
    let path = match &reading.input {
        Input::File(path) if freshness.is_asked() => path,
        _ => return Ok(Vec::new()),
    };
    let shown = path.shown().to_string();
    let unreadable = |error| Message::new(|words| words.no_file_time(&shown)).caused_by(error);
    let modified = fs::metadata(path)
        .and_then(|file| file.modified())
        .map_err(unreadable)
        .and_then(|time| Ok(Timestamp::try_from(time)?))
        .map_err(Failure::usage)?;
    let dated = reading.dated.and_then(|date| Some((date, end_of(date)?)));
    let stale = freshness.objections((modified, dated), since, Timestamp::now());
    let said = |stale: &Stale| Message::new(|words| words.stale(stale));
    Ok(stale.iter().map(said).collect())
}

/// Returns the end of a day, in local time.
fn end_of(date: Date) -> Option<Timestamp> {
    let next = date.tomorrow().ok()?;
    Some(next.to_zoned_datetime(TimeZone::system()).ok()?.timestamp())
}
