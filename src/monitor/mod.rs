//! Who hears of a run while nobody watches: a monitor that misses it when it does not come (Healthchecks.io's protocol), and
//! numbers for Prometheus. What there is to tell comes in as values; nothing here ever changes how a run ends.

mod metrics;
mod metrics_file;
mod ping;

pub(crate) use metrics::{Counts, Metrics};
pub(crate) use metrics_file::write as write_metrics;
pub(crate) use ping::Healthcheck;
