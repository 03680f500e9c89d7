//! Asks a host for its front page, to learn whether it can be reached and trusted. Sends no secret, and
//! asks no webhook.

use std::time::{Duration, SystemTime};

use reqwest::Url;
use thiserror::Error;
use tokio::net::lookup_host;
use tokio::time::timeout;

use super::causes::{find, root_cause};
use super::http::Route;

/// Maximum time of each question.
const PATIENCE: Duration = Duration::from_secs(10);

/// An answer of the host, whatever its status.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    /// The host's clock; `None` if the answer does not say it.
    pub(crate) date: Option<SystemTime>,
}

/// Why a host did not answer.
#[derive(Debug, Error)]
pub(crate) enum Unanswered {
    /// Its certificate is not trusted.
    #[error("{0}")]
    Untrusted(String),
    #[error("{0}")]
    Unreached(String),
}

/// Returns how many addresses a name has.
///
/// # Errors
///
/// The reason why it has none, without its name.
pub(crate) async fn addresses(url: &Url) -> Result<usize, String> {
    // The brackets of an IPv6 address are part of the host of a URL alone.
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let port = url.port_or_known_default().unwrap_or_default();
    match timeout(PATIENCE, lookup_host((host, port))).await {
        Ok(Ok(found)) => Ok(found.count()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(late()),
    }
}

/// Asks the host of an address for `/`, by HEAD.
///
/// # Errors
///
/// If there is no answer within ten seconds, or the certificate is not trusted.
pub(crate) async fn front_page(route: &Route, base: &Url) -> Result<Answered, Unanswered> {
    let mut page = base.clone();
    page.set_path("/");
    let client = route.client().timeout(PATIENCE).build();
    let asked = match client {
        Ok(client) => client.head(page).send().await,
        Err(error) => Err(error),
    };
    match asked {
        Ok(answer) => {
            let date = answer.headers().get("date").and_then(|date| date.to_str().ok());
            Ok(Answered {
                status: answer.status().as_u16(),
                date: date.and_then(|date| httpdate::parse_http_date(date).ok()),
            })
        }
        Err(error) => {
            let error = error.without_url();
            Err(match find::<rustls::Error>(&error) {
                Some(rustls::Error::InvalidCertificate(fault)) => Unanswered::Untrusted(fault.to_string()),
                _ if error.is_timeout() => Unanswered::Unreached(late()),
                _ => Unanswered::Unreached(root_cause(&error)),
            })
        }
    }
}

fn late() -> String {
    format!("no answer within {} s", PATIENCE.as_secs())
}
