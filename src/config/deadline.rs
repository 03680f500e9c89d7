//! When a run has to end: after so long, at a time of the day, or whichever is first. Pure: what time it is comes in.

use std::time::Duration;

use jiff::ZonedDateTime;
use jiff::civil::Time;

/// When a run has to end.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DeadlineSettings {
    pub(crate) max_duration: Option<Duration>,
    pub(crate) until: Option<Time>,
}

/// How long from now on the run may go on; for ever, if nothing.
pub(crate) fn deadline(most: Option<Duration>, until: Option<Time>, now: &ZonedDateTime) -> Option<Duration> {
    let until = until.and_then(|time| next(time, now)).map(|next| {
        let left = now.duration_until(&next);
        Duration::try_from(left).unwrap_or_default()
    });
    [most, until].into_iter().flatten().min()
}

/// The next moment after now at which clocks show this time. A time that is skipped when clocks are put forward comes as
/// much later; of one that comes twice, it is the first.
fn next(time: Time, now: &ZonedDateTime) -> Option<ZonedDateTime> {
    let today = now.date();
    let on = |date: jiff::civil::Date| {
        date.to_datetime(time)
            .to_zoned_datetime(now.time_zone().clone())
            .ok()
    };
    on(today)
        .filter(|moment| moment > now)
        .or_else(|| on(today.tomorrow().ok()?))
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    fn at(text: &str) -> ZonedDateTime {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        text.parse::<jiff::civil::DateTime>()
            .unwrap()
            .to_zoned_datetime(zone)
            .unwrap()
    }

    #[test]
    fn the_next_such_time_whatever_the_clocks_do() {
        let minutes = |now: &str, until: &str| {
            let left = deadline(None, Some(until.parse().unwrap()), &at(now)).unwrap();
            left.as_secs() / 60
        };
        assert_eq!(minutes("2026-11-24T02:00", "06:00"), 240);
        assert_eq!(minutes("2026-11-24T06:00", "06:00"), 24 * 60, "tomorrow's");
        assert_eq!(minutes("2026-11-24T23:00", "06:00"), 7 * 60);
        assert_eq!(minutes("2026-12-31T23:30", "00:15"), 45);
        assert_eq!(minutes("2026-03-29T01:00", "06:00"), 4 * 60, "an hour is skipped");
        assert_eq!(minutes("2026-03-29T01:00", "02:30"), 90, "which is in it");
        assert_eq!(
            minutes("2026-10-25T01:00", "06:00"),
            6 * 60,
            "an hour comes twice"
        );
    }

    #[test]
    fn whichever_is_first() {
        let now = at("2026-11-24T02:00");
        let hour = Some(Duration::from_hours(1));
        assert_eq!(deadline(None, None, &now), None);
        assert_eq!(deadline(hour, None, &now), hour);
        assert_eq!(deadline(hour, Some(Time::constant(6, 0, 0, 0)), &now), hour);
        assert_eq!(
            deadline(hour, Some(Time::constant(2, 30, 0, 0)), &now),
            Some(Duration::from_mins(30))
        );
    }
}
