//! Flags: whose data `forget` removes, and where the runs wrote.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{ArgAction, Args};

use crate::cli::groups::config::ConfigArg;
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
