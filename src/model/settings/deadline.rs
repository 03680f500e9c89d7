//! When a run has to end by itself: after a time (`--max-duration`), or at a time of day
//! (`--until`). Pure: the elapsed time and the time of day are passed in. `system/window.rs` reads
//! the clocks.
//!
//! `--until 06:00` is the end of tonight's window. A run that starts at 07:00 has missed it and must
//! not call all day; one that starts at 23:00 is early. The nearer six o'clock is meant.

use std::time::Duration;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Clocks set back by less than this are being corrected; by more, they were wrong.
const SET_BACK: Duration = Duration::from_mins(1);

/// Maximum distance between the two occurrences of a time that comes twice.
const MAX_REPEATED_AFTER: SignedDuration = SignedDuration::from_hours(2);

/// The end of a run; the default has none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Deadline {
    max_duration: Option<Duration>,
    until: Option<Until>,
}

/// A time of day, and the moment at which clocks show it that is nearest to the start.
#[derive(Clone, Debug)]
struct Until {
    time: Time,
    zone: TimeZone,
    moment: Timestamp,
    started: Timestamp,
    /// The wall clock's time when last read.
    seen: Timestamp,
}

impl Deadline {
    /// Creates a deadline. `now` is the start of the run, and `until` is meant in `zone`.
    pub(crate) fn new(
        max_duration: Option<Duration>,
        until: Option<Time>,
        now: Timestamp,
        zone: &TimeZone,
    ) -> Self {
        let until = until.and_then(|time| {
            let moment = nearest(time, zone, now)?;
            Some(Until {
                time,
                zone: zone.clone(),
                moment,
                started: now,
                seen: now,
            })
        });
        Self { max_duration, until }
    }

    /// Returns the time of day that was over when the run started, if it was.
    pub(crate) fn missed(&self) -> Option<Time> {
        let until = self.until.as_ref()?;
        (until.moment <= until.started).then_some(until.time)
    }

    /// Returns the time left, zero once the run has to end; `None` if there is no deadline.
    /// `elapsed` is the time since the start on a monotonic clock, `now` the wall clock's time.
    pub(crate) fn left(&mut self, elapsed: Duration, now: Timestamp) -> Option<Duration> {
        let of_duration = self.max_duration.map(|max| max.saturating_sub(elapsed));
        let of_day = self.until.as_mut().map(|until| until.left(now));
        [of_duration, of_day].into_iter().flatten().min()
    }
}

impl Until {
    fn left(&mut self, now: Timestamp) -> Duration {
        // A run that started while the clock was ahead may have taken tomorrow's time for tonight's.
        let was_set_back = self.seen.duration_since(now) > SET_BACK.try_into().unwrap_or_default();
        if was_set_back && let Some(nearest) = nearest(self.time, &self.zone, now) {
            self.moment = self.moment.min(nearest);
        }
        self.seen = now;
        self.moment.duration_since(now).try_into().unwrap_or_default()
    }
}

