//! Measures the time from the tool's start to its first call.

use std::path::Path;

use anyhow::{Context, Result};
use tokio::time::Instant;

use crate::client::{median, remove_outputs, tool};
use crate::server::{Manner, Server, certificate};
use crate::{input, tell};

const RUNS: usize = 11;

/// Measures a small file over plain HTTP, and over TLS with the system's trust store.
pub(crate) fn measure(folder: &Path) -> Result<()> {
    input::write(folder, 10, input::sent)?;
    let plain = Server::start(Manner {
        stamps: true,
        ..Manner::default()
    })?;
    let base = format!("http://{}", plain.address);
    let milliseconds = until_first_call(folder, &plain, &base)?;
    tell("from start to first call, HTTP", &format!("{milliseconds:.1} ms"));

    let (config, pem) = certificate(&["http/1.1"])?;
    std::fs::write(folder.join("ca.pem"), pem)?;
    let secure = Server::start(Manner {
        stamps: true,
        tls: Some(config),
        ..Manner::default()
    })?;
    let base = format!("https://localhost:{} --ca-file ca.pem", secure.address.port());
    let milliseconds = until_first_call(folder, &secure, &base)?;
    tell(
        "from start to first call, HTTPS",
        &format!("{milliseconds:.1} ms"),
    );
    Ok(())
}

fn until_first_call(folder: &Path, server: &Server, base: &str) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        remove_outputs(folder);
        let arguments = format!("run in.csv -q --survey 7 --rate unlimited --base-url {base}");
        let started = Instant::now();
        let ended = tool(folder).args(arguments.split(' ')).status()?;
        anyhow::ensure!(ended.success(), "{arguments} ended with {ended}");
        let stamps = server.seen.take_stamps();
        let first = stamps.first().context("no call came")?;
        times.push((*first - started).as_secs_f64() * 1e3);
    }
    Ok(median(times))
}
