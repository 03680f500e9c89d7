//! Flags: which runs `history` tells of, and of whom.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::groups::config::ConfigArg;
use crate::cli::groups::kept::KeptArgs;
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
    #[command(flatten)]
    pub(crate) kept: KeptArgs,
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
