//! Flags: reading the survey's mailing list through the REST API.

use clap::Args;

/// Where the API is.
#[derive(Debug, Args)]
#[command(next_help_heading = "Mailing list of the survey (REST API)")]
pub(crate) struct ApiArgs {
    /// Where the API gives tokens (default: `/token` of the host `auth.…`, for `--base-url https://www.…`)
    #[arg(long, value_name = "URL", env = "RESPONDENT_SYNC_AUTH_URL")]
    pub(crate) auth_url: Option<String>,
}
