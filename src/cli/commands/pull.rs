//! Flags: which list `pull` reads, and where it is written.

use std::path::PathBuf;

use clap::Args;

use crate::cli::groups::calls::{AddressArgs, AttemptArgs, RateArg};
use crate::cli::groups::config::ConfigArg;
use crate::cli::groups::list::ApiArgs;
use crate::cli::groups::output::LogArgs;
use crate::cli::groups::state::StateArg;

/// The arguments of `pull`.
#[derive(Debug, Args)]
pub(crate) struct PullArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArg,
    /// The id of the survey whose respondents are read
    #[arg(long, value_name = "ID", env = "RESPONDENT_SYNC_SURVEY")]
    pub(crate) survey: Option<String>,
    // No variable and no key of the config file, where `output` is the results file of a run.
    /// The table to write; an older table is replaced
    #[arg(
        id = "table",
        short = 'o',
        long = "output",
        value_name = "FILE",
        default_value = "respondents.csv"
    )]
    pub(crate) table: PathBuf,
    /// The labels to add to the table: `l1` to `l15`, or `all` (default: those of `--map`)
    #[arg(long, value_name = "LABEL,…", value_delimiter = ',')]
    pub(crate) labels: Vec<String>,
    /// The mapping of a run, which names the labels to add
    #[arg(long, value_name = "LABEL=COLUMN", env = "RESPONDENT_SYNC_MAP")]
    pub(crate) map: Vec<String>,
    #[command(flatten)]
    pub(crate) api: ApiArgs,
    #[command(flatten)]
    pub(crate) address: AddressArgs,
    #[command(flatten)]
    pub(crate) rate: RateArg,
    #[command(flatten)]
    pub(crate) attempt: AttemptArgs,
    #[command(flatten)]
    pub(crate) state: StateArg,
    #[command(flatten)]
    pub(crate) log: LogArgs,
}
