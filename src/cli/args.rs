//! The arguments of each command, composed of the groups of flags in `cli/groups`. This is the only
//! table of flags; the manual's table is checked against it.

use clap::{Args, ValueEnum};

use super::groups::calls::{AddressArgs, AttemptArgs, PaceArgs, PlatformArgs, RateArg};
use super::groups::config::ConfigArg;
use super::groups::guards::{GuardArgs, PastGuardArgs};
use super::groups::input::{InputArgs, SelectionArgs};
use super::groups::list::ListArgs;
use super::groups::monitor::MonitorArgs;
use super::groups::output::{AcceptArg, LogArgs, OutputArgs};
use super::groups::state::{DeltaArgs, StateArg};

/// The arguments of `run`.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArg,
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    #[command(flatten)]
    pub(crate) guards: GuardArgs,
    #[command(flatten)]
    pub(crate) past_guards: PastGuardArgs,
    #[command(flatten)]
    pub(crate) delta: DeltaArgs,
    #[command(flatten)]
    pub(crate) list: ListArgs,
    #[command(flatten)]
    pub(crate) platform: PlatformArgs,
    #[command(flatten)]
    pub(crate) pace: PaceArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) monitor: MonitorArgs,
    #[command(flatten)]
    pub(crate) log: LogArgs,
}

/// The arguments of `check`.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArg,
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    #[command(flatten)]
    pub(crate) guards: GuardArgs,
    #[command(flatten)]
    pub(crate) list: ListArgs,
    #[command(flatten)]
    pub(crate) state: StateArg,
    #[command(flatten)]
    pub(crate) address: AddressArgs,
    #[command(flatten)]
    pub(crate) rate: RateArg,
    #[command(flatten)]
    pub(crate) attempt: AttemptArgs,
    #[command(flatten)]
    pub(crate) accept: AcceptArg,
    /// Format of the findings: for people or for machines
    #[arg(long, value_enum, default_value = "text", env = "RESPONDENT_SYNC_FORMAT")]
    pub(crate) format: CheckFormatArg,
    /// Spell out the first N calls, on a terminal
    #[arg(long, value_name = "N", env = "RESPONDENT_SYNC_PREVIEW")]
    pub(crate) preview: Option<usize>,
    #[command(flatten)]
    pub(crate) log: LogArgs,
}

/// The format of findings.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum CheckFormatArg {
    Text,
    Json,
}
