//! A run in the text format of Prometheus. Pure: when it was comes in.
//!
//! Source: Prometheus, "Exposition formats" and "Metric and label naming". All are gauges, since
//! each run is a snapshot of its own. `name` tells the files of one folder apart: the collector takes no two metrics with the
//! same labels.

use std::fmt::Write;

/// What is told of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Metrics {
    /// The file's name without its extension.
    pub(crate) name: String,
    pub(crate) exit_code: u8,
    /// When the run ended, in seconds since 1970.
    pub(crate) ended_at: f64,
    /// When a run last ended with 0, this one or an earlier one.
    pub(crate) last_success_at: Option<f64>,
    /// Nothing of a run that did not begin to send.
    pub(crate) counts: Option<Counts>,
}

/// What a run counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) seconds: f64,
    pub(crate) statuses: Vec<(&'static str, u64)>,
    pub(crate) not_reached: u64,
    pub(crate) unchanged: u64,
    pub(crate) attempts: u64,
    pub(crate) retries: u64,
}

const LAST_SUCCESS: &str = "respondent_sync_last_success_timestamp_seconds";

/// The whole text, its last line ended.
pub(crate) fn to_text(metrics: &Metrics) -> String {
    let mut text = String::new();
    // Writing to a text does not fail.
    write_text(metrics, &mut text).ok();
    text
}

fn write_text(metrics: &Metrics, text: &mut String) -> std::fmt::Result {
    let name = escaped(&metrics.name);
    let mut gauge = |metric: &str, help: &str, values: &[(String, String)]| {
        writeln!(text, "# HELP {metric} {help}\n# TYPE {metric} gauge")?;
        for (labels, value) in values {
            writeln!(text, "{metric}{{name=\"{name}\"{labels}}} {value}")?;
        }
        Ok::<(), std::fmt::Error>(())
    };
    let one = |value: String| [(String::new(), value)];
    gauge(
        "respondent_sync_last_run_timestamp_seconds",
        "When the last run ended.",
        &one(metrics.ended_at.to_string()),
    )?;
    if let Some(time) = metrics.last_success_at {
        gauge(
            LAST_SUCCESS,
            "When a run last ended with exit code 0.",
            &one(time.to_string()),
        )?;
    }
    gauge(
        "respondent_sync_last_run_exit_code",
        "The exit code of the last run.",
        &one(metrics.exit_code.to_string()),
    )?;
    let Some(counts) = &metrics.counts else {
        return Ok(());
    };
    gauge(
        "respondent_sync_last_run_duration_seconds",
        "How long the last run took.",
        &one(counts.seconds.to_string()),
    )?;
    let statuses = counts.statuses.iter();
    let rows: Vec<_> = statuses
        .map(|(status, rows)| (format!(",status=\"{status}\""), rows.to_string()))
        .chain([(
            ",status=\"not_reached\"".to_owned(),
            counts.not_reached.to_string(),
        )])
        .collect();
    gauge(
        "respondent_sync_last_run_rows",
        "Rows of the last run by what became of them.",
        &rows,
    )?;
    gauge(
        "respondent_sync_last_run_unchanged_rows",
        "Rows of the last run that were skipped since nothing changed.",
        &one(counts.unchanged.to_string()),
    )?;
    gauge(
        "respondent_sync_last_run_attempts",
        "Calls of the last run, retries included.",
        &one(counts.attempts.to_string()),
    )?;
    gauge(
        "respondent_sync_last_run_retries",
        "Calls of the last run that were made again.",
        &one(counts.retries.to_string()),
    )
}

/// When a run last succeeded, by the text that an earlier one has written.
pub(super) fn last_success(text: &str) -> Option<f64> {
    let line = text.lines().find(|line| line.starts_with(LAST_SUCCESS))?;
    line.rsplit_once(' ')?.1.parse().ok()
}

/// As a label's value has it.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_in_prometheus_words() {
        let metrics = Metrics {
            name: "n\"p\\s".to_owned(),
            exit_code: 1,
            ended_at: 1_795_542_000.25,
            last_success_at: Some(1_795_455_600.0),
            counts: Some(Counts {
                seconds: 12.5,
                statuses: vec![("success", 3), ("failed", 1)],
                not_reached: 0,
                unchanged: 7,
                attempts: 6,
                retries: 2,
            }),
        };
        let text = to_text(&metrics);
        assert_eq!(last_success(&text), metrics.last_success_at);
        insta::assert_snapshot!(text);
        let early = Metrics {
            counts: None,
            last_success_at: None,
            ..metrics
        };
        assert_eq!(to_text(&early).matches("# TYPE").count(), 2);
    }
}
