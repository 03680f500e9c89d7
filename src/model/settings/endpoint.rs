//! The address of the webhook. Both of the platform's secrets are part of its path, so the whole address is a
//! secret: it cannot be printed, logged or serialised by mistake, because the type offers no way to.
//!
//! This is the one place that builds the URL. Only `send/wire/transport.rs` looks at it.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

use crate::model::text::redaction::{Secrets, WITHHELD};

/// How the parameters travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// In the body. Labels are personal data and do not belong in access logs.
    Post,
    /// In the query.
    Get,
}

/// What the platform knows its user by.
#[derive(Clone)]
pub(crate) struct Credentials {
    /// The account's number. Not a secret on its own, but kept with the two that are.
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
    /// What no text that is shown may hold.
    secrets: Secrets,
}

impl Endpoint {
    /// `base` must have a host and no query, which `config/groups/base_url.rs` has checked.
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

    /// The whole address. For the transport alone.
    pub(crate) fn expose_url(&self) -> &str {
        self.url.expose_secret()
    }

    /// The host and, where it is not the usual one, the port: what may be shown.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// How many bytes of a request's target the path takes.
    pub(crate) fn target_len(&self) -> usize {
        self.target_len
    }

    /// The text, or a word that it is not shown: an answer may quote the address it was called by, in other spellings too.
    pub(crate) fn without_secrets(&self, text: String) -> String {
        if self.secrets.are_in(&text) {
            return WITHHELD.to_owned();
        }
        text
    }
}

/// The host of a base address with its port, if one is given.
fn host_of(base: &Url) -> String {
    let host = base.host_str().unwrap_or_default();
    match base.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Whether an address is this machine's own, so that nothing that is sent to it leaves the machine.
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
