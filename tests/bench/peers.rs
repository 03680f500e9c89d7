//! Other clients on the same server with the same request, for comparison: `wrk`, which is the
//! practical limit, `oha`, and the bare HTTP client. They repeat one fixed call. The first two are
//! left out if they are not installed.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::client::{cost, timed};

/// The path has the length of the tool's path; the body is a different one.
const PATH: &str = "/webhooks/1/benchmark/benchmark/update-respondent";
pub(crate) const BODY: &str = "id_survey=7&id_respondent=50000&l1=Krak%C3%B3w+50000&l4=SuperVIP&l7=3";
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// The throughput and cost of a peer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer {
    pub(crate) cpu_per_call: f64,
    pub(crate) calls_per_second: f64,
}

/// Runs `wrk` with one thread.
pub(crate) fn wrk(folder: &Path, server: SocketAddr, connections: u32) -> Result<Option<Peer>> {
    let script =
        format!("wrk.method = 'POST'\nwrk.body = '{BODY}'\nwrk.headers['Content-Type'] = '{FORM}'\n");
    std::fs::write(folder.join("post.lua"), script)?;
    let arguments = format!("-t1 -c{connections} -d2s -s post.lua http://{server}{PATH}");
    let Some((text, cpu_seconds)) = run(folder, "wrk", arguments.split(' '))? else {
        return Ok(None);
    };
    let calls = before(&text, " requests in ").context("wrk did not say how many requests it made")?;
    let per_second = after(&text, "Requests/sec:").context("wrk did not say how fast it was")?;
    Ok(Some(Peer {
        cpu_per_call: cpu_seconds / calls,
        calls_per_second: per_second,
    }))
}

/// Runs `oha` with as many calls as the tool makes.
pub(crate) fn oha(folder: &Path, server: SocketAddr, connections: u32, calls: u32) -> Result<Option<Peer>> {
    let url = format!("http://{server}{PATH}");
    let (connections, count) = (connections.to_string(), calls.to_string());
    let arguments = [
        "--no-tui",
        "-c",
        &connections,
        "-n",
        &count,
        "-m",
        "POST",
        "-T",
        FORM,
        "-d",
        BODY,
        &url,
    ];
    let Some((text, cpu_seconds)) = run(folder, "oha", arguments)? else {
        return Ok(None);
    };
    let per_second = after(&text, "Requests/sec:").context("oha did not say how fast it was")?;
    Ok(Some(Peer {
        cpu_per_call: cpu_seconds / f64::from(calls),
        calls_per_second: per_second,
    }))
}

/// Runs the bare HTTP client in a process of its own.
pub(crate) fn bare(folder: &Path, server: SocketAddr, connections: u32, calls: u32) -> Result<Option<Peer>> {
    let this = std::env::current_exe()?;
    let this = this.to_str().context("this program's path is no UTF-8")?;
    let url = format!("http://{server}{PATH}");
    let (connections, count) = (connections.to_string(), calls.to_string());
    let Some((text, cpu_seconds)) = run(folder, this, ["bare", &url, &count, &connections])? else {
        return Ok(None);
    };
    let per_second = after(&text, "Requests/sec:").context("the bare client did not say how fast it was")?;
    Ok(Some(Peer {
        cpu_per_call: cpu_seconds / f64::from(calls),
        calls_per_second: per_second,
    }))
}

/// Returns a command's output and its processor seconds. `None` if the command does not exist.
fn run<'a>(
    folder: &Path,
    program: &str,
    arguments: impl IntoIterator<Item = &'a str>,
) -> Result<Option<(String, f64)>> {
    let [time, rest @ ..] = timed();
    let ran = Command::new(time)
        .args(rest)
        .arg(program)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .context("GNU time is needed at /usr/bin/time")?;
    if ran.status.code() == Some(127) {
        return Ok(None);
    }
    anyhow::ensure!(ran.status.success(), "{program} ended with {}", ran.status);
    let cost = cost(&std::fs::read_to_string(folder.join("cost"))?)?;
    let text = String::from_utf8_lossy(&ran.stdout).into_owned();
    Ok(Some((text, cost.cpu_seconds)))
}

/// Returns the number before a text.
fn before(text: &str, mark: &str) -> Option<f64> {
    text.split_once(mark)?.0.split_whitespace().last()?.parse().ok()
}

/// Returns the number after a text.
fn after(text: &str, mark: &str) -> Option<f64> {
    text.split_once(mark)?.1.split_whitespace().next()?.parse().ok()
}
