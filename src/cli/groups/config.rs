//! Flags: which config file is used, and the commands about it.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Which config file is used.
#[derive(Debug, Args)]
pub(crate) struct ConfigArg {
    /// The config file (default: `respondent-sync.toml` in your config folder, if it is there; `none`: none)
    #[arg(long, value_name = "FILE", env = "RESPONDENT_SYNC_CONFIG")]
    pub(crate) config: Option<PathBuf>,
}

/// The commands about the settings.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Show every flag of `run`, its value and where it comes from; of secrets only whether they are set
    Show(ConfigArg),
}
