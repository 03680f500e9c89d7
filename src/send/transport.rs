//! The real transport: HTTP through reqwest. Here the secret address is looked at, and here errors of the HTTP client, which
//! carry it, become texts without it. What all of this tool's clients have in common is in `http.rs`.
//!
//! Redirects, `Referer`, the client's own retries and compression are off; a proxy is used only where it was asked
//! for; every attempt is bounded in time as a whole, a body that drips too; at most 64 KiB of an answer are read.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Request, Response, Url};
use tokio::time::{Instant, timeout_at};

use super::attempt::{Body, Reply, Transport, TransportError};
use super::lookup::Lookup;
use super::wire::Wire;
use crate::causes::{find, is_out_of_sockets, root_cause};
use crate::http::{self, SetupError};
use crate::model::{Endpoint, Method, UpdateRespondent};

/// More of an answer is not read: the one that is documented has 87 bytes.
const MOST_BODY_BYTES: usize = 64 << 10;

/// An idle connection is given up before the server does: a request that crosses the server's goodbye is in doubt.
/// The shortest idle time of a common server is Apache's, 5 s.
const POOL_IDLE: Duration = Duration::from_secs(4);

#[derive(Clone, Debug)]
pub(crate) struct HttpSettings {
    pub(crate) method: Method,
    /// For a whole attempt.
    pub(crate) timeout: Duration,
    /// For name, connection and TLS, within `timeout`.
    pub(crate) connect_timeout: Duration,
    /// So many connections are kept at most.
    pub(crate) connections: usize,
    /// One more trusted authority, or several, as PEM.
    pub(crate) ca_pem: Option<Vec<u8>>,
}

/// Calls the webhook. Cheap to use from one task; connections are kept and reused.
#[derive(Debug)]
pub(crate) struct HttpTransport {
    client: Client,
    lookup: Lookup,
    url: Url,
    endpoint: Endpoint,
    method: Method,
    timeout: Duration,
    proxy: Option<String>,
}

impl HttpTransport {
    pub(crate) fn new(endpoint: Endpoint, settings: &HttpSettings) -> Result<Self, SetupError> {
        let url = Url::parse(endpoint.expose_url()).map_err(|error| SetupError::Client(error.to_string()))?;
        let lookup = Lookup::default();
        let (builder, proxy) = http::client(&url, settings.ca_pem.as_deref())?;
        let builder = builder
            .dns_resolver(lookup.clone())
            .tcp_nodelay(true)
            .connect_timeout(connect_timeout(settings))
            .pool_idle_timeout(POOL_IDLE)
            .pool_max_idle_per_host(settings.connections);
        let client = builder
            .build()
            .map_err(|error| SetupError::Client(root_cause(&error.without_url())))?;
        Ok(Self {
            client,
            lookup,
            url,
            endpoint,
            method: settings.method,
            timeout: settings.timeout,
            proxy,
        })
    }

    /// The proxy that calls go through, without its credentials.
    pub(crate) fn proxy(&self) -> Option<&str> {
        self.proxy.as_deref()
    }

    fn request(&self, update: &UpdateRespondent) -> Request {
        let mut url = self.url.clone();
        match self.method {
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
        }
    }
}

impl Transport for HttpTransport {
    fn attempt(
        &self,
        update: &UpdateRespondent,
        wire: Wire,
    ) -> impl Future<Output = Result<Reply, TransportError>> + Send + 'static {
        let client = self.client.clone();
        let request = self.request(update);
        let (lookup, timeout) = (self.lookup.clone(), self.timeout);
        async move {
            wire.granted().await;
            let result = exchange(&client, request, Instant::now() + timeout).await;
            if let Err(TransportError::NotSent(_) | TransportError::Untrusted(_)) = result {
                lookup.doubt();
            }
            result
        }
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

async fn exchange(client: &Client, request: Request, deadline: Instant) -> Result<Reply, TransportError> {
    let response = match timeout_at(deadline, client.execute(request)).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => return Err(convert(error)),
        Err(_) => return Err(TransportError::TimedOut),
    };
    let status = response.status().as_u16();
    let retry_after = header(response.headers(), &RETRY_AFTER);
    let date = retry_after
        .as_ref()
        .and_then(|_| header(response.headers(), &DATE));
    let body = timeout_at(deadline, read_body(response))
        .await
        .unwrap_or(Body::TimedOut);
    Ok(Reply {
        status,
        retry_after,
        date,
        body,
    })
}

/// A little less than the whole attempt has, so that an attempt that never got a connection is known to be unsent.
fn connect_timeout(settings: &HttpSettings) -> Duration {
    settings.connect_timeout.min(settings.timeout.mul_f64(0.9))
}

fn header(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

async fn read_body(mut response: Response) -> Body {
    let mut whole = Bytes::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if whole.len() + chunk.len() > MOST_BODY_BYTES => return Body::TooLong,
            // The documented answer comes in one piece, which is not copied.
            Ok(Some(chunk)) if whole.is_empty() => whole = chunk,
            Ok(Some(chunk)) => {
                let mut joined = BytesMut::from(whole);
                joined.extend_from_slice(&chunk);
                whole = joined.freeze();
            }
            Ok(None) => return Body::Whole(whole),
            Err(error) => return Body::Cut(root_cause(&error.without_url())),
        }
    }
}

/// The one place where an error of the HTTP client becomes one of ours. Its own text holds the whole address, so only
/// the cause at the end of its chain is taken.
///
/// "error sending request" is the client's text both for a request that never left and for one that was read and then
/// dropped: only a failure to connect is known to be the former.
fn convert(error: reqwest::Error) -> TransportError {
    let error = error.without_url();
    let reason = root_cause(&error);
    if let Some(rustls::Error::InvalidCertificate(fault)) = find::<rustls::Error>(&error) {
        return TransportError::Untrusted(fault.to_string());
    }
    if error.is_connect() && is_out_of_sockets(&error) {
        return TransportError::NoSocket(reason);
    }
    if error.is_connect() {
        let slow = error.is_timeout();
        return TransportError::NotSent(if slow {
            "no connection within the time limit".to_owned()
        } else {
            reason
        });
    }
    if error.is_timeout() {
        return TransportError::TimedOut;
    }
    if find::<hyper::Error>(&error).is_some_and(hyper::Error::is_parse) {
        return TransportError::BadReply(reason);
    }
    TransportError::Interrupted(reason)
}
