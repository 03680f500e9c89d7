//! The real transport: HTTP/1.1 through reqwest. The only place that reads the secret address.
//! `system/http.rs` holds what all HTTP clients of this tool share; connections are in
//! `send/wire/transport/lines.rs`, errors in `send/wire/transport/errors.rs`.
//!
//! Redirects, `Referer`, the client's own retries and compression are off. A proxy is used only if
//! it was asked for. Every attempt has a time limit as a whole, so a slowly dripping body cannot
//! exceed it. At most 64 KiB of an answer are read.

mod errors;
mod gate;
mod lines;
mod proxy;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{
    CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER,
    TRANSFER_ENCODING,
};
use reqwest::{Request, Response, Url, Version};
use tokio::time::{Instant, timeout_at};

use super::lookup::Lookup;
use super::permit::Wire;
use crate::model::{Endpoint, Method, UpdateRespondent};
use crate::send::answers::body::is_whole;
use crate::send::attempt::{Body, Reply, Transport, TransportError};
use crate::system::causes::root_cause;
use crate::system::http::{Route, SetupError};
use gate::Gate;
use lines::{Line, Lines};

/// Maximum body size that is read; the documented answer has 87 bytes.
const MAX_BODY_BYTES: usize = 64 << 10;

#[derive(Clone, Debug)]
pub(crate) struct HttpSettings {
    pub(crate) method: Method,
    /// For a whole attempt, from when it may be written.
    pub(crate) timeout: Duration,
    /// For name resolution, connection, proxy and TLS, before that.
    pub(crate) connect_timeout: Duration,
    /// Additional trusted authorities, as PEM.
    pub(crate) ca_pem: Option<Vec<u8>>,
}

/// Calls the webhook. Keeps and reuses connections.
#[derive(Debug)]
pub(crate) struct HttpTransport {
    shared: Arc<Shared>,
    url: Url,
    endpoint: Endpoint,
    method: Method,
}

/// What running calls need.
#[derive(Debug)]
struct Shared {
    lines: Lines,
    lookup: Lookup,
    timeout: Duration,
    connect_timeout: Duration,
    /// The platform's host and port, for `CONNECT`.
    authority: String,
}

impl HttpTransport {
    /// Creates the transport. Fails if no HTTP client can be built from the settings.
    pub(crate) fn new(endpoint: Endpoint, settings: &HttpSettings) -> Result<Self, SetupError> {
        let url = Url::parse(endpoint.expose_url()).map_err(|error| SetupError::Client(error.to_string()))?;
        let lookup = Lookup::default();
        let route = Route::new(&url, settings.ca_pem.as_deref())?;
        let lines = Lines::new(route, lookup.clone(), settings.connect_timeout);
        // Shows now whether clients can be built, not in the first call.
        lines.connect(Wire::kept())?;
        Ok(Self {
            shared: Arc::new(Shared {
                lines,
                lookup,
                timeout: settings.timeout,
                connect_timeout: settings.connect_timeout,
                authority: authority(&url),
            }),
            url,
            endpoint,
            method: settings.method,
        })
    }

    /// Returns the proxy's address without its credentials; `None` if calls go direct.
    pub(crate) fn proxy(&self) -> Option<&str> {
        self.shared.lines.route().proxy().map(|via| via.shown.as_str())
    }

    fn request(&self, update: &UpdateRespondent) -> Request {
        let mut url = self.url.clone();
        let mut request = match self.method {
            Method::Post => {
                let mut request = Request::new(reqwest::Method::POST, url);
                let form = HeaderValue::from_static("application/x-www-form-urlencoded");
                request.headers_mut().insert(CONTENT_TYPE, form);
                *request.body_mut() = Some(update.form().clone().into());
                request
            }
            Method::Get => {
                url.set_query(str::from_utf8(update.form()).ok());
                Request::new(reqwest::Method::GET, url)
            }
        };
        if !self.shared.lines.keeps() {
            let close = HeaderValue::from_static("close");
            request.headers_mut().insert(CONNECTION, close);
        }
        request
    }
}

impl Transport for HttpTransport {
    fn kept(&self, at: Instant) -> usize {
        self.shared.lines.count(at)
    }

    fn idle(&self) -> usize {
        self.shared.lines.idle()
    }

