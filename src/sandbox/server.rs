//! The sandbox's HTTP server: hyper on 127.0.0.1. Reads calls, waits for the requested latency, and
//! lets the platform answer.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};

use super::Platform;
use super::platform::Call;

/// Maximum body size. Ten labels of 64 KiB fit, each byte encoded as three.
const MAX_BODY_BYTES: usize = 4 << 20;

/// Pause after a connection that could not be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Reports each answered call.
type Tell = Arc<dyn Fn(&str) + Send + Sync>;

/// A bound server; it serves as long as [`Server::serve`] is polled.
pub(crate) struct Server {
    listener: TcpListener,
    address: SocketAddr,
    /// Never held across an await.
    platform: Arc<Mutex<Platform>>,
}

impl Server {
    /// Binds the server. Port 0 selects a free port.
    pub(crate) async fn bind(port: u16, platform: Platform) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        Ok(Self {
            address: listener.local_addr()?,
            listener,
            platform: Arc::new(Mutex::new(platform)),
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn platform(&self) -> Arc<Mutex<Platform>> {
        Arc::clone(&self.platform)
    }

    /// Answers calls until it is dropped. A connection that breaks concerns only its client.
    pub(crate) async fn serve(self, tell: Tell) -> ! {
        loop {
            let Ok((stream, _)) = self.listener.accept().await else {
                // Out of descriptors, or the client has gone: both are temporary.
                sleep(ACCEPT_PAUSE).await;
                continue;
            };
            let (platform, tell) = (Arc::clone(&self.platform), Arc::clone(&tell));
            tokio::spawn(async move {
                let service =
                    service_fn(move |request| answer(request, Arc::clone(&platform), Arc::clone(&tell)));
                hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .await
                    .ok();
            });
        }
    }
}

async fn answer(
    request: Request<Incoming>,
    platform: Arc<Mutex<Platform>>,
    tell: Tell,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let method = request.method().to_string();
    let path = request.uri().path().to_owned();
    let authorization = request.headers().get(hyper::header::AUTHORIZATION).cloned();
    let query = request.uri().query().unwrap_or_default().to_owned();
    let body = Limited::new(request.into_body(), MAX_BODY_BYTES).collect().await;
    let body = body.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let parameters: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .chain(form_urlencoded::parse(&body).into_owned())
        .collect();
    let lock = || platform.lock().unwrap_or_else(PoisonError::into_inner);
    let latency = lock().latency(&path);
    if !latency.is_zero() {
        sleep(latency).await;
    }
    let call = Call {
        method: &method,
        path: &path,
        authorization: authorization.as_ref().and_then(|value| value.to_str().ok()),
        parameters: &parameters,
    };
    let answered = lock().answer(&call, Instant::now());
    tell(&answered.line);
    let mut response = Response::new(Full::new(Bytes::from(answered.body)));
    *response.status_mut() =
        StatusCode::from_u16(answered.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let json = hyper::header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(hyper::header::CONTENT_TYPE, json);
    Ok(response)
}
