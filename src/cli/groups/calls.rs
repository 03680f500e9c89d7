//! Flags: where calls go, their rate, their retries, and when to give up.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::FalseyValueParser;
use clap::{ArgAction, Args, ValueEnum};

use crate::cli::values::{Until, duration, until};
use crate::model::{Concurrency, CountOrPercent, Rate};

/// The agreed rate.
#[derive(Debug, Args)]
pub(crate) struct RateArg {
    /// Maximum rate of calls, retries included, or `unlimited`
    #[arg(
        long,
        value_name = "N/s|N/m|N/h",
        default_value = "5/s",
        env = "RESPONDENT_SYNC_RATE"
    )]
    pub(crate) rate: Rate,
}

/// The platform's address, and who vouches for it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Platform")]
pub(crate) struct AddressArgs {
    /// The platform's address
    #[arg(
        long,
        value_name = "URL",
        default_value = "https://www.webankieta.pl",
        env = "RESPONDENT_SYNC_BASE_URL"
    )]
    pub(crate) base_url: String,
    /// Allow `http` to other hosts: everyone on the network path can read secrets and labels
    #[arg(long, env = "RESPONDENT_SYNC_ALLOW_HTTP", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub(crate) allow_http: bool,
    /// An additional trusted certificate authority, as PEM
    #[arg(long, value_name = "PEM", env = "RESPONDENT_SYNC_CA_FILE")]
    pub(crate) ca_file: Option<PathBuf>,
}

/// Where calls go.
#[derive(Debug, Args)]
#[command(next_help_heading = "Platform")]
pub(crate) struct PlatformArgs {
    #[command(flatten)]
    pub(crate) address: AddressArgs,
    /// Send parameters in the body, or in the query
    #[arg(long, value_enum, default_value = "post", env = "RESPONDENT_SYNC_METHOD")]
    pub(crate) method: MethodArg,
    /// Rehearse against a small platform inside this process: no account, no secrets, no network
    #[arg(long, env = "RESPONDENT_SYNC_SANDBOX", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub(crate) sandbox: bool,
}

/// How long an attempt takes at most, and how often it is repeated.
#[derive(Debug, Args)]
#[command(next_help_heading = "Rate, retries, limits")]
pub(crate) struct AttemptArgs {
    /// Maximum time of one attempt
    #[arg(long, value_name = "DUR", default_value = "30s", value_parser = duration, env = "RESPONDENT_SYNC_TIMEOUT")]
    pub(crate) timeout: Duration,
    /// Maximum time to connect; `--timeout` starts once connected
    #[arg(long, value_name = "DUR", default_value = "10s", value_parser = duration, env = "RESPONDENT_SYNC_CONNECT_TIMEOUT")]
    pub(crate) connect_timeout: Duration,
    /// Retries per row, after the first attempt
    #[arg(
        long,
        value_name = "N",
        default_value_t = 8,
        env = "RESPONDENT_SYNC_MAX_RETRIES"
    )]
    pub(crate) max_retries: u32,
    /// Delay before the first retry, doubled for each further one
    #[arg(long, value_name = "DUR", default_value = "1s", value_parser = duration, env = "RESPONDENT_SYNC_BACKOFF")]
    pub(crate) backoff: Duration,
    /// Maximum delay before a retry
    #[arg(long, value_name = "DUR", default_value = "60s", value_parser = duration, env = "RESPONDENT_SYNC_MAX_BACKOFF")]
    pub(crate) max_backoff: Duration,
}

/// Rate, retries, and when to give up.
#[derive(Debug, Args)]
#[command(next_help_heading = "Rate, retries, limits")]
pub(crate) struct PaceArgs {
    #[command(flatten)]
    pub(crate) rate: RateArg,
    /// Maximum calls in flight, or `auto`: as many as the rate needs
    #[arg(
        short,
        long,
        value_name = "N|auto",
        default_value = "auto",
        env = "RESPONDENT_SYNC_CONCURRENCY"
    )]
    pub(crate) concurrency: Concurrency,
    #[command(flatten)]
    pub(crate) attempt: AttemptArgs,
    /// How long to wait for the platform in each outage (then exit 5); 0 = do not wait
    #[arg(long, value_name = "DUR", default_value = "1h", value_parser = duration, env = "RESPONDENT_SYNC_MAX_OUTAGE")]
    pub(crate) max_outage: Duration,
    /// End the run (exit 10) after this time; calls in flight are finished
    #[arg(long, value_name = "DUR", value_parser = duration, env = "RESPONDENT_SYNC_MAX_DURATION")]
    pub(crate) max_duration: Option<Duration>,
    /// End the run (exit 10) at this time of day; calls in flight are finished. A run that starts up to 12 hours later makes no call
    #[arg(long, value_name = "HH:MM|none", value_parser = until, env = "RESPONDENT_SYNC_UNTIL")]
    pub(crate) until: Option<Until>,
    /// End the run (exit 4) if more rows are failed or unconfirmed (per cent: of the rows sent, from 200 on)
    #[arg(long, value_name = "N|N%", env = "RESPONDENT_SYNC_MAX_ERRORS")]
    pub(crate) max_errors: Option<CountOrPercent>,
    /// End the run (exit 4) after N unexplained 4xx answers in a row, or `none`
    #[arg(
        long,
        value_name = "N|none",
        default_value = "50",
        env = "RESPONDENT_SYNC_MAX_SAME_ERROR"
    )]
    pub(crate) max_same_error: String,
}

/// The HTTP method of calls.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum MethodArg {
    Post,
    Get,
}
