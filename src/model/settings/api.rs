//! The platform's REST API v2: its addresses and its key. Reading only; nothing is ever changed
//! through it.
//!
//! Source: the vendor's pages "REST API v2", "Respondents" and "Surveys", which were not tried
//! against the live service.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};
use url::{Host, Url};

use super::endpoint::is_loopback;

/// Entries asked for per page, the maximum that the API documents.
pub(crate) const PAGE_ENTRIES: u64 = 1_000;

/// The key of the API: what the vendor's settings page calls key and secret.
#[derive(Clone)]
pub(crate) struct ApiCredentials {
    pub(crate) client_id: SecretString,
    pub(crate) client_secret: SecretString,
}

impl fmt::Debug for ApiCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiCredentials(…)")
    }
}

/// Where the API is, and the key to it.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    base: Url,
    token: Url,
    pub(crate) credentials: ApiCredentials,
}

impl Api {
    /// Creates the addresses. `base` is that of the webhook; `token` is where tokens are asked for,
    /// by default [`Self::usual_token_url`].
    pub(crate) fn new(base: &Url, token: Option<Url>, credentials: ApiCredentials) -> Self {
        Self {
            base: base.clone(),
            token: token.unwrap_or_else(|| Self::usual_token_url(base)),
            credentials,
        }
    }

    /// Returns where the vendor gives tokens: `https://auth.webankieta.pl/token` for
    /// `https://www.webankieta.pl`, and `<base>/token` on this machine.
    pub(crate) fn usual_token_url(base: &Url) -> Url {
        let mut url = base.clone();
        match base.host() {
            Some(Host::Domain(name)) if !is_loopback(base) => {
                let name = format!("auth.{}", name.strip_prefix("www.").unwrap_or(name));
                // A name that was valid with `www.` is valid with `auth.`.
                url.set_host(Some(&name)).ok();
                url.set_path("/token");
            }
            _ => push(&mut url, &["token"]),
        }
        url
    }

    /// Returns where tokens are asked for.
    pub(crate) fn token_url(&self) -> &Url {
        &self.token
    }

    /// Returns the address whose host answers all other calls.
    pub(crate) fn base(&self) -> &Url {
        &self.base
    }

    /// Returns the address of a page of a survey's respondents, from an offset on.
    pub(crate) fn respondents(&self, survey: &str, offset: u64) -> Url {
        self.page(&["respondents", survey], PAGE_ENTRIES, offset)
    }

    /// Returns the address of a survey's first respondent alone.
    pub(crate) fn first_respondent(&self, survey: &str) -> Url {
        self.page(&["respondents", survey], 1, 0)
    }

    /// Returns the address of a page of the account's surveys, from an offset on.
    pub(crate) fn surveys(&self, offset: u64) -> Url {
        self.page(&["surveys"], PAGE_ENTRIES, offset)
    }

    fn page(&self, resource: &[&str], limit: u64, offset: u64) -> Url {
        let mut url = self.base.clone();
        push(&mut url, &["api", "v2"]);
        push(&mut url, resource);
        url.query_pairs_mut()
            .append_pair("limit", &limit.to_string())
            .append_pair("offset", &offset.to_string());
        url
    }

    /// Returns the body of the question for a token (RFC 6749, 4.4.2).
    pub(crate) fn token_form(&self) -> SecretString {
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", self.credentials.client_id.expose_secret())
            .append_pair("client_secret", self.credentials.client_secret.expose_secret())
            .append_pair("scope", "v2-all")
            .finish();
        SecretString::from(form)
    }
}

fn push(url: &mut Url, segments: &[&str]) {
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api(base: &str) -> Api {
        let secret = |text: &str| SecretString::from(text.to_owned());
        let credentials = ApiCredentials {
            client_id: secret("id&1"),
            client_secret: secret("s=2"),
        };
        Api::new(&Url::parse(base).unwrap(), None, credentials)
    }

    #[test]
    fn the_addresses_are_the_vendors() {
        for (base, token) in [
            ("https://www.webankieta.pl", "https://auth.webankieta.pl/token"),
            (
                "https://www.startquestion.com/",
                "https://auth.startquestion.com/token",
            ),
            ("https://webankieta.pl/x/", "https://auth.webankieta.pl/token"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/token"),
            ("http://localhost:1/p/", "http://localhost:1/p/token"),
        ] {
            assert_eq!(api(base).token_url().as_str(), token);
        }
        let api = api("https://www.webankieta.pl");
        assert_eq!(
            api.respondents("399793", 2_000).as_str(),
            "https://www.webankieta.pl/api/v2/respondents/399793?limit=1000&offset=2000"
        );
        assert_eq!(
            api.first_respondent("399793").as_str(),
            "https://www.webankieta.pl/api/v2/respondents/399793?limit=1&offset=0"
        );
        assert_eq!(
            api.surveys(0).as_str(),
            "https://www.webankieta.pl/api/v2/surveys?limit=1000&offset=0"
        );
    }

    #[test]
    fn the_key_is_shown_nowhere_and_sent_encoded() {
        let api = api("https://www.webankieta.pl");
        assert!(!format!("{api:?}").contains("id&1"));
        assert_eq!(
            api.token_form().expose_secret(),
            "grant_type=client_credentials&client_id=id%261&client_secret=s%3D2&scope=v2-all"
        );
    }
}
