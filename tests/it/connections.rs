//! Connections: at most one per call in flight, over HTTP/1.1, kept alive. TLS sessions are
//! resumed.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::server::{Manner, Server, certificate};
use crate::support::{Answer, Fake, Job, numbered};

const ROWS: u32 = 300;

/// Runs an input of rows that all succeed. The platform takes a while to answer.
fn run(manner: Manner, arguments: &str, pem: Option<&str>) -> Server {
    let server = Server::start(Manner {
        delay: Some((Duration::from_millis(4), Duration::from_millis(2))),
        ..manner
    })
    .unwrap();
    let base = match pem {
        Some(_) => format!("https://localhost:{} --ca-file ca.pem", server.address.port()),
        None => format!("http://{}", server.address),
    };
    Job::new("run in.csv --survey 7 --rate unlimited")
        .args(&format!("{arguments} --base-url {base}"))
        .file("ca.pem", pem.unwrap_or_default())
        .file("in.csv", numbered(ROWS, "x"))
        .ends(0);
    assert_eq!(server.seen.calls.load(Ordering::Relaxed), ROWS as usize);
    server
}

#[test]
fn there_are_no_more_connections_than_calls_in_flight_and_they_are_used_again() {
    let server = run(Manner::default(), "-c 8", None);
    let connections = server.seen.connections.load(Ordering::Relaxed);
    assert!(
        connections <= 8,
        "{connections} connections for 8 calls at a time"
    );
}

/// The server prefers HTTP/2 and would use it if the client offered it. It could then not read a
/// single call.
#[test]
fn calls_use_http_1_1_where_the_platform_offers_http_2_too() {
    let (config, pem) = certificate(&["h2", "http/1.1"]).unwrap();
    let manner = Manner {
        tls: Some(config),
        ..Manner::default()
    };
    let server = run(manner, "-c 8", Some(&pem));
    let connections = server.seen.connections.load(Ordering::Relaxed);
    assert!(
        connections <= 8,
        "{connections} connections for 8 calls at a time"
    );
}

#[test]
fn a_connection_that_has_to_be_made_again_goes_on_with_its_tls_session() {
    let (config, pem) = certificate(&["http/1.1"]).unwrap();
    let manner = Manner {
        tls: Some(config),
        closes: true,
        ..Manner::default()
    };
    let server = run(manner, "-c 4", Some(&pem));
    let connections = server.seen.connections.load(Ordering::Relaxed);
    let resumed = server.seen.resumed.load(Ordering::Relaxed);
    assert_eq!(connections, ROWS as usize);
    assert!(
        resumed >= connections - 8,
        "{resumed} of {connections} handshakes resumed a session"
    );
}

/// The server closes each connection when a second call arrives. The client can notice that only
/// after it has written.
#[test]
fn a_cut_on_a_kept_connection_costs_no_retry_and_after_several_none_is_kept() {
    let fake = Fake::start(|call| match call.on_connection {
        0 => Answer::success(),
        _ => Answer::Cut,
    });
    let job = Job::run(numbered(ROWS, "x"), &fake).args("-c 4 -v --max-retries 0");
    let ran = job.ends(0);
    let calls = fake.calls();
    let twice = calls.len() - ROWS as usize;
    assert!((3..=16).contains(&twice), "{twice} calls were made again");
    let told = ran.stderr.matches("closes connections after its answers").count();
    assert_eq!(told, 1, "{}", ran.stderr);
    assert!(
        calls[ROWS as usize..]
            .iter()
            .all(|call| call.headers.to_lowercase().contains("connection: close")),
        "from then on the platform knows it too"
    );
}

/// A platform that restarts closes all its connections at once. That says nothing about later
/// connections.
#[test]
fn connections_that_were_closed_all_at_once_are_no_reason_to_keep_none() {
    let fake = Fake::start(|call| {
        if call.on_connection == 10 {
            Answer::Cut
        } else {
            Answer::success()
        }
    });
    let ran = Job::run(numbered(ROWS, "x"), &fake)
        .args("-c 16 -v --max-retries 0")
        .ends(0);
    assert!(!ran.stderr.contains("closes connections"), "{}", ran.stderr);
}

#[test]
fn an_answer_without_a_length_ends_with_its_connection_and_over_tls_without_a_goodbye() {
    let whole = r#"{"type":"success","msg":"updated"}"#;
    let script = move |call: &crate::support::Call| match call.respondent() {
        "2" => Answer::WithoutLength(r#"{"type":"succ"#),
        "3" => Answer::WithoutLength("<html>"),
        _ => Answer::WithoutLength(whole),
    };
    let (secure, pem) = Fake::start_tls(script);
    let plain = Fake::start(script);
    for (fake, second) in [(&secure, "cut"), (&plain, "bad_response")] {
        let job = Job::run(numbered(4, "x"), fake)
            .file("ca.pem", &pem)
            .args("--ca-file ca.pem --max-retries 0");
        job.ends(1);
        let codes: Vec<String> = job
            .lines("in.results.csv")
            .iter()
            .map(|line| line.split(',').skip(3).take(2).collect::<Vec<_>>().join(" "))
            .collect();
        let [first, cut, page, last] = codes.as_slice() else {
            panic!("{codes:?}")
        };
        assert_eq!((first.as_str(), last.as_str()), ("success ", "success "));
        assert_eq!(cut, &format!("unconfirmed {second}"));
        assert!(page.starts_with("unconfirmed "), "{page}");
    }
}

#[test]
fn a_platform_that_refuses_further_connections_is_not_out_of_reach() {
    let (config, pem) = certificate(&["http/1.1"]).unwrap();
    for concurrency in ["-c 24", "-c auto"] {
        let manner = Manner {
            tls: Some(std::sync::Arc::clone(&config)),
            most: Some(5),
            delay: Some((Duration::from_millis(40), Duration::from_millis(10))),
            ..Manner::default()
        };
        let server = Server::start(manner).unwrap();
        let base = format!("https://localhost:{} --ca-file ca.pem", server.address.port());
        let job = Job::new("run in.csv --survey 7 --rate 1000/s --max-retries 0")
            .args(&format!("{concurrency} --base-url {base}"))
            .file("ca.pem", &pem)
            .file("in.csv", numbered(ROWS, "x"));
        let ran = job.ends(0);
        assert!(!ran.stderr.contains("out of reach"), "{}", ran.stderr);
        let told = ran.stderr.matches("refuses connections beyond").count();
        assert_eq!(told, 1, "{}", ran.stderr);
        assert_eq!(server.seen.calls.load(Ordering::Relaxed), ROWS as usize);
        assert_eq!(server.seen.most_open.load(Ordering::Relaxed), 5);
    }
}
