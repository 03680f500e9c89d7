//! Flags: the behaviour of the embedded platform.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::cli::values::{duration, percent};
use crate::model::Rate;

/// The behaviour of the embedded platform.
#[derive(Debug, Args)]
pub(crate) struct SandboxArgs {
    /// The port on 127.0.0.1; 0 = any free one
    #[arg(long, default_value_t = 8080)]
    pub(crate) port: u16,
    /// How long each answer takes
    #[arg(long, value_name = "DUR", default_value = "0s", value_parser = duration)]
    pub(crate) latency: Duration,
    /// Answer 500 to this share of calls
    #[arg(long, value_name = "N%", default_value = "0%", value_parser = percent)]
    pub(crate) error_rate: f64,
    /// Answer 503 to every call for this time, after the first ten calls
    #[arg(long, value_name = "DUR", default_value = "0s", value_parser = duration)]
    pub(crate) outage: Duration,
    /// Answer 429 to calls above this rate
    #[arg(long, value_name = "N/s", default_value = "unlimited")]
    pub(crate) answer_429_above: Rate,
    /// Accept only these respondents, refuse all others
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    pub(crate) know_only: Option<Vec<String>>,
    /// Fill the mailing lists from this CSV file, refuse all other respondents
    #[arg(long, value_name = "FILE")]
    pub(crate) list: Option<PathBuf>,
    /// How long it takes until a label that was set shows in the list
    #[arg(long, value_name = "DUR", default_value = "0s", value_parser = duration)]
    pub(crate) visible_after: Duration,
    /// How long a token of the API is valid
    #[arg(long, value_name = "DUR", default_value = "1h", value_parser = duration)]
    pub(crate) token_lifetime: Duration,
    /// Answer 402 to every call that reads a list: the plan does not have the API
    #[arg(long)]
    pub(crate) no_api: bool,
    /// Seed of the randomness of `--error-rate`
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
}
