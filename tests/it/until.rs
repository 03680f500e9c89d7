//! `--until` around clock changes. `src/system/window.rs` tests suspended machines and corrected
//! clocks, under a paused clock.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

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
