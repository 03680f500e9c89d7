//! The address of the webhook. Both of the platform's secrets are in its path, so the whole address
//! is secret. The type has no way to print, log or serialise it by mistake.
//!
//! This is the only place that builds the URL. Only `send/wire/transport.rs` reads it.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

use crate::model::text::redaction::{Secrets, WITHHELD};

/// How the parameters are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// In the body. Labels are personal data and do not belong in access logs.
    Post,
    /// In the query.
    Get,
}

/// The credentials of a platform account.
#[derive(Clone)]
pub(crate) struct Credentials {
    /// The account's id. Not a secret by itself, but kept with the two that are.
    pub(crate) account: String,
    pub(crate) webhook_key: SecretString,
    pub(crate) webhook_auth: SecretString,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}

/// The webhook's address, `{base}/webhooks/{account}/{key}/{auth}/update-respondent`.
#[derive(Clone)]
pub(crate) struct Endpoint {
    url: SecretString,
    host: String,
    target_len: usize,
    /// Secrets that no shown text may contain.
    secrets: Secrets,
}

impl Endpoint {
    /// Builds the address. `base` must have a host and no query; `config/groups/base_url.rs` checks
    /// that.
    pub(crate) fn new(base: &Url, credentials: &Credentials) -> Self {
        let mut url = base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend([
                "webhooks",
                credentials.account.as_str(),
                credentials.webhook_key.expose_secret(),
                credentials.webhook_auth.expose_secret(),
                "update-respondent",
            ]);
        }
        Self {
            host: host_of(base),
            target_len: url.path().len(),
            secrets: Secrets::new(&[
                credentials.webhook_key.expose_secret(),
                credentials.webhook_auth.expose_secret(),
            ]),
            url: SecretString::from(String::from(url)),
        }
    }

    /// Returns the whole address. Only for the transport.
    pub(crate) fn expose_url(&self) -> &str {
        self.url.expose_secret()
    }

    /// Returns the host and, if it is not the default, the port. May be shown.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Returns the bytes that the path takes of a request's target.
    pub(crate) fn target_len(&self) -> usize {
        self.target_len
    }

    /// Returns the text, or a placeholder if it contains a secret. An answer may quote the address
    /// of the call, in other encodings, too.
    pub(crate) fn without_secrets(&self, text: String) -> String {
        if self.secrets.are_in(&text) {
            return WITHHELD.to_owned();
        }
        text
    }
}

/// Returns the host of a base address, with its port if one is given.
fn host_of(base: &Url) -> String {
    let host = base.host_str().unwrap_or_default();
    match base.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Whether an address is the local machine's, so that nothing sent to it leaves the machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({}/…)", self.host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(base: &str) -> Endpoint {
        let credentials = Credentials {
            account: "387487".to_owned(),
            webhook_key: SecretString::from("TUwNjNDg3M".to_owned()),
            webhook_auth: SecretString::from("84b7 50d6".to_owned()),
        };
        Endpoint::new(&Url::parse(base).unwrap(), &credentials)
    }

    #[test]
    fn the_path_is_the_vendors() {
        let cases = ["https://www.webankieta.pl", "https://www.webankieta.pl/"];
        for base in cases {
            assert_eq!(
                endpoint(base).expose_url(),
                "https://www.webankieta.pl/webhooks/387487/TUwNjNDg3M/84b7%2050d6/update-respondent"
            );
        }
        assert_eq!(
            endpoint("http://127.0.0.1:8080/proxy/").expose_url(),
            "http://127.0.0.1:8080/proxy/webhooks/387487/TUwNjNDg3M/84b7%2050d6/update-respondent"
        );
    }

    #[test]
    fn printing_shows_the_host_alone() {
        assert_eq!(
            format!("{:?}", endpoint("http://127.0.0.1:8080")),
            "Endpoint(127.0.0.1:8080/…)"
        );
    }

    #[test]
    fn a_text_that_quotes_a_secret_is_not_shown() {
        let shown = |text: &str| endpoint("https://a.example").without_secrets(text.to_owned());
        let quoted = endpoint("https://a.example").expose_url().to_owned();
        assert_eq!(shown(&quoted), WITHHELD);
        for form in ["84b7 50d6", "84b7+50d6", "84b7%2050d6", "TUWNJNDG3M"] {
            assert_eq!(shown(&format!("not known: {form}")), WITHHELD);
        }
        assert_eq!(shown("not known: 387487"), "not known: 387487");
    }
}
