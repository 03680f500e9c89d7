//! Formats times: one form for people, one for machines, one for file names. Pure, except for the
//! system's time zone.

use jiff::civil::{Date, Time};
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

/// Formats a time for people, in local time and to the minute: `2026-11-24 08:57`, in Polish
/// `24.11.2026 08:57`.
pub(crate) fn local_minute_in(lang: Lang, time: Timestamp) -> String {
    let local = local(time);
    format!("{} {}", date_in(lang, local.date()), local.strftime("%H:%M"))
}

/// Formats a time of day for people, in local time: `08:57`, with seconds `08:57:43`.
pub(crate) fn clock_time(time: Timestamp, has_seconds: bool) -> String {
    let format = if has_seconds { "%H:%M:%S" } else { "%H:%M" };
    local(time).strftime(format).to_string()
}

/// Formats a time of day that somebody set: `08:57`.
pub(crate) fn time_of_day(time: Time) -> String {
    time.strftime("%H:%M").to_string()
}

/// Formats a date for people, as their language does: `2026-11-24`, in Polish `24.11.2026`.
pub(crate) fn date_in(lang: Lang, date: Date) -> String {
    match lang {
        Lang::En => date.strftime("%Y-%m-%d").to_string(),
        Lang::Pl => date.strftime("%d.%m.%Y").to_string(),
    }
}

/// Formats a time with its zone: `2026-11-24 08:57:43 +01:00`, in Polish `24.11.2026 08:57:43 +01:00`.
pub(crate) fn zoned_time_in(lang: Lang, time: Timestamp) -> String {
    let local = local(time);
    let date = date_in(lang, local.date());
    format!("{date} {}", local.strftime("%H:%M:%S %:z"))
}

/// Returns the date of a time, in local time.
pub(crate) fn local_date(time: Timestamp) -> Date {
    local(time).date()
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
