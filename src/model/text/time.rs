//! Formats times: one form for people, one for machines, one for file names. Pure, except for the
//! system's time zone.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

use crate::model::Lang;

/// Formats a time for people, in local time: `2026-11-24 08:57:43`.
pub(crate) fn local_time(time: Timestamp) -> String {
    local(time).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// Formats a time for people, in local time and as their language does: `2026-11-24 08:57:43`, in
/// Polish `24.11.2026 08:57`.
pub(crate) fn local_time_in(lang: Lang, time: Timestamp) -> String {
    match lang {
        Lang::En => local_time(time),
        Lang::Pl => local(time).strftime("%d.%m.%Y %H:%M").to_string(),
    }
}

/// Formats a time for machines and files: RFC 3339 with milliseconds and the local offset,
/// `2026-11-24T08:57:43.123+01:00`.
pub(crate) fn rfc3339(time: Timestamp) -> String {
    let (before, behind) = rfc3339_around_fraction(&local(time));
    format!("{before}.{:03}{behind}", time.as_millisecond().rem_euclid(1000))
}

/// Returns the parts of such a time before and after the fraction of the second.
pub(crate) fn rfc3339_around_fraction(time: &ZonedDateTime) -> (String, String) {
    let part = |format| time.strftime(format).to_string();
    (part("%Y-%m-%dT%H:%M:%S"), part("%:z"))
}

/// Formats a time for a file name: `20261124T075743Z`. In UTC, so that names sort by time even when
/// clocks go back.
pub(crate) fn time_in_name(time: Timestamp) -> String {
    time.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn local(time: Timestamp) -> ZonedDateTime {
    time.to_zoned_datetime(TimeZone::system())
}
