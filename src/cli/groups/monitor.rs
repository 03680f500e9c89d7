//! Flags: who is notified of a run.

use std::path::PathBuf;

use clap::Args;

/// Who is notified of a run.
#[derive(Debug, Args)]
#[command(next_help_heading = "Monitoring")]
pub(crate) struct MonitorArgs {
    /// Notify this address of each run's start and end (Healthchecks.io's protocol); it is a secret, so prefer a variable
    #[arg(
        long,
        value_name = "URL",
        env = "RESPONDENT_SYNC_HEALTHCHECK_URL",
        hide_env_values = true
    )]
    pub(crate) healthcheck_url: Option<String>,
    /// Write the last run's numbers for Prometheus (`*.prom` for the node exporter's textfile collector)
    #[arg(long, value_name = "FILE", env = "RESPONDENT_SYNC_METRICS_FILE")]
    pub(crate) metrics_file: Option<PathBuf>,
}
