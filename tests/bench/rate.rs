//! How well the rate is kept, seen from the server: the mean, and the fullest second.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::time::Instant;

use crate::client::{cost_of, remove_outputs};
use crate::server::{Manner, Server};
use crate::{input, tell};

const SECONDS: u32 = 20;

/// Against a server that takes 200 ± 100 ms, with as many calls in flight as the tool finds right. The mean is that of
/// the second half, in which it has found them.
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
    Ok(())
}

/// Calls per second over the second half, and the most in any one-second window.
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
