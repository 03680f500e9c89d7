//! What all HTTP clients of this tool have in common: whom they trust, which proxy they go through, and that they follow
//! nothing and repeat nothing by themselves. What is called, and what errors mean, is their users' business.

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::{Client, ClientBuilder, Proxy, Url};
use thiserror::Error;

use crate::causes::root_cause;
use crate::model::is_loopback;

/// Why no client can be made of the settings.
#[derive(Debug, Error)]
pub(crate) enum SetupError {
    #[error("`--ca-file` holds no certificate that can be read: {0}")]
    CaFile(String),
    #[error("the proxy from the environment cannot be used: {0}")]
    Proxy(String),
    #[error(
        "no HTTPS client can be made: {0}; are the system's trusted certificates installed? (`--ca-file` names others)"
    )]
    Client(String),
}

/// A client for this address, and the proxy that it goes through, without its credentials. `ca_pem` holds further trusted
/// authorities.
pub(crate) fn client(
    url: &Url,
    ca_pem: Option<&[u8]>,
) -> Result<(ClientBuilder, Option<String>), SetupError> {
    let mut builder = Client::builder()
        .user_agent(concat!("respondent-sync/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .http1_only()
        .no_proxy();
    builder = if url.scheme() == "https" {
        builder.tls_certs_merge(certificates(ca_pem)?)
    } else {
        // Loading the system's trust store costs time, and nothing here would be checked against it.
        builder.tls_certs_only([])
    };
    let Some((proxy, shown)) = proxy_for(url)? else {
        return Ok((builder, None));
    };
    Ok((builder.proxy(proxy), Some(shown)))
}

fn certificates(pem: Option<&[u8]>) -> Result<Vec<reqwest::Certificate>, SetupError> {
    let Some(pem) = pem else { return Ok(Vec::new()) };
    let certificates = reqwest::Certificate::from_pem_bundle(pem)
        .map_err(|error| SetupError::CaFile(root_cause(&error.without_url())))?;
    if certificates.is_empty() {
        return Err(SetupError::CaFile(
            "there is no `-----BEGIN CERTIFICATE-----` in it".to_owned(),
        ));
    }
    Ok(certificates)
}

/// The proxy that the environment names for this address (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`), and what of it may
/// be shown. For `https` only, and never for loopback (design, rule 9).
fn proxy_for(url: &Url) -> Result<Option<(Proxy, String)>, SetupError> {
    if url.scheme() != "https" || is_loopback(url) {
        return Ok(None);
    }
    let base = url
        .host_str()
        .and_then(|host| format!("https://{host}/").parse().ok());
    let Some(found) = base.and_then(|base| Matcher::from_env().intercept(&base)) else {
        return Ok(None);
    };
    let shown = found.uri().to_string();
    let fault =
        |error: reqwest::Error| SetupError::Proxy(format!("{shown}: {}", root_cause(&error.without_url())));
    if !matches!(found.uri().scheme_str(), Some("http" | "https")) {
        return Err(SetupError::Proxy(format!(
            "{shown}: name an `http` or `https` proxy, no other kind is supported"
        )));
    }
    let mut proxy = Proxy::all(&shown).map_err(fault)?;
    if let Some(credentials) = found.basic_auth() {
        proxy = proxy.custom_http_auth(credentials.clone());
    }
    Ok(Some((proxy, shown)))
}
