//! `sandbox`: serves the platform in small until it is told to stop, and then says what it holds.

use std::sync::{Arc, PoisonError};

use anyhow::Context;

use super::Failure;
use crate::cli::SandboxArgs;
use crate::report::{Console, ExitCode, LogFormat, Verbosity};
use crate::sandbox::{Faults, Platform, Server};
use crate::stop::Stops;

pub(super) async fn serve(args: SandboxArgs) -> Result<ExitCode, Failure> {
    let console = Console::start(Verbosity::Normal, LogFormat::Text);
    let platform = Platform::new(Faults {
        latency: args.latency,
        error_rate: args.error_rate,
        outage: args.outage,
        answer_429_above: args.answer_429_above,
        know_only: args
            .know_only
            .map(|ids| ids.iter().map(|id| id.trim().to_owned()).collect()),
        seed: args.seed,
    });
    let server = Server::bind(args.port, platform)
        .await
        .with_context(|| {
            format!(
                "cannot listen on port {} of 127.0.0.1: `--port 0` takes a free one",
                args.port
            )
        })
        .map_err(Failure::usage)?;
    let platform = server.platform();
    console.print(&format!(
        "sandbox on http://{address}, until Ctrl-C; in another terminal:\n  \
         RESPONDENT_SYNC_ACCOUNT=1 RESPONDENT_SYNC_WEBHOOK_KEY=sandbox RESPONDENT_SYNC_WEBHOOK_AUTH=sandbox \\\n  \
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
    let platform = platform.lock().unwrap_or_else(PoisonError::into_inner);
    console.print(&(platform.counts() + &platform.holdings()));
    Ok(ExitCode::Success)
}
