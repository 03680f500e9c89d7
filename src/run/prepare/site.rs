//! The platform that a run calls: the real one, or the embedded one, started for the length of the run.

use std::sync::{Arc, Mutex, PoisonError};

use url::Url;

use crate::config::{Destination, sandbox_credentials};
use crate::model::Endpoint;
use crate::report::Console;
use crate::run::Failure;
use crate::sandbox::{Faults, Platform, Server};
use crate::state::Account;

/// Where the calls of a run go.
pub(in crate::run) struct Site {
    /// Whose surveys the calls are for.
    pub(in crate::run) account: Account,
    pub(in crate::run) endpoint: Endpoint,
    sandbox: Option<Arc<Mutex<Platform>>>,
}

impl Site {
    /// Starts the embedded platform, if it is the one to be called.
    pub(in crate::run) async fn open(destination: &Destination) -> Result<Self, Failure> {
        let (base, credentials, sandbox) = match destination {
            Destination::Platform { base, credentials } => (base.clone(), credentials.clone(), None),
            Destination::Sandbox => {
                let (base, platform) = start_sandbox().await?;
                (base, sandbox_credentials(), Some(platform))
            }
        };
        Ok(Self {
            endpoint: Endpoint::new(&base, &credentials),
            account: Account {
                base_url: base.to_string(),
                account: credentials.account,
            },

            sandbox,
        })
    }

    pub(in crate::run) fn is_sandbox(&self) -> bool {
        self.sandbox.is_some()
    }

    /// Says what the sandbox holds, without anybody's data ([rule 12](crate::rules#rule-12)).
    pub(in crate::run) fn describe_sandbox(&self, console: &Console) {
        let Some(platform) = self.sandbox.as_ref().filter(|_| !console.is_quiet()) else {
            return;
        };
        console.say(&platform.lock().unwrap_or_else(PoisonError::into_inner).counts());
    }
}

async fn start_sandbox() -> Result<(Url, Arc<Mutex<Platform>>), Failure> {
    let fault =
        |error: std::io::Error| Failure::usage(anyhow::Error::new(error).context("cannot start the sandbox"));
    let server = Server::bind(0, Platform::new(Faults::none()))
        .await
        .map_err(fault)?;
    let platform = server.platform();
    let base = Url::parse(&format!("http://{}", server.address())).map_err(Failure::usage)?;
    tokio::spawn(server.serve(Arc::new(|line: &str| {
        tracing::trace!(event = "sandbox_call", "sandbox: {}", without_values(line));
    })));
    Ok((base, platform))
}

/// Cells are never logged: of a call's line only its end is.
fn without_values(line: &str) -> &str {
    line.rsplit_once(" → ").map_or("", |(_, answer)| answer)
}
