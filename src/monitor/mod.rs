//! Reports unattended runs: to a dead man's switch that notices a run that never started
//! (Healthchecks.io's protocol), and as metrics for Prometheus. The reports are passed in as
//! values; nothing here changes how a run ends.

mod metrics;
mod metrics_file;
mod ping;

pub(crate) use metrics::{Counts, Metrics};
pub(crate) use metrics_file::write as write_metrics;
pub(crate) use ping::Healthcheck;
