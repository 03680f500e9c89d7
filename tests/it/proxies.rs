//! The answers of a proxy to `CONNECT`, and their effects.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use crate::support::{Job, numbered};

/// A proxy that gives this answer to each `CONNECT` and records the requests.
fn proxy(answer: &'static str) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
                head.push(byte[0]);
            }
            seen.lock().unwrap().push(String::from_utf8(head).unwrap());
            // A client that disconnects is not a fault.
            stream.write_all(answer.as_bytes()).ok();
        }
    });
    (address, asked)
}

fn job(proxy: &str) -> Job {
    Job::new("run in.csv --survey 7 --rate unlimited -c 4 --base-url https://platform.example")
        .args("--max-outage 400ms --backoff 50ms")
        .var("HTTPS_PROXY", &format!("http://user:CANARYPASS@{proxy}"))
        .var("NO_PROXY", "")
        .file("in.csv", numbered(50, "x"))
}

#[test]
fn a_proxy_that_will_never_let_calls_through_ends_the_run_at_once() {
    for (answer, code, words) in [
        (
            "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n",
            2,
            ["asks for a user and password (407)", "`HTTPS_PROXY`"],
        ),
        (
            "HTTP/1.1 403 Forbidden\r\nContent-Length: 6\r\n\r\nsquid!",
            4,
            ["does not let calls through to the platform (403)", "`NO_PROXY`"],
        ),
    ] {
        let (address, asked) = proxy(answer);
        let job = job(&address);
        let ran = job.ends(code);
        let last = ran.stderr.lines().last().unwrap();
        for word in words {
            assert!(last.contains(word), "`{word}` is not in: {last}");
        }
        assert!(last.contains(&format!("http://{address}")), "{last}");
        assert!(!ran.stderr.contains("CANARY"), "{}", ran.stderr);
        assert!(!ran.stderr.contains("out of reach"), "{}", ran.stderr);
        assert!(job.lines("in.results.csv.partial").is_empty(), "no row was sent");
        let asked = asked.lock().unwrap();
        assert_eq!(asked.len(), 2, "once, and once more for the status: {asked:?}");
        for head in asked.iter() {
            assert!(
                head.starts_with("CONNECT platform.example:443 HTTP/1.1\r\n"),
                "{head}"
            );
            assert!(
                head.to_lowercase().contains("proxy-authorization: basic "),
                "{head}"
            );
        }
    }
}

#[test]
fn a_proxy_that_cannot_reach_the_platform_just_now_is_an_outage() {
    for answer in [
        "HTTP/1.1 503 Service Unavailable\r\n\r\n",
        "HTTP/1.1 502 Bad Gateway\r\n\r\n",
    ] {
        let (address, _) = proxy(answer);
        let ran = job(&address).ends(5);
        let status = answer.split(' ').nth(1).unwrap();
        let told = format!("the proxy http://{address}/ answered {status} to CONNECT");
        assert!(ran.stderr.contains(&told), "{}", ran.stderr);
    }
}

/// Calls do not bypass a proxy whose address was mistyped.
#[test]
fn a_variable_that_names_no_proxy_is_refused_and_not_quoted() {
    for (variable, value) in [
        ("HTTPS_PROXY", "http://user:CANARYPASS@"),
        ("HTTPS_PROXY", "://CANARYPASS"),
        ("https_proxy", "http:// CANARYPASS:3128"),
        ("ALL_PROXY", "http://:CANARYPASS"),
    ] {
        let ran = Job::new("run in.csv --survey 7 --base-url https://platform.example --max-outage 100ms")
            .var(variable, value)
            .file("in.csv", numbered(1, "x"))
            .ends(2);
        assert!(ran.stderr.contains(variable), "{value}: {}", ran.stderr);
        assert!(!ran.stderr.contains("CANARY"), "{}", ran.stderr);
    }
}
