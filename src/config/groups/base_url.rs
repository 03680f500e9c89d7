//! Checks the platform's address before secrets are appended to it. Pure.

use anyhow::{Result, ensure};
use url::Url;

use crate::model::is_loopback;

/// Parses a base address. It must be `https`, or `http` to this machine or with `--allow-http`. It
/// must not contain credentials, a query or a webhook's path.
pub(in crate::config) fn parse(text: &str, allow_http: bool) -> Result<Url> {
    let text = text.trim();
    let shape = "write it like `https://www.webankieta.pl`";
    let Ok(url) = Url::parse(text) else {
        anyhow::bail!("`--base-url` is not an address: {shape}")
    };
    ensure!(
        !is_webhook(&url),
        "`--base-url` holds the whole webhook address: give its beginning alone ({shape}), and the account and the \
         secrets in their variables"
    );
    ensure!(
        url.username().is_empty() && url.password().is_none(),
        "`--base-url` holds a user or a password: {shape}"
    );
    ensure!(
        url.query().is_none() && url.fragment().is_none(),
        "`--base-url` holds a query or a fragment: {shape}"
    );
    ensure!(
        matches!(url.scheme(), "https" | "http"),
        "`--base-url` is neither `https` nor `http`: {shape}"
    );
    ensure!(url.has_host(), "`--base-url` names no host: {shape}");
    ensure!(
        url.scheme() == "https" || allow_http || is_loopback(&url),
        "`--base-url` is `http`, so everyone on the network path could read the secrets and the labels: use `https`, or \
         `--allow-http` if you must"
    );
    Ok(url)
}

/// Returns the address without its path. The path may be that of a webhook, pasted with its
/// secrets.
pub(in crate::config) fn origin(text: &str) -> String {
    match parse(text, true) {
        Ok(url) if url.path() == "/" => text.trim().to_owned(),
        Ok(url) => format!("{}/…", url.origin().ascii_serialization()),
        Err(_) => "…".to_owned(),
    }
}

/// Whether the address is that of a webhook, in any letter case and with any percent-encoding.
fn is_webhook(url: &Url) -> bool {
    let path = form_urlencoded::parse(url.path().replace('+', "%2B").as_bytes())
        .flat_map(|(key, value)| [key, value])
        .collect::<String>()
        .to_lowercase();
    path.contains("webhooks") || path.contains("update-respondent")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_not_shown() {
        for (text, shown) in [
            ("https://www.webankieta.pl", "https://www.webankieta.pl"),
            ("http://127.0.0.1:80/", "http://127.0.0.1:80/"),
            ("https://x.example/1/key/auth/", "https://x.example/…"),
            ("https://x.example/webhooks/1/key", "…"),
            ("https://u:p@x.example", "…"),
        ] {
            assert_eq!(origin(text), shown);
        }
    }

    #[test]
    fn https_everywhere_http_at_home() {
        for good in [
            "https://www.webankieta.pl",
            "https://x.example/prefix/",
            "http://127.0.0.1:8080",
            "http://[::1]:1",
            "http://localhost",
        ] {
            assert!(parse(good, false).is_ok(), "{good}");
        }
        for bad in [
            "",
            "www.webankieta.pl",
            "ftp://x.example",
            "http://x.example",
            "https://u:p@x.example",
            "https://x.example?a=b",
            "https://x.example/webhooks/1/k/a/update-respondent",
            "https://x.example/Webhooks/1/k/a",
            "https://x.example/%77ebhooks/1/k/a",
            "https://x.example/1/k/a/Update-Respondent",
        ] {
            let error = parse(bad, false).unwrap_err().to_string();
            assert!(
                !error.contains("u:p") && !error.contains("/k/a"),
                "echoes nothing: {error}"
            );
        }
        assert!(parse("http://x.example", true).is_ok());
    }
}
