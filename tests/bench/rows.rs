//! Measures the cost of a row that needs no call: the first read alone, and read, plan and record.

use std::path::Path;

use anyhow::{Context, Result};
use tokio::time::Instant;

use crate::calls::run_arguments;
use crate::client::{cost_of, median, remove_outputs, tool_under};
use crate::server::{Manner, Server};
use crate::{input, tell};

const RUNS: usize = 5;
const ROWS: u32 = 1_000_000;

/// Measures `check`, that is the first read and planning, on a file of 300 MB.
pub(crate) fn first_read(folder: &Path) -> Result<()> {
    input::write(folder, 10 * ROWS, input::sent)?;
    let megabytes = std::fs::metadata(folder.join("in.csv"))?.len() as f64 / 1e6;
    // The column is missing, so the input is refused after the first read and nothing is planned.
    let refused = |arguments: &str| -> Result<f64> {
        let started = Instant::now();
        let ended = crate::client::tool(folder)
            .args(arguments.split(' '))
            .stderr(std::process::Stdio::null())
            .status()?;
        anyhow::ensure!(ended.code() == Some(3), "{arguments} ended with {ended}");
        Ok(started.elapsed().as_secs_f64())
    };
    let seconds = (0..RUNS)
        .map(|_| refused("check in.csv --survey 7 --id-column absent"))
        .collect::<Result<Vec<f64>>>()?;
    let seconds = median(seconds);
    tell(
        &format!("first read of {megabytes:.0} MB"),
        &format!("{:.0} MB/s", megabytes / seconds),
    );
    let checks = (0..RUNS)
        .map(|_| cost_of(folder, "check in.csv -q --survey 7"))
        .collect::<Result<Vec<_>>>()?;
    tell(
        &format!("`check` of {} rows", 10 * ROWS),
        &format!(
            "{:.2} s, {:.2} µs a row, peak {:.1} MiB",
            median(checks.iter().map(|check| check.wall_seconds)),
            median(checks.iter().map(|check| check.wall_seconds)) * 1e6 / f64::from(10 * ROWS),
            median(checks.iter().map(|check| check.peak_mib)),
        ),
    );
    Ok(())
}

/// Measures `run` over rows that need no call: they are read twice, planned and recorded.
pub(crate) fn skipped(folder: &Path) -> Result<()> {
    let server = Server::start(Manner::default())?;
    input::write(folder, ROWS, input::skipped)?;
    let mut costs = Vec::new();
    for _ in 0..RUNS {
        remove_outputs(folder);
        costs.push(cost_of(folder, &run_arguments(&server, 4))?);
    }
    tell(
        "1,000,000 rows that need no call",
        &format!(
            "{:.2} s, {:.2} CPU s, peak {:.1} MiB",
            median(costs.iter().map(|cost| cost.wall_seconds)),
            median(costs.iter().map(|cost| cost.cpu_seconds)),
            median(costs.iter().map(|cost| cost.peak_mib)),
        ),
    );
    Ok(())
}

/// Measures instructions per row. The difference of two lengths is used, so that the start does not
/// count.
pub(crate) fn instructions(folder: &Path) -> Result<()> {
    let server = Server::start(Manner::default())?;
    for (name, rows, content) in [
        (
            "instructions per row of read, plan and record",
            [20_000, 120_000],
            input::skipped as input::Content,
        ),
        (
            "instructions per call, all of them ours or a library's",
            [2_000, 12_000],
            input::sent,
        ),
    ] {
        let [few, many] = rows;
        let count = |rows| -> Result<f64> {
            input::write(folder, rows, content)?;
            remove_outputs(folder);
            collected(folder, &run_arguments(&server, 64))
        };
        let (less, more) = (count(few)?, count(many)?);
        tell(name, &format!("{:.0}", (more - less) / f64::from(many - few)));
    }
    Ok(())
}

/// Returns the number of executed instructions that callgrind reports.
fn collected(folder: &Path, arguments: &str) -> Result<f64> {
    let callgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"];
    let ran = tool_under(&callgrind, folder)
        .args(arguments.split(' '))
        .output()
        .context("valgrind is needed")?;
    let text = String::from_utf8_lossy(&ran.stderr);
    let count = text
        .split_once("Collected :")
        .and_then(|(_, rest)| rest.split_whitespace().next());
    count
        .and_then(|count| count.parse().ok())
        .with_context(|| format!("callgrind said: {text}"))
}
