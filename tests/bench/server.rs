//! A platform that is faster than every client: hyper on one thread, one answer, over HTTP/1.1,
//! with TLS or without. It counts connections and calls and records when each call arrived. Faults
//! are left to the scripted platform in `tests/it/support/fake.rs`.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{self, pki_types::PrivateKeyDer};

/// The vendor's documented answer.
const ANSWER: &str = r#"{"type":"success","msg":"Respondent has been updated on the survey's mailing list"}"#;

/// How the server answers.
#[derive(Clone, Default)]
pub(crate) struct Manner {
    /// Each answer takes the first duration, plus or minus up to the second.
    pub(crate) delay: Option<(Duration, Duration)>,
    /// Whether each connection is closed after its first answer.
    pub(crate) closes: bool,
    /// The respondent that is never answered.
    pub(crate) hangs: Option<u32>,
    /// TLS handshakes wait until this time after the first connection.
    pub(crate) stalls: Option<Duration>,
    /// Maximum open connections. Further ones are closed at once.
    pub(crate) most: Option<usize>,
    /// Whether to record when each call arrived.
    pub(crate) stamps: bool,
    pub(crate) tls: Option<Arc<rustls::ServerConfig>>,
}

/// Creates a server configuration with an untrusted certificate for `localhost`, and returns the
/// certificate as PEM too. The server offers these protocols.
pub(crate) fn certificate(protocols: &[&str]) -> Result<(Arc<rustls::ServerConfig>, String)> {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).map_err(anyhow::Error::msg)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)?;
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    Ok((Arc::new(config), certified.cert.pem()))
}

/// What the server saw.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) calls: AtomicUsize,
    pub(crate) connections: AtomicUsize,
    open: AtomicUsize,
    pub(crate) most_open: AtomicUsize,
    /// TLS handshakes that resumed an earlier session.
    pub(crate) resumed: AtomicUsize,
    stamps: Mutex<Vec<Instant>>,
}

impl Seen {
    /// Takes the arrival times of the calls, in order.
    pub(crate) fn take_stamps(&self) -> Vec<Instant> {
        std::mem::take(&mut self.stamps.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A server on a free port of this machine. Its thread ends with the process.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) seen: Arc<Seen>,
    thread: JoinHandle<Result<Infallible>>,
}

impl Server {
    pub(crate) fn start(manner: Manner) -> Result<Self> {
        let (bound, address) = mpsc::channel();
        let seen = Arc::new(Seen::default());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let counts = Arc::clone(&seen);
        let thread = thread::spawn(move || runtime.block_on(accept(&bound, &Arc::new(manner), &counts)));
        Ok(Self {
            address: address.recv()?,
            seen,
            thread,
        })
    }

    /// Serves until the process ends.
    pub(crate) fn wait(self) -> Result<()> {
        match self.thread.join() {
            Ok(Err(error)) => Err(error),
            _ => anyhow::bail!("the server panicked"),
        }
    }
}

async fn accept(
    bound: &mpsc::Sender<SocketAddr>,
    manner: &Arc<Manner>,
    seen: &Arc<Seen>,
) -> Result<Infallible> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    bound.send(listener.local_addr()?)?;
    let mut first = None;
    loop {
        let (stream, _) = listener.accept().await?;
        let first = *first.get_or_insert_with(Instant::now);
        if manner
            .most
            .is_some_and(|most| seen.open.load(Ordering::Relaxed) >= most)
        {
            continue;
        }
        stream.set_nodelay(true)?;
        seen.open.fetch_add(1, Ordering::Relaxed);
        let shakes = first + manner.stalls.unwrap_or_default();
        tokio::spawn(connection(stream, shakes, Arc::clone(manner), Arc::clone(seen)));
    }
}

async fn connection(stream: TcpStream, shakes: Instant, manner: Arc<Manner>, seen: Arc<Seen>) {
    seen.connections.fetch_add(1, Ordering::Relaxed);
    let open = seen.open.load(Ordering::Relaxed);
    seen.most_open.fetch_max(open, Ordering::Relaxed);
    match &manner.tls {
        None => serve(stream, &manner, &seen).await,
        Some(config) => {
            tokio::time::sleep_until(shakes).await;
            // A client that does not trust the certificate disconnects.
            if let Ok(stream) = TlsAcceptor::from(Arc::clone(config)).accept(stream).await {
                let resumed = stream.get_ref().1.handshake_kind() == Some(rustls::HandshakeKind::Resumed);
                seen.resumed.fetch_add(usize::from(resumed), Ordering::Relaxed);
                serve(stream, &manner, &seen).await;
            }
        }
    }
    seen.open.fetch_sub(1, Ordering::Relaxed);
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    manner: &Arc<Manner>,
    seen: &Arc<Seen>,
) {
    let (manner, seen) = (Arc::clone(manner), Arc::clone(seen));
    let service = service_fn(move |request| answer(request, Arc::clone(&manner), Arc::clone(&seen)));
    // A client that is done closes its connections.
    http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await
        .ok();
}

async fn answer(
    request: Request<Incoming>,
    manner: Arc<Manner>,
    seen: Arc<Seen>,
) -> Result<Response<Full<Bytes>>, hyper::Error> {
    seen.calls.fetch_add(1, Ordering::Relaxed);
    if manner.stamps {
        let mut stamps = seen.stamps.lock().unwrap_or_else(PoisonError::into_inner);
        stamps.push(Instant::now());
    }
    let body = request.into_body().collect().await?.to_bytes();
    if let Some(id) = manner.hangs
        && contains(&body, format!("id_respondent={id}&").as_bytes())
    {
        std::future::pending::<()>().await;
    }
    if let Some((about, give_or_take)) = manner.delay {
        let least = about.saturating_sub(give_or_take);
        tokio::time::sleep(least + give_or_take.mul_f64(2.0 * fastrand::f64())).await;
    }
    let mut response = Response::new(Full::new(Bytes::from_static(ANSWER.as_bytes())));
    if manner.closes {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(CONNECTION, close);
    }
    Ok(response)
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
