//! Measures at the server how well the rate is kept: the mean, and the fullest second.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::time::Instant;

use crate::client::{cost_of, remove_outputs};
use crate::server::{Manner, Server, certificate};
use crate::{input, tell};

const SECONDS: u32 = 20;

/// The rate at which calls wait for a platform that delays TLS handshakes.
const STALLED_RATE: u32 = 20;

/// Measures against a server that takes 200 ± 100 ms, with automatic concurrency. The mean is that
/// of the second half, when the concurrency has settled.
pub(crate) fn measure(folder: &Path) -> Result<()> {
    for rate in [10_u32, 100, 1_000, 5_000] {
        let server = Server::start(Manner {
            delay: Some((Duration::from_millis(200), Duration::from_millis(100))),
            stamps: true,
            ..Manner::default()
        })?;
        input::write(folder, rate * SECONDS, input::sent)?;
        remove_outputs(folder);
        let base = format!("http://{}", server.address);
        let arguments = format!("run in.csv -q --survey 7 --rate {rate}/s --base-url {base}");
        let cost = cost_of(folder, &arguments)?;
        let (mean, most) = rate_of(&server.seen.take_stamps()).context("no calls came")?;
        let connections = server.seen.most_open.load(std::sync::atomic::Ordering::Relaxed);
        tell(
            &format!("rate {rate}/s"),
            &format!(
                "mean {:.1} % of it, at most {most} in any one second, {connections} connections, {:.2} CPU s per \
                 100,000 calls",
                100.0 * mean / f64::from(rate),
                cost.cpu_seconds * 100_000.0 / f64::from(rate * SECONDS),
            ),
        );
    }
    for stall in [1, 6, 20] {
        for concurrency in ["64", "auto"] {
            after_stall(folder, Duration::from_secs(stall), concurrency)?;
        }
    }
    Ok(())
}

/// Measures the fullest second after all TLS handshakes took this long.
fn after_stall(folder: &Path, stall: Duration, concurrency: &str) -> Result<()> {
    let (config, pem) = certificate(&["http/1.1"])?;
    std::fs::write(folder.join("ca.pem"), pem)?;
    let server = Server::start(Manner {
        tls: Some(config),
        stalls: Some(stall),
        stamps: true,
        ..Manner::default()
    })?;
    input::write(folder, STALLED_RATE * 10, input::sent)?;
    remove_outputs(folder);
    let base = format!("https://localhost:{} --ca-file ca.pem", server.address.port());
    let arguments = format!(
        "run in.csv -q --survey 7 --rate {STALLED_RATE}/s -c {concurrency} --connect-timeout 1m --base-url {base}"
    );
    cost_of(folder, &arguments)?;
    let (mean, most) = rate_of(&server.seen.take_stamps()).context("no calls came")?;
    tell(
        &format!(
            "rate {STALLED_RATE}/s, TLS stalls for {} s, `-c {concurrency}`",
            stall.as_secs()
        ),
        &format!(
            "at most {most} in any one second, then mean {:.1} %",
            100.0 * mean / f64::from(STALLED_RATE)
        ),
    );
    Ok(())
}

/// Returns calls per second over the second half, and the most calls in any one-second window.
fn rate_of(stamps: &[Instant]) -> Option<(f64, usize)> {
    let last = stamps.last()?;
    let half = stamps.len() / 2;
    let mean = (stamps.len() - 1 - half) as f64 / (*last - *stamps.get(half)?).as_secs_f64();
    let window = |(at, start): (usize, &Instant)| {
        let end = *start + Duration::from_secs(1);
        stamps.iter().skip(at).take_while(|stamp| **stamp < end).count()
    };
    let most = stamps.iter().enumerate().map(window).max()?;
    Some((mean, most))
}
