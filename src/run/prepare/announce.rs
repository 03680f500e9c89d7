//! Announces a run before it sends anything. `confirm.rs` asks.

use std::path::Path;

use super::input::opened::OpenedInput;
use super::site::Site;
use crate::config::RunSettings;
use crate::model::ShownPath as _;
use crate::report::Reader;
use crate::system::folders::synchronised;
use crate::text::Message;

/// Warns that a service copies the folder of this file to other machines.
pub(in crate::run) fn warn_if_copied(file: &Path) {
    let Some(service) = synchronised(file) else { return };
    let path = file.shown().to_string();
    let line = Message::new(|words| words.synchronised(&path, service));
    tracing::warn!(
        event = "folder_synchronised",
        service,
        polish = line.polish(),
        "{line}"
    );
}

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
        tracing::info!(event = "input_form", polish = line.polish(), "{line}");
    }
    for (kind, warning) in opened.warnings() {
        tracing::warn!(
            event = "input_warning",
            kind,
            polish = warning.polish(),
            "{warning}"
        );
    }
    let paths = &settings.outputs.paths;
    let own = [&paths.results, &paths.failed];
    let mut folders: Vec<Option<&Path>> = Vec::new();
    for file in own.into_iter().chain(&settings.delta.path) {
        if !folders.contains(&file.parent()) {
            folders.push(file.parent());
            warn_if_copied(file);
        }
    }
    let rows = opened.known_rows();
    let selection = &reading.plan.selection;
    let time = rows
        .and_then(|rows| calls.send.rate.time_for(selection.most(rows)))
        .filter(|time| time.as_secs() > 0);
    let (host, rate) = (endpoint.host().to_owned(), calls.send.rate.to_string());
    let line = Message::in_both(|words, lang| {
        let rows = rows.map(|rows| (selection.most(rows), rows));
        words.rows_to(rows, &host, (&rate, calls.rate_from.text(lang)), time)
    });
    tracing::info!(
        event = "run_started",
        rows,
        host,
        rate,
        polish = line.polish(),
        "{line}"
    );
    if let Some(proxy) = proxy {
        let line = Message::new(|words| words.proxy(proxy));
        tracing::info!(event = "proxy_used", polish = line.polish(), "{line}");
    }
}
