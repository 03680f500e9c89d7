//! What the tool costs and how well it keeps its promises about speed, measured on the release binary as a whole
//! process. The targets, and where they come from, stand in the manual (`help speed`).
//!
//! ```sh
//! cargo bench                        # everything, about ten minutes
//! cargo bench --bench speed -- calls rate
//! cargo bench --bench speed -- serve    # only the server, for a profiler of one's own
//! ```
//!
//! Public tools alone are used: GNU time at `/usr/bin/time` (package `time`), `valgrind`, and `wrk` and `oha` to stand
//! beside. Each line that is printed is a row of a Markdown table. Figures of several runs are medians.

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

/// Tells a figure.
pub(crate) fn tell(name: &str, figure: &str) {
    println!("| {name} | {figure} |");
}

/// Measures in a folder, where inputs and outputs lie.
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
    // cargo adds flags of its own.
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
