//! Flags: which config file is used, and the commands about it.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::output::LangArg;

/// Which config file is used.
#[derive(Debug, Args)]
pub(crate) struct ConfigArg {
    /// The config file (default: `respondent-sync.toml` in your config folder, if it is there; `none`: none)
    #[arg(long, value_name = "FILE", env = "RESPONDENT_SYNC_CONFIG")]
    pub(crate) config: Option<PathBuf>,
}

/// What `doctor` looks at.
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    // Under a name of its own: a file that cannot be read is a finding, and does not end the command.
    /// The config file (default: `respondent-sync.toml` in your config folder, if it is there; `none`: none)
    #[arg(
        id = "doctors_config",
        long = "config",
        value_name = "FILE",
        env = "RESPONDENT_SYNC_CONFIG"
    )]
    pub(crate) config: Option<PathBuf>,
    /// Language of the findings (default: the system's)
    #[arg(long, value_enum, env = "RESPONDENT_SYNC_LANG", hide_env = true)]
    pub(crate) lang: Option<LangArg>,
}

/// Which jobs `config check` looks at.
#[derive(Debug, Args)]
pub(crate) struct JobsArgs {
    /// Config files, or folders: every `job.toml` in them and below is checked
    #[arg(value_name = "PATH", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Language of what is printed (default: the system's)
    #[arg(long, value_enum, env = "RESPONDENT_SYNC_LANG", hide_env = true)]
    pub(crate) lang: Option<LangArg>,
}

/// The commands about the settings.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Show every flag of `run`, its value and where it comes from; of secrets only whether they are set
    Show(ConfigArg),
    /// Check the config files of many jobs: what is wrong with each, and which are in each other's way
    Check(JobsArgs),
}
