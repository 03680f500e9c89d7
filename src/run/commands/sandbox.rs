//! `sandbox`: serves a small model of the platform until it is stopped, then reports what it holds.

use std::sync::{Arc, PoisonError};

use anyhow::Context;

use crate::config::SandboxSettings;
use crate::model::Message;
use crate::report::{Console, ExitCode};
use crate::run::Failure;
use crate::sandbox::{Platform, Server};
use crate::system::stop::Stops;

/// Serves the platform until a signal arrives.
pub(in crate::run) async fn serve(settings: SandboxSettings, console: &Console) -> Result<ExitCode, Failure> {
    let SandboxSettings { port, faults, list } = settings;
    let mut platform = Platform::new(faults);
    for contact in list {
        platform.seed(&contact.survey, &contact.id, &contact.email, &contact.labels);
    }
    let server = Server::bind(port, platform)
        .await
        .with_context(|| format!("cannot listen on port {port} of 127.0.0.1: `--port 0` takes a free one"))
        .map_err(Failure::usage)?;
    let platform = server.platform();
    console.print(&format!(
        "sandbox on http://{address}, until Ctrl-C; in another terminal:\n  \
         RESPONDENT_SYNC_ACCOUNT=1 RESPONDENT_SYNC_WEBHOOK_KEY=sandbox RESPONDENT_SYNC_WEBHOOK_AUTH=sandbox \\\n  \
         RESPONDENT_SYNC_CLIENT_ID=sandbox RESPONDENT_SYNC_CLIENT_SECRET=sandbox \\\n  \
         respondent-sync run INPUT --survey 1 --base-url http://{address}\n",
        address = server.address()
    ));
    let calls = console.clone();
    let show = Arc::new(move |line: &str| calls.print(&format!("{line}\n")));
    let mut stops = Stops::listen(None)
        .context("cannot listen for Ctrl-C")
        .map_err(Failure::usage)?;
    let serving = tokio::spawn(server.serve(show));
    stops.next().await;
    serving.abort();
    let mut platform = platform.lock().unwrap_or_else(PoisonError::into_inner);
    let taken = platform.counts();
    let counts = Message::new(|words| words.sandbox_took(&taken));
    let counts = counts.text(console.lang());
    console.print(&format!("{counts}\n{}", platform.holdings()));
    Ok(ExitCode::Success)
}
