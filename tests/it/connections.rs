//! Connections: at most one per call in flight, over HTTP/1.1, kept alive; TLS sessions are resumed.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::server::{Manner, Server, certificate};
use crate::support::{Job, numbered};

const ROWS: u32 = 300;

/// A run of so many rows that all succeed, with the platform's answers taking a while.
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

/// The server prefers HTTP/2 and would get it if it were offered; it then could not read a single call.
#[test]
fn calls_use_http_1_1_where_the_platform_offers_http_2_too() {
    let (config, pem) = certificate(&["h2", "http/1.1"]).unwrap();
    let manner = Manner {
        tls: Some(config),
        ..Manner::default()
    };
    run(manner, "-c 8", Some(&pem));
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
