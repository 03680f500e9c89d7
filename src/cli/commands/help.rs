//! Arguments of `help`, a command or a topic of the manual, and of `manual`, which writes all of it.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::groups::output::LangArg;

/// What to explain.
#[derive(Debug, Args)]
pub(crate) struct HelpArgs {
    /// A command (`run`, `state forget`) or a topic of the manual; without one: all of them
    #[arg(value_name = "TOPIC")]
    pub(crate) topic: Vec<String>,
    /// Language of the page (default: the system's)
    #[arg(long, value_enum, env = "RESPONDENT_SYNC_LANG", hide_env = true)]
    pub(crate) lang: Option<LangArg>,
}

/// How and where to write the manual.
#[derive(Debug, Args)]
pub(crate) struct ManualArgs {
    /// Form of the files: a man page for each command and topic, or a web page for each language
    #[arg(long, value_enum)]
    pub(crate) format: ManualFormatArg,
    /// The folder to write them into, which must exist
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
}

/// The form of the manual.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ManualFormatArg {
    Man,
    Html,
}