    fn attempt(
        &self,
        update: &UpdateRespondent,
        wire: Wire,
    ) -> impl Future<Output = Result<Reply, TransportError>> + Send + 'static {
        let shared = Arc::clone(&self.shared);
        let line = if wire.connects() {
            let made = shared.lines.connect(wire);
            made.map_err(|error| TransportError::NotSent(error.to_string()))
        } else {
            shared.lines.take(Instant::now()).ok_or(TransportError::Closed)
        };
        let request = self.request(update);
        async move { shared.call(line?, request).await }
    }

    fn redact(&self, text: String) -> String {
        self.endpoint.without_secrets(text)
    }
}

impl Resolve for Lookup {
    fn resolve(&self, name: Name) -> Resolving {
        let lookup = self.clone();
        Box::pin(async move {
            let addresses: Addrs = Box::new(lookup.addresses(name.as_str()).await?.into_iter());
            Ok(addresses)
        })
    }
}

impl Shared {
    async fn call(&self, line: Line, request: Request) -> Result<Reply, TransportError> {
        let executed = within(self.timeout, &line.gate, line.client.execute(request)).await;
        let result = match executed {
            Some(Ok(response)) => Ok(response),
            Some(Err(error)) => Err(self.convert(error, line.kept.is_some()).await),
            None => Err(TransportError::TimedOut),
        };
        match result {
            Ok(response) => Ok(self.read(line, response).await),
            Err(error) => {
                let now = Instant::now();
                match error {
                    TransportError::Closed | TransportError::Gone(_) => self.lines.lost(&line, now),
                    TransportError::NotSent(_) | TransportError::Untrusted(_) => self.lookup.doubt(),
                    _ => {}
                }
                Err(error)
            }
        }
    }

    /// Reads an answer, and keeps its line if another call can use it.
    async fn read(&self, line: Line, response: Response) -> Reply {
        let status = response.status().as_u16();
        let headers = response.headers();
        let retry_after = header(headers, &RETRY_AFTER);
        let date = retry_after.as_ref().and_then(|_| header(headers, &DATE));
        let keeps = response.version() >= Version::HTTP_11 && !says_close(headers);
        let body = within(self.timeout, &line.gate, read_body(response))
            .await
            .unwrap_or(Body::TimedOut);
        if keeps && matches!(body, Body::Whole(_)) {
            self.lines.keep(line, Instant::now());
        }
        Reply {
            status,
            retry_after,
            date,
            body,
        }
    }
}

/// Limits a call from when it may be written; its connection has a limit of its own before that.
async fn within<F: Future>(time: Duration, gate: &Gate, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    loop {
        let before = Instant::now();
        let deadline = gate.written().unwrap_or(before) + time;
        if let Ok(output) = timeout_at(deadline, future.as_mut()).await {
            return Some(output);
        }
        // Written meanwhile, or still not: the time limit begins later than assumed.
        if gate.written().is_some_and(|written| written <= before) {
            return None;
        }
    }
}

/// Formats host and port as in `CONNECT`.
fn authority(url: &Url) -> String {
    let (host, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default());
    format!("{host}:{}", port.unwrap_or_default())
}

fn header(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// Whether the platform says that it closes the connection after this answer.
fn says_close(headers: &HeaderMap) -> bool {
    headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|word| word.trim().eq_ignore_ascii_case("close"))
}

async fn read_body(mut response: Response) -> Body {
    let headers = response.headers();
    let says_length = headers.contains_key(CONTENT_LENGTH) || headers.contains_key(TRANSFER_ENCODING);
    let mut whole = Bytes::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if whole.len() + chunk.len() > MAX_BODY_BYTES => return Body::TooLong,
            // The documented answer comes in one piece, which is not copied.
            Ok(Some(chunk)) if whole.is_empty() => whole = chunk,
            Ok(Some(chunk)) => {
                let mut joined = BytesMut::from(whole);
                joined.extend_from_slice(&chunk);
                whole = joined.freeze();
            }
            Ok(None) => return Body::Whole(whole),
            // Without a length, the end of the connection ends the answer, and many servers close
            // it without TLS's `close_notify`. Nothing can be missing after a complete object.
            Err(_) if !says_length && is_whole(&whole) => return Body::Whole(whole),
            Err(error) => return Body::Cut(root_cause(&error.without_url())),
        }
    }
}
