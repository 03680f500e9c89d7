//! Memory does not grow with the file, not even behind a row that does not complete (rule 10).

use std::fmt::Write;
use std::time::Duration;

use crate::support::{Answer, Fake, Job, pause};

/// Returns the peak memory in KiB with one slow respondent and, behind it, this number of rows that
/// are done at once because they have no value.
fn peak_with_rows_behind_a_slow_one(rows: u32) -> u64 {
    let fake = Fake::start(|_| {
        pause(Duration::from_secs(7));
        Answer::success()
    });
    let mut input = "id_respondent,l1\n1,slow\n".to_owned();
    for row in 2..=rows {
        writeln!(input, "{row},").unwrap();
    }
    let job = Job::run(input, &fake);
    let mut running = job.start();
    let mut peak = 0;
    while running.runs() {
        peak = running.peak_memory().unwrap_or(peak);
        pause(Duration::from_millis(5));
    }
    let ran = running.wait();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let told = ran.stderr.contains("row 2 has no verdict yet");
    assert_eq!(told, rows > 100_000, "{}", ran.stderr);
    peak
}

#[test]
fn ten_times_as_many_rows_behind_a_slow_one_take_no_more_memory() {
    let full = peak_with_rows_behind_a_slow_one(20_000);
    let more = peak_with_rows_behind_a_slow_one(200_000);
    // 180,000 lines of 100 bytes would be 17 MiB.
    assert!(more < full + (6 << 10), "{full} KiB, then {more} KiB");
}
