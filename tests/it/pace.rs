//! The rate over real sockets, from the arrival times at the server. The only tests that depend on
//! real time.

use std::time::Duration;

use crate::server::{Manner, Server, certificate};
use crate::support::{Answer, Fake, Job, numbered};

#[test]
fn so_few_calls_have_no_rate() {
    let fake = Fake::start(|_| Answer::success());
    let job = Job::run(numbered(5, "x"), &fake).instead_of("unlimited", "100/s");
    let ran = job.ends(0);
    assert!(ran.stderr.contains("5 updated"), "{}", ran.stderr);
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
    // 49 gaps of 20 ms are 980 ms. A loaded machine may delay calls on their way, which is not the
    // limiter's fault: 52 calls arrive within a second only if one of them started too early.
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

/// Calls that wait for a platform that accepts no connection must not arrive all at once
/// afterwards. Longer stalls are in the benchmark (`rate`).
#[test]
fn calls_that_waited_for_a_tls_handshake_arrive_at_the_rate() {
    let (config, pem) = certificate(&["http/1.1"]).unwrap();
    for concurrency in ["64", "auto"] {
        let stall = Duration::from_secs(1);
        let server = Server::start(Manner {
            tls: Some(std::sync::Arc::clone(&config)),
            stalls: Some(stall),
            stamps: true,
            ..Manner::default()
        })
        .unwrap();
        let base = format!("https://localhost:{} --ca-file ca.pem", server.address.port());
        Job::new("run in.csv --survey 7 --rate 20/s")
            .args(&format!("-c {concurrency} --base-url {base}"))
            .file("ca.pem", &pem)
            .file("in.csv", numbered(60, "x"))
            .ends(0);
        let arrivals = server.seen.take_stamps();
        assert_eq!(arrivals.len(), 60);
        // Twenty gaps of 50 ms are a second; one more call may be delayed on its way by a loaded
        // machine.
        for window in arrivals.windows(23) {
            let span = window[22] - window[0];
            assert!(
                span >= Duration::from_secs(1),
                "23 calls in {span:?} with -c {concurrency}"
            );
        }
    }
}
