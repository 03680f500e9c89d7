//! Flags: which config file, and the commands about it.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Which config file.
#[derive(Debug, Args)]
pub(crate) struct ConfigArg {
    /// The config file (default: `respondent-sync.toml` in your config folder, if it is there; `none`: none)
    #[arg(long, value_name = "FILE", env = "RESPONDENT_SYNC_CONFIG")]
    pub(crate) config: Option<PathBuf>,
}

/// What can be asked about the settings.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Show every flag of `run`, its value and where it comes from; of secrets only whether they are set
    Show(ConfigArg),
}
