//! Connections: as many as calls are in flight, kept alive; one where the platform speaks HTTP/2; sessions resumed.

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

#[test]
fn one_connection_is_enough_where_the_platform_speaks_http_2() {
    let (config, pem) = certificate(&["h2", "http/1.1"]).unwrap();
    let manner = Manner {
        tls: Some(config),
        ..Manner::default()
    };
    let server = run(manner, "-c 32", Some(&pem));
    let connections = server.seen.connections.load(Ordering::Relaxed);
    assert_eq!(connections, 1, "for 32 calls at a time");
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
