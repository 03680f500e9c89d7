//! Flags: who hears of a run.

use std::path::PathBuf;

use clap::Args;

/// Who hears of a run.
#[derive(Debug, Args)]
#[command(next_help_heading = "Monitoring")]
pub(crate) struct MonitorArgs {
    /// A check that is told of each run's start and end (Healthchecks.io's protocol); better as a variable, since the address is a secret
    #[arg(
        long,
        value_name = "URL",
        env = "RESPONDENT_SYNC_HEALTHCHECK_URL",
        hide_env_values = true
    )]
    pub(crate) healthcheck_url: Option<String>,
    /// Numbers of the last run for Prometheus (`*.prom` in the folder of the node exporter's textfile collector)
    #[arg(long, value_name = "FILE", env = "RESPONDENT_SYNC_METRICS_FILE")]
    pub(crate) metrics_file: Option<PathBuf>,
}
