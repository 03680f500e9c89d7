//! `--until` around clock changes. `src/system/window.rs` tests suspended machines and corrected
//! clocks, under a paused clock.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::support::{Answer, Fake, Job, numbered};

/// Returns a time zone for `TZ` in which clocks were put back by an hour 20 minutes ago.
fn put_back_20_minutes_ago(now: Timestamp) -> String {
    let changed = TimeZone::UTC.to_datetime(now - Duration::from_mins(20));
    let day = changed.day_of_year() - 1;
    // By the clocks before the change.
    let hour = i32::from(changed.hour()) + 1;
    let began = (day + 100) % 365;
    format!(
        "STD0DST,{began}/0,{day}/{hour}:{:02}:{:02}",
        changed.minute(),
        changed.second()
    )
}

#[test]
fn in_the_hour_that_comes_twice_the_time_that_is_still_to_come_is_meant() {
    let fake = Fake::start(|_| Answer::success());
    let now = Timestamp::now();
    let until = TimeZone::UTC.to_datetime(now + Duration::from_secs(5)).time();
    let job = Job::run(numbered(300, "x"), &fake)
        .var("TZ", &put_back_20_minutes_ago(now))
        .instead_of("unlimited", "10/s")
        .args(&format!("--until {}", until.strftime("%H:%M:%S")));
    let ran = job.ends(10);
    assert!(ran.stderr.contains("`--until` allows is over"), "{}", ran.stderr);
}

/// Returns the local time this many hours from now.
fn in_hours(hours: i64) -> String {
    let then = jiff::ZonedDateTime::now() + SignedDuration::from_hours(hours);
    then.strftime("%H:%M").to_string()
}

#[test]
fn a_late_start_makes_no_call_and_an_early_one_has_its_window() {
    let fake = Fake::start(|_| Answer::success());
    let job = |until: &str| {
        Job::run(numbered(3, "x"), &fake)
            .file("job.toml", format!("until = \"{}\"\n", in_hours(-1)))
            .args(&format!("--config job.toml --overwrite {until}"))
    };
    let late = job("").ends(10);
    assert!(
        late.stderr.contains("less than 12 hours ago: nothing was sent"),
        "{}",
        late.stderr
    );
    assert!(fake.calls().is_empty());
    job("--until none").ends(0);
    // Over for 13 hours: the next one is nearer.
    job(&format!("--until {}", in_hours(-13))).ends(0);
    assert_eq!(fake.calls().len(), 6);
}

#[test]
fn what_is_typed_the_morning_after_has_no_window() {
    let fake = Fake::start(|call| {
        if call.respondent() == "2" {
            Answer::error("no")
        } else {
            Answer::success()
        }
    });
    let mut job =
        Job::run(numbered(3, "x"), &fake).file("job.toml", format!("until = \"{}\"\n", in_hours(-1)));
    job = job.args("--config job.toml --until none");
    job.ends(1);
    let retried = job.other("retry in.csv", 1);
    assert_eq!(fake.calls().len(), 4, "{}", retried.stderr);
}
