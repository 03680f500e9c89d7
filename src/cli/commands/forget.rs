//! Flags: whose data `forget` removes, and where the runs wrote.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{ArgAction, Args};

use crate::cli::groups::config::ConfigArg;
use crate::cli::groups::kept::KeptArgs;
use crate::cli::groups::output::LangArg;

/// Whom to forget, and where. What is not typed is as a run has it.
#[derive(Debug, Args)]
pub(crate) struct ForgetArgs {
    /// The input of the runs, which need not exist any more (default: the one that the config file names)
    #[arg(value_name = "INPUT")]
    pub(crate) input: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) config: ConfigArg,
    /// Forget these respondents; ids that differ only in leading zeros may be one, so `7` also forgets `007`
    #[arg(long, value_name = "ID,…", value_delimiter = ',', required = true)]
    pub(crate) respondent: Vec<String>,
    #[command(flatten)]
    pub(crate) kept: KeptArgs,
    /// Say what would be removed, and change nothing
    #[arg(short = 'n', long, env = "RESPONDENT_SYNC_DRY_RUN", hide_env = true, action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub(crate) dry_run: bool,
    // No variable: a job that is never asked is no reason not to ask here.
    /// Do not ask before files are changed
    #[arg(long)]
    pub(crate) yes: bool,
    /// Language of what is printed (default: the system's)
    #[arg(long, value_enum, env = "RESPONDENT_SYNC_LANG", hide_env = true)]
    pub(crate) lang: Option<LangArg>,
}
