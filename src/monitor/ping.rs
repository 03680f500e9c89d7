//! Reports the start and the end of a run to a dead man's switch, which notices a run that never
//! started.
//!
//! Source: Healthchecks.io, "Pinging API": `<url>/start`, then `<url>/<exit code>` with up to 100
//! kB of text as the body, both with the run's id as `rid`, a UUID. A monitor that is down costs a
//! warning and at most [`PATIENCE`], never the result.

use std::io;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use reqwest::{Client, Url};
use tokio::time::{sleep, timeout};

use crate::model::{is_loopback, to_uuid};
use crate::system::causes::{find, root_cause};
use crate::system::http::Route;

/// Maximum time for one report, including all attempts and pauses.
const PATIENCE: Duration = Duration::from_secs(10);

/// Maximum time for one attempt.
const ATTEMPT: Duration = Duration::from_secs(4);

/// The protocol's word for a start.
const START: &str = "start";

/// Pause before a retry.
const PAUSE: Duration = Duration::from_secs(1);

/// Maximum attempts without a connection, a failure that shows at once: a monitor being restarted
/// is back by the second attempt, a wrong address stays wrong.
const MAX_UNCONNECTED: u32 = 2;

/// Maximum body size of the protocol, in bytes.
const MAX_BODY_BYTES: usize = 100_000;

/// The check of one run at the monitor. Its address is secret: anyone who knows it can report
/// success.
#[derive(Clone)]
pub(crate) struct Healthcheck {
    client: Client,
    url: Url,
    /// The run's id as the monitor takes it.
    rid: String,
}

impl Healthcheck {
    /// Creates a client. `ca_pem` holds additional trusted authorities. Errors never show the
    /// address.
    pub(crate) fn new(address: &str, run_id: &str, ca_pem: Option<&[u8]>) -> Result<Self> {
        let url = parse(address)?;
        let client = Route::new(&url, ca_pem)?.client().timeout(ATTEMPT).build();
        let client =
            client.map_err(|error| anyhow!("no client for `--healthcheck-url`: {}", root_cause(&error)))?;
        Ok(Self {
            client,
            url,
            rid: to_uuid(run_id),
        })
    }

    /// Checks an address without creating a client. Errors never show the address.
    pub(crate) fn check_address(address: &str) -> Result<()> {
        parse(address).map(drop)
    }

    /// Reports the start of the run.
    pub(crate) async fn start(&self) {
        self.tell(START, String::new()).await;
    }

    /// Reports the end of the run, with the exit code and a text; longer texts are cut.
    pub(crate) async fn finish(&self, exit_code: u8, mut text: String) {
        text.truncate(text.floor_char_boundary(MAX_BODY_BYTES));
        self.tell(&exit_code.to_string(), text).await;
    }

    async fn tell(&self, what: &str, text: String) {
        let mut last = "no answer".to_owned();
        let told = timeout(PATIENCE, self.until_heard(what, &text, &mut last)).await;
        let told = told.unwrap_or_else(|_| Err(anyhow!("{last} within {} s", PATIENCE.as_secs())));
        if let Err(error) = told {
            tracing::warn!(
                target: "respondent_sync::loud", event = "monitor_not_told",
                "the monitor at {} was not told of the run's {}: {error:#}",
                self.server(),
                if what == START { "start" } else { "end" }
            );
        }
    }

    /// Sends a report, with retries if the monitor could not be reached or failed. `last` is set to
    /// the latest failure.
    async fn until_heard(&self, what: &str, text: &str, last: &mut String) -> Result<()> {
        let mut unconnected = 0;
        loop {
            let request = self.client.post(self.address(what)?).body(text.to_owned());
            let reason = match request.send().await.map(|answer| answer.status()) {
                Ok(status) if status.is_success() => return Ok(()),
                Ok(status) if !status.is_server_error() => return Err(anyhow!("it answered {status}")),
                Ok(status) => {
                    *last = format!("it answered {status}, and nothing better");
                    format!("it answered {status}")
                }
                Err(error) if error.is_timeout() => format!("no answer within {} s", ATTEMPT.as_secs()),
                Err(error) => {
                    let reason = fault(&error.without_url());
                    unconnected += u32::from(reason.is_unconnected);
                    if unconnected == MAX_UNCONNECTED {
                        return Err(anyhow!(reason.words));
                    }
                    *last = format!("{}, and no answer", reason.words);
                    reason.words
                }
            };
            tracing::debug!(
                event = "monitor_again",
                "the monitor was not told ({reason}): again"
            );
            sleep(PAUSE).await;
        }
    }

    /// Returns the part of the address that may be shown.
    fn server(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        match self.url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    fn address(&self, what: &str) -> Result<Url> {
        let mut url = self.url.clone();
        url.path_segments_mut()
            .map_err(|()| anyhow!("its address takes no path"))
            .context("`--healthcheck-url`")?
            .pop_if_empty()
            .push(what);
        url.query_pairs_mut().append_pair("rid", &self.rid);
        Ok(url)
    }
}

fn parse(address: &str) -> Result<Url> {
    let shape = "write it like `https://hc-ping.com/…`";
    let url =
        Url::parse(address.trim()).map_err(|_| anyhow!("`--healthcheck-url` is no address: {shape}"))?;
    ensure!(
        url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url),
        "`--healthcheck-url` is not `https`, so everyone on the network path could read it: {shape}"
    );
    ensure!(url.has_host(), "`--healthcheck-url` names no host: {shape}");
    Ok(url)
}

/// Why an attempt got no answer.
struct Fault {
    words: String,
    /// No connection could be opened.
    is_unconnected: bool,
}

fn fault(error: &reqwest::Error) -> Fault {
    let refused =
        find::<io::Error>(error).is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused);
    Fault {
        words: if refused {
            "the connection was refused: does it run, and is the port right?".to_owned()
        } else {
            root_cause(error)
        },
        is_unconnected: error.is_connect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_the_protocols() {
        rustls::crypto::ring::default_provider().install_default().ok();
        let id = "6b0cf8a0-5b6a-4a3b-8f53-0c6a3e4f2b11";
        let check = |url: &str| Healthcheck::new(url, id, None).unwrap();
        for (url, expected) in [
            ("http://127.0.0.1/abc", "http://127.0.0.1/abc/start?rid="),
            ("http://127.0.0.1/abc/", "http://127.0.0.1/abc/start?rid="),
            (
                "http://127.0.0.1/key/slug?create=1",
                "http://127.0.0.1/key/slug/start?create=1&rid=",
            ),
        ] {
            let address = check(url).address("start").unwrap();
            assert_eq!(address.as_str(), format!("{expected}{id}"));
        }
        for wrong in [
            "",
            "hc-ping.com/CANARY",
            "http://hc-ping.com/CANARY",
            "ftp://x/CANARY",
        ] {
            let error = Healthcheck::new(wrong, "1", None).err().unwrap().to_string();
            assert!(!error.contains("CANARY"), "{error}");
        }
    }
}
