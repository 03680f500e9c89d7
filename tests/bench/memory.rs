//! Measures peak memory, which must not grow with the file.

use std::io::BufWriter;
use std::path::Path;
use std::process::Stdio;
use std::thread;

use anyhow::{Context, Result};

use crate::calls::run_arguments;
use crate::client::{cost, cost_of, remove_outputs, timed, tool_under};
use crate::server::{Manner, Server};
use crate::{input, tell};

const CONNECTIONS: u32 = 64;

pub(crate) fn measure(folder: &Path) -> Result<()> {
    let server = Server::start(Manner::default())?;
    for rows in [100_000, 1_000_000, 10_000_000] {
        input::write(folder, rows, input::sent)?;
        remove_outputs(folder);
        let peak = cost_of(folder, &run_arguments(&server, CONNECTIONS))?.peak_mib;
        tell(
            &format!("peak memory, {rows} rows, {CONNECTIONS} connections"),
            &format!("{peak:.1} MiB"),
        );
    }
    std::fs::remove_file(folder.join("in.csv"))?;
    let peak = with_one_that_hangs(folder, 10_000_000)?;
    tell(
        "peak memory, 10,000,000 rows on standard input, the 50,000th hangs for 20 s",
        &format!("{peak:.1} MiB"),
    );
    Ok(())
}

/// Sends generated rows, one of which is never answered, so the window fills up behind it.
fn with_one_that_hangs(folder: &Path, rows: u32) -> Result<f64> {
    let server = Server::start(Manner {
        hangs: Some(50_000),
        ..Manner::default()
    })?;
    remove_outputs(folder);
    let arguments = run_arguments(&server, CONNECTIONS).replace("in.csv", "-")
        + " -o in.results.csv --encoding utf-8 --timeout 20s --max-retries 0";
    let mut tool = tool_under(&timed(), folder)
        .args(arguments.split(' '))
        .stdin(Stdio::piped())
        .spawn()
        .context("GNU time is needed at /usr/bin/time")?;
    let stdin = tool.stdin.take().context("a pipe was asked for")?;
    let writing = thread::spawn(move || input::sent(&mut BufWriter::new(stdin), rows));
    let ended = tool.wait()?;
    anyhow::ensure!(ended.code() == Some(1), "{arguments} ended with {ended}");
    writing.join().ok().context("writing the input failed")??;
    Ok(cost(&std::fs::read_to_string(folder.join("cost"))?)?.peak_mib)
}
