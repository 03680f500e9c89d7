//! Runs the tool as a process under GNU time and measures its cost as the system counts it.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

/// The cost of one run of a command, from GNU time: the command's own processor time (user and
/// system) and its peak memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    pub(crate) cpu_seconds: f64,
    pub(crate) wall_seconds: f64,
    pub(crate) peak_mib: f64,
}

/// The release binary, with made-up secrets.
pub(crate) fn tool(folder: &Path) -> Command {
    with_secrets(Command::new(env!("CARGO_BIN_EXE_respondent-sync")), folder)
}

/// The release binary, run by another command.
pub(crate) fn tool_under(wrapper: &[&str], folder: &Path) -> Command {
    let (program, arguments) = wrapper.split_first().unwrap_or((&"env", &[]));
    let mut command = Command::new(program);
    command.args(arguments).arg(env!("CARGO_BIN_EXE_respondent-sync"));
    with_secrets(command, folder)
}

fn with_secrets(mut command: Command, folder: &Path) -> Command {
    command
        .current_dir(folder)
        .env("RESPONDENT_SYNC_ACCOUNT", "1")
        .env("RESPONDENT_SYNC_WEBHOOK_KEY", "benchmark")
        .env("RESPONDENT_SYNC_WEBHOOK_AUTH", "benchmark")
        .stdout(Stdio::null());
    command
}

/// Removes the outputs, so that the same input can be run again.
pub(crate) fn remove_outputs(folder: &Path) {
    for name in [
        "in.results.csv",
        "in.failed.csv",
        "in.summary.json",
        "in.results.csv.journal",
        "in.results.csv.partial",
        "in.failed.csv.partial",
    ] {
        // Most of these files do not exist.
        std::fs::remove_file(folder.join(name)).ok();
    }
}

/// Runs the tool, which must succeed, and returns its cost.
pub(crate) fn cost_of(folder: &Path, arguments: &str) -> Result<Cost> {
    cost_of_reading(folder, arguments, Stdio::null())
}

/// Runs the tool with this standard input, and returns its cost.
pub(crate) fn cost_of_reading(folder: &Path, arguments: &str, input: Stdio) -> Result<Cost> {
    let ran = tool_under(&timed(), folder)
        .args(arguments.split(' '))
        .stdin(input)
        .status()
        .context("GNU time is needed at /usr/bin/time")?;
    ensure!(matches!(ran.code(), Some(0 | 1)), "{arguments} ended with {ran}");
    cost(&std::fs::read_to_string(folder.join("cost"))?)
}

/// The command line of GNU time, which writes into the file `cost`.
pub(crate) fn timed() -> [&'static str; 5] {
    ["/usr/bin/time", "-f", "%U %S %e %M", "-o", "cost"]
}

/// Parses what GNU time wrote.
pub(crate) fn cost(text: &str) -> Result<Cost> {
    // For a command that failed, a line with that fact comes first.
    let line = text.lines().last().unwrap_or_default();
    let figures: Vec<f64> = line
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect();
    match figures.as_slice() {
        [user, system, wall, kib] => Ok(Cost {
            cpu_seconds: user + system,
            wall_seconds: *wall,
            peak_mib: kib / 1024.0,
        }),
        _ => anyhow::bail!("GNU time printed {text:?}"),
    }
}

/// Returns the median of several figures.
pub(crate) fn median(figures: impl IntoIterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.into_iter().collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
