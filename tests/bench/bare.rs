//! The HTTP client that the tool is built on, alone: one fixed call repeated on one thread, without
//! a file, a rate or verdicts. The tool's cost beyond this is its own.

use std::time::Duration;

use anyhow::{Context, Result};
use reqwest::{Client, Method, Request, Url};
use tokio::task::JoinSet;

/// Makes `calls` calls over `connections` connections and prints calls per second.
pub(crate) fn run(url: &str, calls: u32, connections: u32) -> Result<()> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(make_calls(url.parse()?, calls, connections))
}

async fn make_calls(url: Url, calls: u32, connections: u32) -> Result<()> {
    // No trust store is loaded, but a provider must be installed.
    rustls::crypto::ring::default_provider()
        .install_default()
        .ok()
        .context("a provider was there before")?;
    let client = Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .tls_certs_only([])
        .build()?;
    let started = tokio::time::Instant::now();
    let mut in_flight = JoinSet::new();
    for made in 0..calls {
        if made >= connections {
            in_flight.join_next().await.context("none in flight")????;
        }
        in_flight.spawn(tokio::time::timeout(
            Duration::from_secs(30),
            call(client.clone(), url.clone()),
        ));
    }
    while let Some(ended) = in_flight.join_next().await {
        ended???;
    }
    let seconds = started.elapsed().as_secs_f64();
    println!("Requests/sec: {}", f64::from(calls) / seconds);
    Ok(())
}

async fn call(client: Client, url: Url) -> Result<()> {
    let mut request = Request::new(Method::POST, url);
    let form = reqwest::header::HeaderValue::from_static(crate::peers::FORM);
    request.headers_mut().insert(reqwest::header::CONTENT_TYPE, form);
    *request.body_mut() = Some(crate::peers::BODY.into());
    client.execute(request).await?.bytes().await?;
    Ok(())
}
