//! Measures the tool's cost and its promises about speed, on the release binary as a whole process.
//! The targets and their origin are in the manual (`help speed`).
//!
//! ```sh
//! cargo bench                        # everything, about ten minutes
//! cargo bench --bench speed -- calls rate
//! cargo bench --bench speed -- serve    # only the server, to profile with other tools
//! ```
//!
//! Only public tools are used: GNU time at `/usr/bin/time` (package `time`), `valgrind`, and `wrk`
//! and `oha` for comparison. Each printed line is a row of a Markdown table. Figures of several
//! runs are medians.

#![expect(clippy::print_stdout, reason = "a benchmark's output")]
#![expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]

mod bare;
mod calls;
mod client;
mod input;
mod memory;
mod peers;
mod rate;
mod rows;
mod server;
mod start;

use std::path::Path;

use anyhow::{Result, bail};

use server::{Manner, Server};

/// Prints a figure.
pub(crate) fn tell(name: &str, figure: &str) {
    println!("| {name} | {figure} |");
}

/// A measurement. Its inputs and outputs are in the folder.
type Figure = fn(&Path) -> Result<()>;

const FIGURES: [(&str, Figure); 7] = [
    ("calls", calls::measure),
    ("rate", rate::measure),
    ("start", start::measure),
    ("read", rows::first_read),
    ("skipped", rows::skipped),
    ("instructions", rows::instructions),
    ("memory", memory::measure),
];

fn main() -> Result<()> {
    // cargo adds its own flags.
    let asked: Vec<String> = std::env::args()
        .skip(1)
        .filter(|name| !name.starts_with('-'))
        .collect();
    if let [bare, url, calls, connections] = asked.as_slice()
        && bare == "bare"
    {
        return bare::run(url, calls.parse()?, connections.parse()?);
    }
    if asked == ["serve"] {
        let server = Server::start(Manner::default())?;
        println!("http://{}", server.address);
        return server.wait();
    }
    if let Some(unknown) = asked
        .iter()
        .find(|name| FIGURES.iter().all(|(figure, _)| figure != name))
    {
        bail!(
            "no figure is called `{unknown}`: {:?}, or `serve`",
            FIGURES.map(|(name, _)| name)
        );
    }
    let folder = tempfile::tempdir()?;
    println!("| figure | measured |\n| --- | --- |");
    for (name, measure) in FIGURES {
        if asked.is_empty() || asked.iter().any(|asked| asked == name) {
            measure(folder.path())?;
        }
    }
    Ok(())
}
