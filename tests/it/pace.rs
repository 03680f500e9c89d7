//! The rate over real sockets, by the arrival times that the server measures. The one test that depends on real time.

use std::time::Duration;

use crate::support::{Answer, Fake, Job, numbered};

#[test]
fn so_few_calls_have_no_rate() {
    let fake = Fake::start(|_| Answer::success());
    let job = Job::run(numbered(5, "x"), &fake).instead_of("unlimited", "100/s");
    let ran = job.ends(0);
    assert!(
        ran.stderr.contains("5 calls (0 repeated), at most "),
        "{}",
        ran.stderr
    );
    let summary: serde_json::Value = serde_json::from_str(&job.text("in.summary.json")).unwrap();
    assert!(summary["mean_rate_per_second"].is_null(), "{summary}");
}

#[test]
fn no_second_sees_more_than_the_rate_and_the_mean_is_kept() {
    let fake = Fake::start(|call| {
        if call.before == 0 && call.respondent().ends_with('3') {
            Answer::of(503, "")
        } else {
            Answer::success()
        }
    });
    let input = numbered(200, "x");
    let job = Job::new("run in.csv --rate 50/s -c 16 --backoff 5ms --survey 7")
        .args(&format!("--base-url {}", fake.base))
        .file("in.csv", &input);
    job.ends(0);
    let mut arrivals: Vec<_> = fake.calls().iter().map(|call| call.arrived).collect();
    arrivals.sort();
    assert_eq!(arrivals.len(), 220, "retries are attempts too");
    // 49 gaps of 20 ms are 980 ms; what a loaded machine delays on the way is not the limiter's: 52 calls arrive
    // within a second only if one of them started too early.
    for window in arrivals.windows(53) {
        assert!(
            window[52] - window[0] >= Duration::from_secs(1),
            "{:?}",
            window[52] - window[0]
        );
    }
    let span = arrivals[219] - arrivals[0];
    assert!(span >= Duration::from_millis(4360), "219 gaps of 20 ms: {span:?}");
}
