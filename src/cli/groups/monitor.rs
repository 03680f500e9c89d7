//! Flags: who is notified of a run.

use std::path::PathBuf;

use clap::Args;

use crate::model::Tag;

/// Who is notified of a run, and what it is called there.
#[derive(Debug, Args)]
#[command(next_help_heading = "Monitoring")]
pub(crate) struct MonitorArgs {
    /// A name of this job in logs, summary and metrics, as in `client=acme`; repeatable
    #[arg(long, value_name = "KEY=VALUE", env = "RESPONDENT_SYNC_TAG")]
    pub(crate) tag: Vec<Tag>,
    /// Notify this address of each run's start and end (Healthchecks.io's protocol); it is a secret, so prefer a variable. `{client}` in it stands for the tag `client`
    #[arg(
        long,
        value_name = "URL",
        env = "RESPONDENT_SYNC_HEALTHCHECK_URL",
        hide_env_values = true
    )]
    pub(crate) healthcheck_url: Option<String>,
    /// Write the last run's numbers for Prometheus (`*.prom` for the node exporter's textfile collector). `{client}` in it stands for the tag `client`
    #[arg(long, value_name = "FILE", env = "RESPONDENT_SYNC_METRICS_FILE")]
    pub(crate) metrics_file: Option<PathBuf>,
}
