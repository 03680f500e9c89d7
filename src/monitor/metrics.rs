//! A run's metrics in the text format of Prometheus. Pure: the time is passed in.
//!
//! Source: Prometheus, "Exposition formats" and "Metric and label naming". All metrics are gauges,
//! since each run is a separate snapshot. `name` distinguishes the files of one folder: the
//! collector rejects two metrics with the same labels. The job's tags are further labels.

use std::fmt::Write;

use crate::model::Tags;

/// The metrics of one run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Metrics {
    /// The file's name without its extension.
    pub(crate) name: String,
    pub(crate) tags: Tags,
    pub(crate) exit_code: u8,
    /// When the run ended, in seconds since 1970.
    pub(crate) ended_at: f64,
    /// When a run, this one or an earlier one, last ended with 0.
    pub(crate) last_success_at: Option<f64>,
    /// `None` if the run did not begin to send.
    pub(crate) counts: Option<Counts>,
}

/// The counts of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    /// Duration of the run.
    pub(crate) seconds: f64,
    /// Number of rows per status.
    pub(crate) statuses: Vec<(&'static str, u64)>,
    /// Rows without an outcome.
    pub(crate) not_reached: u64,
    /// Rows skipped because nothing changed.
    pub(crate) unchanged: u64,
    pub(crate) attempts: u64,
    pub(crate) retries: u64,
}

const LAST_SUCCESS: &str = "respondent_sync_last_success_timestamp_seconds";

/// Formats the metrics as text, with a line end.
pub(crate) fn to_text(metrics: &Metrics) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    write_text(metrics, &mut text).ok();
    text
}

fn write_text(metrics: &Metrics, text: &mut String) -> std::fmt::Result {
    let mut job = format!("name=\"{}\"", escaped(&metrics.name));
    for (key, value) in metrics.tags.iter() {
        write!(job, ",{key}=\"{}\"", escaped(value))?;
    }
    let mut gauge = |metric: &str, help: &str, values: &[(String, String)]| {
        writeln!(text, "# HELP {metric} {help}\n# TYPE {metric} gauge")?;
        for (labels, value) in values {
            writeln!(text, "{metric}{{{job}{labels}}} {value}")?;
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

/// Parses the time of the last successful run from an earlier run's text.
pub(super) fn last_success(text: &str) -> Option<f64> {
    let line = text.lines().find(|line| line.starts_with(LAST_SUCCESS))?;
    line.rsplit_once(' ')?.1.parse().ok()
}

/// Escapes a label's value.
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
            tags: Tags::new(&["client=\"Łódź\"".parse().unwrap(), "a=1".parse().unwrap()]).unwrap(),
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
