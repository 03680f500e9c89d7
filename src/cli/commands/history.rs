//! Flags: which runs `history` tells of, and of whom.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::groups::config::ConfigArg;
use crate::cli::groups::output::LangArg;

/// Which runs, and of whom. What is not typed is as a run has it.
#[derive(Debug, Args)]
pub(crate) struct HistoryArgs {
    /// The input of the runs, which need not exist any more (default: the one that the config file names)
    #[arg(value_name = "INPUT")]
    pub(crate) input: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) config: ConfigArg,
    /// What became of these respondents each night; `7` also finds `007`
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    pub(crate) respondent: Vec<String>,
    /// Only the newest N nights; retry rounds belong to the night of their run
    #[arg(long, value_name = "N")]
    pub(crate) last: Option<NonZeroUsize>,
    /// For people, or one JSON object a line for machines
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: HistoryFormatArg,
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
    /// Language of what is printed (default: the system's)
    #[arg(long, value_enum, env = "RESPONDENT_SYNC_LANG", hide_env = true)]
    pub(crate) lang: Option<LangArg>,
}

/// The form of what is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum HistoryFormatArg {
    Text,
    Json,
}
