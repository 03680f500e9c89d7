//! The last nights of a job: which run belongs to which night, and which nights are missing. Pure.

use jiff::civil::{Date, DateTime, Weekday};
use jiff::{Span, ToSpan as _};

use crate::report::Expect;

/// Number of nights that an overview shows.
pub(super) const NIGHTS: usize = 30;

/// How much later than expected a run may start before its night counts as missed, in hours.
const GRACE_HOURS: i64 = 3;

/// How far back missed nights are looked for, in days.
const WINDOW_DAYS: i64 = 60;

/// The last dates up to today, oldest first.
pub(super) fn dates(today: Date) -> Vec<Date> {
    let back = (0..NIGHTS).rev();
    back.map(|days| today.saturating_sub(i64::try_from(days).unwrap_or_default().days()))
        .collect()
}

/// Returns the last dates on which a run was expected and none started: each start makes the next one
/// expected a day (or a week) later, at the same local time. `starts` in ascending order.
pub(crate) fn missed(starts: &[DateTime], expect: Expect, now: DateTime) -> Vec<Date> {
    let oldest = now.date().saturating_sub(WINDOW_DAYS.days());
    let mut missed = Vec::new();
    let ends = starts.iter().skip(1).copied().chain([now]);
    for (start, next) in starts.iter().zip(ends) {
        let mut expected = after(*start, expect);
        while expected.saturating_add(grace(expect)) < next {
            if expected.date() >= oldest {
                missed.push(expected.date());
            }
            let later = after(expected, expect);
            if later <= expected {
                // The end of the calendar.
                break;
            }
            expected = later;
        }
    }
    missed
}

fn grace(expect: Expect) -> Span {
    match expect {
        Expect::Daily | Expect::Weekdays => GRACE_HOURS.hours(),
        Expect::Weekly => (4 * GRACE_HOURS).hours(),
    }
}

/// Returns the next start that is expected after this one.
fn after(start: DateTime, expect: Expect) -> DateTime {
    let days = match expect {
        Expect::Daily => 1,
        Expect::Weekly => 7,
        Expect::Weekdays => match start.weekday() {
            Weekday::Friday => 3,
            Weekday::Saturday => 2,
            _ => 1,
        },
    };
    start.saturating_add(i64::from(days).days())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missed_of(starts: &[&str], expect: Expect, now: &str) -> Vec<String> {
        let starts: Vec<DateTime> = starts.iter().map(|start| start.parse().unwrap()).collect();
        let missed = missed(&starts, expect, now.parse().unwrap());
        missed.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_night_without_a_run_is_missed_and_one_around_midnight_is_not() {
        let every = ["2026-11-02T02:00", "2026-11-03T02:00", "2026-11-06T02:10"];
        let found = missed_of(&every, Expect::Daily, "2026-11-06T12:00");
        assert_eq!(found, ["2026-11-04", "2026-11-05"]);
        let around = ["2026-11-02T23:50", "2026-11-04T00:10", "2026-11-04T23:55"];
        assert_eq!(missed_of(&around, Expect::Daily, "2026-11-05T12:00"), [""; 0]);
    }

    #[test]
    fn tonights_run_may_be_late_by_three_hours() {
        let starts = ["2026-11-02T02:00"];
        assert_eq!(missed_of(&starts, Expect::Daily, "2026-11-03T04:59"), [""; 0]);
        assert_eq!(
            missed_of(&starts, Expect::Daily, "2026-11-03T05:01"),
            ["2026-11-03"]
        );
    }

    #[test]
    fn week_ends_and_weeks_are_not_expected_daily() {
        let friday = ["2026-11-06T02:00"];
        assert_eq!(missed_of(&friday, Expect::Weekdays, "2026-11-09T04:00"), [""; 0]);
        assert_eq!(
            missed_of(&friday, Expect::Weekdays, "2026-11-10T09:00"),
            ["2026-11-09", "2026-11-10"]
        );
        assert_eq!(missed_of(&friday, Expect::Weekly, "2026-11-13T13:00"), [""; 0]);
        assert_eq!(
            missed_of(&friday, Expect::Weekly, "2026-11-13T15:00"),
            ["2026-11-13"]
        );
    }

    #[test]
    fn the_last_date_is_today() {
        let dates = dates("2026-11-30".parse().unwrap());
        assert_eq!(
            (dates.len(), dates[0].to_string(), dates[29].to_string()),
            (30, "2026-11-01".into(), "2026-11-30".into())
        );
    }
}
