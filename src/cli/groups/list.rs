//! Flags: reading the survey's mailing list through the REST API.

use clap::{Args, ValueEnum};

use crate::cli::values::{Times, times};

/// Where the API is.
#[derive(Debug, Args)]
#[command(next_help_heading = "Mailing list of the survey (REST API)")]
pub(crate) struct ApiArgs {
    /// Where the API gives tokens (default: `/token` of the host `auth.…`, for `--base-url https://www.…`)
    #[arg(long, value_name = "URL", env = "RESPONDENT_SYNC_AUTH_URL")]
    pub(crate) auth_url: Option<String>,
}

/// What a run does with the mailing list.
#[derive(Debug, Args)]
#[command(next_help_heading = "Mailing list of the survey (REST API)")]
pub(crate) struct ListArgs {
    /// First read the survey's respondents: ids for `--match-on`, and unknown ids are found before a call; `--pull=prefer`: if that fails, use the list of the last run
    #[arg(long, value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "fresh", env = "RESPONDENT_SYNC_PULL")]
    pub(crate) pull: Option<FreshnessArg>,
    /// With `--pull`: a label that people changed on the platform since it was sent is overwritten, or left as it is
    #[arg(
        long,
        value_enum,
        default_value = "overwrite",
        env = "RESPONDENT_SYNC_ON_CONFLICT"
    )]
    pub(crate) on_conflict: OnConflictArg,
    /// Read the list again after the run, until it shows what was sent, at these times after the last call; includes `--pull`
    #[arg(
        long,
        value_name = "DUR,…",
        value_parser = times,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        env = "RESPONDENT_SYNC_VERIFY"
    )]
    pub(crate) verify: Option<Times>,
    #[command(flatten)]
    pub(crate) api: ApiArgs,
}

impl ListArgs {
    /// Returns how the list is read before a run; `None` if it is not.
    pub(crate) fn is_read(&self) -> Option<FreshnessArg> {
        self.pull.or(self.verify.is_some().then_some(FreshnessArg::Fresh))
    }
}

/// What happens if the list cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FreshnessArg {
    /// Nothing is sent.
    #[value(alias = "true", alias = "yes", alias = "on")]
    Fresh,
    /// The list of an earlier run is used.
    Prefer,
}

/// What happens to a label that people changed on the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnConflictArg {
    Overwrite,
    Keep,
}
