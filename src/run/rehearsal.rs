//! `run --sandbox`: the platform in small inside this process, for the length of one run.

use std::sync::{Arc, Mutex, PoisonError};

use url::Url;

use super::Failure;
use crate::report::Console;
use crate::sandbox::{Faults, Platform, Server};

/// The platform in small inside this process.
pub(super) struct Sandbox {
    pub(super) base: Url,
    platform: Arc<Mutex<Platform>>,
}

impl Sandbox {
    pub(super) async fn start() -> Result<Self, Failure> {
        let fault = |error: std::io::Error| {
            Failure::usage(anyhow::Error::new(error).context("cannot start the sandbox"))
        };
        let server = Server::bind(0, Platform::new(Faults::none()))
            .await
            .map_err(fault)?;
        let platform = server.platform();
        let base = Url::parse(&format!("http://{}", server.address())).map_err(Failure::usage)?;
        tokio::spawn(server.serve(Arc::new(|line: &str| {
            tracing::trace!(event = "sandbox_call", "sandbox: {}", without_values(line));
        })));
        Ok(Self { base, platform })
    }

    /// Says what it holds, without anybody's data (design, rule 12).
    pub(super) fn tell(self, console: &Console) {
        if !console.is_quiet() {
            console.say(
                &self
                    .platform
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .counts(),
            );
        }
    }
}

/// Cells are never logged: of a call's line only its end is.
fn without_values(line: &str) -> &str {
    line.rsplit_once(" → ").map_or("", |(_, answer)| answer)
}
