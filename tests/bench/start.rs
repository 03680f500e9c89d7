//! How long after its start the tool makes its first call.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use tokio::time::Instant;
use tokio_rustls::rustls::{self, pki_types::PrivateKeyDer};

use crate::client::{median, remove_outputs, tool};
use crate::server::{Manner, Server};
use crate::{input, tell};

const RUNS: usize = 11;

/// A small file over plain HTTP, and over TLS with the system's trust store.
pub(crate) fn measure(folder: &Path) -> Result<()> {
    input::write(folder, 10, input::sent)?;
    let plain = Server::start(Manner {
        stamps: true,
        ..Manner::default()
    })?;
    let base = format!("http://{}", plain.address);
    let milliseconds = until_first_call(folder, &plain, &base)?;
    tell("from start to first call, HTTP", &format!("{milliseconds:.1} ms"));

    let (config, pem) = certificate()?;
    std::fs::write(folder.join("ca.pem"), pem)?;
    let secure = Server::start(Manner {
        stamps: true,
        tls: Some(config),
        ..Manner::default()
    })?;
    let base = format!("https://localhost:{} --ca-file ca.pem", secure.address.port());
    let milliseconds = until_first_call(folder, &secure, &base)?;
    tell(
        "from start to first call, HTTPS",
        &format!("{milliseconds:.1} ms"),
    );
    Ok(())
}

fn until_first_call(folder: &Path, server: &Server, base: &str) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        remove_outputs(folder);
        let arguments = format!("run in.csv -q --survey 7 --rate unlimited --base-url {base}");
        let started = Instant::now();
        let ended = tool(folder).args(arguments.split(' ')).status()?;
        anyhow::ensure!(ended.success(), "{arguments} ended with {ended}");
        let stamps = server.seen.take_stamps();
        let first = stamps.first().context("no call came")?;
        times.push((*first - started).as_secs_f64() * 1e3);
    }
    Ok(median(times))
}

/// A server's settings with a certificate for `localhost` that nobody trusts, and its PEM.
fn certificate() -> Result<(Arc<rustls::ServerConfig>, String)> {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).map_err(anyhow::Error::msg)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok((Arc::new(config), certified.cert.pem()))
}
