//! What is said before a run sends anything, and the question to whoever sits at a terminal.

use super::opened::Opened;
use crate::config::{CallSettings, ReadingSettings};
use crate::model::Endpoint;
use crate::report::{Console, duration, thousands};

/// On a terminal more rows than these are asked about.
const ASK_ABOVE: u64 = 100;

/// Names the input's form, the mapping, the pace and the time it will take.
pub(super) fn announce(
    opened: &Opened,
    reading: &ReadingSettings,
    calls: &CallSettings,
    endpoint: &Endpoint,
    proxy: Option<&str>,
) {
    for line in opened.form(reading) {
        tracing::info!(event = "input_form", "{line}");
    }
    for (kind, warning) in opened.warnings() {
        tracing::warn!(event = "input_warning", kind, "{warning}");
    }
    let rows = opened.first.totals.map(|totals| totals.rows);
    let time = rows
        .and_then(|rows| calls.send.rate.time_for(reading.plan.selection.most(rows)))
        .filter(|time| time.as_secs() > 0)
        .map(|time| format!(", at least {} if all are sent", duration(time)));
    let selected = |rows| match reading.plan.selection.most(rows) {
        most if most < rows => format!("at most {} of {}", thousands(most), thousands(rows)),
        _ => thousands(rows),
    };
    tracing::info!(
        event = "run_started", rows, host = %endpoint.host(), rate = %calls.send.rate, "{} rows to {} at {} (from {}){}",
        rows.map_or_else(|| "an unknown number of".to_owned(), selected),
        endpoint.host(),
        calls.send.rate,
        calls.rate_from,
        time.unwrap_or_default()
    );
    if let Some(proxy) = proxy {
        tracing::info!(
            event = "proxy_used",
            "calls go through the proxy {proxy}, which the environment names"
        );
    }
}

/// Whether a person agrees, where there are rows enough to ask about.
pub(super) fn confirmed(
    opened: &Opened,
    endpoint: &Endpoint,
    reading: &ReadingSettings,
    console: &Console,
) -> bool {
    let rows = reading
        .plan
        .selection
        .most(opened.first.totals.map_or(0, |totals| totals.rows));
    if rows <= ASK_ABOVE {
        return true;
    }
    let labels: Vec<String> = opened
        .layout
        .labels
        .iter()
        .map(|(label, _)| label.to_string())
        .collect();
    console.asks(&format!(
        "Set {} of the respondents on {} rows, {}, at {}? Old values cannot be restored.",
        labels.join(", "),
        thousands(rows),
        reading.survey_from,
        endpoint.host()
    ))
}
