//! Values that several flags share: durations and percentages.

use std::time::Duration;

use jiff::SignedDuration;
use jiff::civil::Time;

use crate::model::CountOrPercent;

/// Parses `500ms`, `30s`, `15m`, `2h`, `3d`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    if text.trim() == "0" {
        return Ok(Duration::ZERO);
    }
    // A day has 24 hours here, also when clocks change.
    let days = text.trim().strip_suffix('d').and_then(|days| days.parse().ok());
    if let Some(hours) = days.and_then(|days: u32| days.checked_mul(24)) {
        return Ok(Duration::from_hours(u64::from(hours)));
    }
    let parsed: SignedDuration = text
        .trim()
        .parse()
        .map_err(|_| format!("`{text}` is no duration: write `500ms`, `30s`, `15m`, `2h` or `3d`"))?;
    parsed
        .try_into()
        .map_err(|_| format!("`{text}` must not be negative"))
}

/// Times at which something is done again, ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Times(pub(crate) Vec<Duration>);

/// When a mailing list is read again if no time is given.
const USUAL_TIMES: &str = "1m,5m,15m";

/// Parses `1m,5m,15m`, or a word that only turns it on.
pub(super) fn times(text: &str) -> Result<Times, String> {
    let text = match text.trim() {
        "true" | "yes" | "on" => USUAL_TIMES,
        given => given,
    };
    let times: Result<Vec<Duration>, String> = text.split(',').map(duration).collect();
    let times = times?;
    if !times.is_sorted() {
        return Err(format!(
            "`{text}`: the times count from the end of the run, so write them in order"
        ));
    }
    Ok(Times(times))
}

/// The end of the window for calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Until {
    /// None, although the config file or a variable names one.
    Never,
    At(Time),
}

/// Parses `06:00`, a local time, or `none`.
pub(super) fn until(text: &str) -> Result<Until, String> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("none") {
        return Ok(Until::Never);
    }
    let has_form = text.split(':').all(|part| part.len() == 2) && text.contains(':');
    let parsed = has_form.then(|| text.parse::<Time>().ok()).flatten();
    parsed
        .map(Until::At)
        .ok_or_else(|| format!("`{text}` is no time of the day: write `06:00`, or `none`"))
}

/// Parses `5%`.
pub(super) fn percent(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(CountOrPercent::Percent(percent)) => Ok(percent),
        _ => Err(format!("`{text}` is no percentage: write `5%`")),
    }
}

/// Parses how many older sets are kept: a number, or a word that only turns the limit on.
pub(super) fn sets(text: &str) -> Result<usize, String> {
    const USUAL: usize = 14;
    match text.trim() {
        "true" | "yes" | "on" => Ok(USUAL),
        "all" => Ok(usize::MAX),
        number => number.parse().map_err(|_| {
            format!("`{text}` is no number of sets: write `--rotate`, `--rotate={USUAL}` or `--rotate=all`")
        }),
    }
}
