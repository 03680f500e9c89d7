//! The platform that a run calls: the real one, or the embedded one, which is started for the
//! duration of the run.

use std::sync::{Arc, Mutex, PoisonError};

use url::Url;

use crate::config::{Destination, sandbox_credentials};
use crate::model::{Endpoint, Message};
use crate::report::Console;
use crate::run::Failure;
use crate::sandbox::{Faults, Platform, Server};
use crate::state::Account;

/// The destination of a run's calls.
pub(in crate::run) struct Site {
    /// The account whose surveys are called.
    pub(in crate::run) account: Account,
    pub(in crate::run) endpoint: Endpoint,
    pub(in crate::run) base: Url,
    sandbox: Option<Arc<Mutex<Platform>>>,
}

impl Site {
    /// Starts the embedded platform if the run is a rehearsal.
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
            base: base.clone(),
            account: Account {
                base_url: base.to_string(),
                account: credentials.account,
            },

            sandbox,
        })
    }

    /// Whether this is the embedded platform.
    pub(in crate::run) fn is_sandbox(&self) -> bool {
        self.sandbox.is_some()
    }

    /// Puts a respondent on the sandbox's mailing list.
    pub(in crate::run) fn seed(&self, survey: &str, id: &str, email: &str) {
        if let Some(platform) = &self.sandbox {
            let mut platform = platform.lock().unwrap_or_else(PoisonError::into_inner);
            platform.seed(survey, id, email, &[]);
        }
    }

    /// Reports what the sandbox holds, without personal data ([rule 12](crate::rules#rule-12)).
    pub(in crate::run) fn describe_sandbox(&self, console: &Console) {
        let Some(platform) = self.sandbox.as_ref().filter(|_| !console.is_quiet()) else {
            return;
        };
        let taken = platform.lock().unwrap_or_else(PoisonError::into_inner).counts();
        let counts = Message::new(|words| words.sandbox_took(&taken));
        console.say(&format!("{}\n", counts.text(console.lang())));
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

/// Returns the end of a call's line, because cells are never logged.
fn without_values(line: &str) -> &str {
    line.rsplit_once(" → ").map_or("", |(_, answer)| answer)
}
