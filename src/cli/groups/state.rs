//! Flags: the store of what was sent, and the commands about it.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{ArgAction, Args, Subcommand};

use super::config::ConfigArg;

/// The store of what was acknowledged last.
#[derive(Debug, Args)]
pub(crate) struct StateArg {
    /// The file that remembers what was sent (default: `state.sqlite` in your state folder; `none`: no file)
    #[arg(long, value_name = "FILE", env = "RESPONDENT_SYNC_STATE")]
    pub(crate) state: Option<PathBuf>,
}

/// Sending only what changed.
#[derive(Debug, Args)]
#[command(next_help_heading = "Only what changed")]
pub(crate) struct DeltaArgs {
    /// Skip rows whose labels the platform acknowledged before
    #[arg(long, env = "RESPONDENT_SYNC_CHANGED_ONLY", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub(crate) changed_only: bool,
    /// Send all rows, changed or not, and rebuild what is remembered
    #[arg(long, env = "RESPONDENT_SYNC_FULL_REFRESH", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub(crate) full_refresh: bool,
    #[command(flatten)]
    pub(crate) state: StateArg,
}

/// The commands about the store.
#[derive(Debug, Subcommand)]
pub(crate) enum StateCommand {
    /// Show how many respondents are remembered, by survey
    Show(StateShowArgs),
    /// Forget respondents, so that the next run sends them
    Forget(StateForgetArgs),
}

/// The arguments of `state show`.
#[derive(Debug, Args)]
pub(crate) struct StateShowArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArg,
    #[command(flatten)]
    pub(crate) state: StateArg,
}

/// The arguments of `state forget`.
#[derive(Debug, Args)]
pub(crate) struct StateForgetArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArg,
    #[command(flatten)]
    pub(crate) state: StateArg,
    /// All respondents of this survey (default: that of the file that `--config` names)
    #[arg(long, value_name = "ID")]
    pub(crate) survey: Option<String>,
    /// Only these respondents of it
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    pub(crate) respondent: Vec<String>,
    /// Everything, of all surveys and accounts
    #[arg(long, conflicts_with_all = ["survey", "respondent"])]
    pub(crate) all: bool,
}
