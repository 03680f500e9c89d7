//! Flags: where the runs wrote whose files `forget` and `history` look for.

use std::path::PathBuf;

use clap::Args;

/// Where runs wrote. What is not typed is as a run has it.
#[derive(Debug, Args)]
pub(crate) struct KeptArgs {
    /// The results file of the runs (default: `<input>.results.csv` beside the input)
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// The folder of the runs' output files
    #[arg(long, value_name = "DIR")]
    pub(crate) output_dir: Option<PathBuf>,
    /// The file of failed rows of the runs (default: `<input>.failed.csv`)
    #[arg(long, value_name = "FILE")]
    pub(crate) failed: Option<PathBuf>,
    /// The summary of the runs (default: `<input>.summary.json`)
    #[arg(long, value_name = "FILE")]
    pub(crate) summary: Option<PathBuf>,
    /// The file that remembers what was sent (default: `state.sqlite` in your state folder; `none`: no file)
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
}
