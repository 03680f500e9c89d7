//! What all HTTP clients of this tool share: trusted authorities, the proxy, HTTP/1.1 only, and no
//! automatic redirects or retries. What to call, and what errors mean, is up to the callers.

use std::sync::Arc;

use hyper::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use reqwest::{Client, ClientBuilder, Proxy, Url};
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;
use thiserror::Error;

use super::causes::root_cause;
use crate::model::is_loopback;

/// Why no client can be built from the settings.
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

/// How an address is reached. Created once per address, since that loads the system's trusted
/// certificates. All clients built from it share their TLS sessions.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    tls: ClientConfig,
    proxy: Option<Via>,
}

/// The proxy of a route.
#[derive(Clone)]
pub(crate) struct Via {
    proxy: Proxy,
    /// The proxy as the environment names it, with its credentials.
    pub(crate) found: Intercept,
    /// The proxy's address without its credentials.
    pub(crate) shown: String,
}

impl std::fmt::Debug for Via {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown)
    }
}

impl Route {
    /// Creates the route to this address. `ca_pem` holds additional trusted authorities.
    pub(crate) fn new(url: &Url, ca_pem: Option<&[u8]>) -> Result<Self, SetupError> {
        let tls = if url.scheme() == "https" {
            trusting(&certificates(ca_pem)?)?
        } else {
            // Loading the system's trust store takes time, and nothing would be verified here.
            trusting_nobody()?
        };
        let proxy = proxy_for(url)?;
        Ok(Self { tls, proxy })
    }

    /// Returns a builder for a client on this route.
    pub(crate) fn client(&self) -> ClientBuilder {
        let builder = Client::builder()
            .user_agent(concat!("respondent-sync/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .http1_only()
            .no_proxy()
            .tls_backend_preconfigured(self.tls.clone());
        match &self.proxy {
            Some(via) => builder.proxy(via.proxy.clone()),
            None => builder,
        }
    }

    /// Returns the proxy; `None` if calls go direct.
    pub(crate) fn proxy(&self) -> Option<&Via> {
        self.proxy.as_ref()
    }

    /// Returns the TLS configuration for the connection to the proxy itself.
    pub(crate) fn proxy_tls(&self) -> ClientConfig {
        let mut tls = self.tls.clone();
        tls.alpn_protocols.clear();
        tls
    }
}

fn certificates(pem: Option<&[u8]>) -> Result<Vec<CertificateDer<'static>>, SetupError> {
    let Some(pem) = pem else { return Ok(Vec::new()) };
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|error| SetupError::CaFile(error.to_string()))?;
    if certificates.is_empty() {
        return Err(SetupError::CaFile(
            "there is no `-----BEGIN CERTIFICATE-----` in it".to_owned(),
        ));
    }
    Ok(certificates)
}

/// Trusts the system's authorities and these.
fn trusting(further: &[CertificateDer<'static>]) -> Result<ClientConfig, SetupError> {
    let provider = Arc::new(ring::default_provider());
    // One by one, since the verifier does not say which certificate it rejected.
    for certificate in further {
        let taken = RootCertStore::empty().add(certificate.clone());
        taken.map_err(|error| SetupError::CaFile(error.to_string()))?;
    }
    let verifier = Verifier::new_with_extra_roots(further.iter().cloned(), Arc::clone(&provider))
        .map_err(|error| SetupError::Client(error.to_string()))?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| SetupError::Client(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(speaking_http_1(config))
}

fn trusting_nobody() -> Result<ClientConfig, SetupError> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| SetupError::Client(error.to_string()))?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    Ok(speaking_http_1(config))
}

fn speaking_http_1(mut config: ClientConfig) -> ClientConfig {
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config
}

/// Rejects a proxy variable without a usable address: calls would bypass the proxy.
fn check_proxies(base: &Uri) -> Result<(), SetupError> {
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        let value = std::env::var(name).unwrap_or_default();
        let is_usable = || {
            Matcher::builder()
                .all(value.as_str())
                .build()
                .intercept(base)
                .is_some()
        };
        if !value.trim().is_empty() && !is_usable() {
            // Not quoted: it may contain a password.
            return Err(SetupError::Proxy(format!(
                "{name} holds no address of a proxy: write it like `http://proxy.example:3128`"
            )));
        }
    }
    Ok(())
}

/// Returns the proxy that the environment names for this address (`HTTPS_PROXY`, `ALL_PROXY`,
/// `NO_PROXY`). Only for `https`, and never for loopback ([rule 9](crate::rules#rule-9)).
fn proxy_for(url: &Url) -> Result<Option<Via>, SetupError> {
    if url.scheme() != "https" || is_loopback(url) {
        return Ok(None);
    }
    let base: Option<Uri> = url
        .host_str()
        .and_then(|host| format!("https://{host}/").parse().ok());
    let Some(base) = base else { return Ok(None) };
    let Some(found) = Matcher::from_env().intercept(&base) else {
        return check_proxies(&base).map(|()| None);
    };
    let shown = found.uri().to_string();
    // Not quoted: a text that cannot be parsed may contain a password.
    let fault = |error: reqwest::Error| {
        SetupError::Proxy(format!(
            "HTTPS_PROXY or ALL_PROXY holds no address of a proxy ({}): write it like `http://proxy.example:3128`",
            root_cause(&error.without_url())
        ))
    };
    if !matches!(found.uri().scheme_str(), Some("http" | "https")) {
        return Err(SetupError::Proxy(format!(
            "{shown}: name an `http` or `https` proxy, no other kind is supported"
        )));
    }
    let mut proxy = Proxy::all(&shown).map_err(fault)?;
    if let Some(credentials) = found.basic_auth() {
        proxy = proxy.custom_http_auth(credentials.clone());
    }
    Ok(Some(Via { proxy, found, shown }))
}