/// Returns the moment nearest to `now` at which clocks show this time; of two as near, the one to
/// come. If the time is skipped when clocks go forward, it comes that much later. If it occurs twice
/// when they go back, one that is still to come counts.
fn nearest(time: Time, zone: &TimeZone, now: Timestamp) -> Option<Timestamp> {
    let today = zone.to_datetime(now).date();
    let dates = [today.yesterday().ok(), Some(today), today.tomorrow().ok()];
    let moments = dates.into_iter().flatten().flat_map(|date| {
        let shown = zone.to_ambiguous_timestamp(date.to_datetime(time));
        // The first and the second occurrence of a time that occurs twice; the same moment twice
        // otherwise.
        [shown.compatible(), shown.later()]
    });
    let moments: Vec<Timestamp> = moments.filter_map(Result::ok).collect();
    let next = moments.iter().copied().filter(|moment| *moment > now).min();
    let last = moments.iter().copied().filter(|moment| *moment <= now).max();
    match (last, next) {
        (Some(last), Some(next)) if now.duration_since(last) < next.duration_since(now) => {
            let comes_twice = next.duration_since(last) <= MAX_REPEATED_AFTER;
            Some(if comes_twice { next } else { last })
        }
        (last, next) => next.or(last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> TimeZone {
        TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap()
    }

    /// A time in Warsaw; the first occurrence of one that occurs twice.
    fn at(text: &str) -> Timestamp {
        let shown: jiff::civil::DateTime = text.parse().unwrap();
        shown.to_zoned_datetime(zone()).unwrap().timestamp()
    }

    fn until(time: &str, now: Timestamp) -> Deadline {
        Deadline::new(None, Some(time.parse().unwrap()), now, &zone())
    }

    fn minutes(deadline: &mut Deadline, now: Timestamp) -> u64 {
        deadline.left(Duration::ZERO, now).unwrap().as_secs() / 60
    }

    #[test]
    fn the_nearest_such_time_whatever_the_clocks_do() {
        let minutes = |now: &str, time: &str| minutes(&mut until(time, at(now)), at(now));
        assert_eq!(minutes("2026-11-24T02:00", "06:00"), 240);
        assert_eq!(minutes("2026-11-24T06:00", "06:00"), 0, "just over");
        assert_eq!(
            minutes("2026-11-24T17:59", "06:00"),
            0,
            "over for less than half a day"
        );
        assert_eq!(minutes("2026-11-24T18:00", "06:00"), 12 * 60, "an early start");
        assert_eq!(minutes("2026-11-24T23:00", "06:00"), 7 * 60);
        assert_eq!(minutes("2026-11-25T00:30", "23:00"), 0, "over since yesterday");
        assert_eq!(minutes("2026-12-31T23:30", "00:15"), 45);
        assert_eq!(minutes("2026-03-29T01:00", "06:00"), 4 * 60, "an hour is skipped");
        assert_eq!(minutes("2026-03-29T01:00", "02:30"), 90, "which is in it");
        assert_eq!(minutes("2026-03-29T03:10", "02:30"), 20, "and is not over yet");
        assert_eq!(
            minutes("2026-10-25T01:00", "06:00"),
            6 * 60,
            "an hour comes twice"
        );
    }

    #[test]
    fn of_a_time_that_comes_twice_the_one_that_is_still_to_come() {
        let minutes = |now: Timestamp, time: &str| minutes(&mut until(time, now), now);
        // 02:00 to 03:00 occurs twice.
        let hour = Duration::from_hours(1);
        assert_eq!(minutes(at("2026-10-25T01:30"), "02:30"), 60, "before: the first");
        assert_eq!(
            minutes(at("2026-10-25T02:10"), "02:30"),
            20,
            "in the first: the first"
        );
        assert_eq!(
            minutes(at("2026-10-25T02:40"), "02:30"),
            50,
            "between: the second"
        );
        let second = |text| at(text) + hour;
        assert_eq!(minutes(second("2026-10-25T02:10"), "02:30"), 20, "in the second");
        assert_eq!(
            minutes(second("2026-10-25T02:40"), "02:30"),
            0,
            "after both: over"
        );
    }

    #[test]
    fn a_clock_that_is_set_moves_no_end() {
        let (start, minute) = (at("2026-11-24T02:00"), Duration::from_mins(1));
        let mut ahead = until("06:00", start);
        assert_eq!(minutes(&mut ahead, at("2026-11-24T05:00")), 60, "set ahead");
        assert_eq!(minutes(&mut ahead, at("2026-11-24T01:00")), 300, "and back again");
        assert_eq!(
            ahead.left(Duration::ZERO, at("2026-11-24T09:00")),
            Some(Duration::ZERO)
        );
        // A clock that was ahead by half a day when the run started.
        let mut wrong = until("06:00", at("2026-11-24T19:00"));
        assert_eq!(minutes(&mut wrong, at("2026-11-24T05:00")), 60);
        assert_eq!(minutes(&mut wrong, at("2026-11-24T05:59")), 1);
        // A clock that corrects itself does not reopen a window that was over.
        let mut over = until("06:00", at("2026-11-24T06:00"));
        assert_eq!(over.missed(), Some("06:00".parse().unwrap()));
        assert_eq!(
            minutes(&mut over, at("2026-11-24T06:00") - minute),
            1,
            "for the seconds left"
        );
        assert_eq!(until("06:00", at("2026-11-24T05:59")).missed(), None);
    }

    #[test]
    fn whichever_is_first() {
        let (hour, now) = (Duration::from_hours(1), at("2026-11-24T02:00"));
        let left = |max: Option<Duration>, time: Option<&str>| {
            let time = time.map(|time| time.parse().unwrap());
            Deadline::new(max, time, now, &zone()).left(Duration::from_mins(10), now)
        };
        assert_eq!(left(None, None), None);
        assert_eq!(left(Some(hour), None), Some(Duration::from_mins(50)));
        assert_eq!(left(Some(hour), Some("06:00")), Some(Duration::from_mins(50)));
        assert_eq!(left(Some(hour), Some("02:30")), Some(Duration::from_mins(30)));
        assert_eq!(left(Some(Duration::from_mins(5)), None), Some(Duration::ZERO));
        assert_eq!(Deadline::default().left(Duration::MAX, now), None);
    }
}
