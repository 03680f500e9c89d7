//! Announces a run before it sends anything, and asks for confirmation on a terminal.

use anyhow::anyhow;

use super::input::opened::OpenedInput;
use super::site::Site;
use crate::config::RunSettings;
use crate::read::Input;
use crate::report::{Console, Reader, duration, thousands};
use crate::run::Failure;

/// Maximum rows that are sent on a terminal without a question.
const ASK_ABOVE: u64 = 100;

/// Reports the input's form, the mapping, the rate and the minimum duration.
pub(in crate::run) fn announce(
    opened: &OpenedInput,
    settings: &RunSettings,
    site: &Site,
    (proxy, reader): (Option<&str>, Reader),
) {
    let RunSettings { reading, calls, .. } = settings;
    let endpoint = &site.endpoint;
    for line in opened.form(reading, reader) {
        tracing::info!(event = "input_form", "{line}");
    }
    for (kind, warning) in opened.warnings() {
        tracing::warn!(event = "input_warning", kind, "{warning}");
    }
    let rows = opened.known_rows();
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

/// Asks for confirmation on a terminal if there are more than `ASK_ABOVE` rows.
pub(in crate::run) fn confirm(
    opened: &OpenedInput,
    settings: &RunSettings,
    site: &Site,
    console: &Console,
) -> Result<(), Failure> {
    let reading = &settings.reading;
    let rows = reading
        .plan
        .selection
        .most(opened.known_rows().unwrap_or_default());
    let asks = settings.outputs.asks && !site.is_sandbox() && reading.input != Input::Stdin;
    if !asks || rows <= ASK_ABOVE || !Console::is_interactive() {
        return Ok(());
    }
    let labels = opened.layout.labels.iter();
    let labels: Vec<String> = labels.map(|(label, _)| label.to_string()).collect();
    let question = format!(
        "Set {} of the respondents on {} rows, {}, at {}? Old values cannot be restored.",
        labels.join(", "),
        thousands(rows),
        opened.survey_from,
        site.endpoint.host()
    );
    if console.asks(&question) {
        return Ok(());
    }
    Err(Failure::usage(anyhow!("not confirmed: nothing was sent")))
}
