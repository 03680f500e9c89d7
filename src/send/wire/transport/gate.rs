//! A gate in front of each connection. The HTTP client has to pass it to connect, and writes as
//! soon as it has. So a call that may not connect does not connect, and one that connects is not
//! written before it is permitted.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::rt::{Read, ReadBuf};
use thiserror::Error;
use tokio::time::{Instant, timeout};
use tower_layer::Layer;
use tower_service::Service;

use crate::send::wire::permit::Wire;

/// Error type of the HTTP client's connectors.
type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why a connection was not opened, or not used.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(super) enum NotPassed {
    #[error("the kept connection was closed before the call")]
    Shut,
    #[error("no connection within the time limit")]
    TooSlow,
    #[error("the connection was closed as soon as it stood")]
    ClosedEarly,
}

/// The gate of one connection.
#[derive(Debug)]
pub(super) struct Gate(Mutex<State>);

#[derive(Debug)]
enum State {
    /// A call may connect.
    Open(Wire),
    /// A call is connecting, or waits for permission.
    Passing,
    /// A call may be written since this time, and none may connect.
    Shut(Instant),
}

impl Gate {
    /// Creates the gate of a connection that this call is to open.
    pub(super) fn new(wire: Wire) -> Self {
        Self(Mutex::new(State::Open(wire)))
    }

    /// Permits a call on the open connection to be written now.
    pub(super) fn shut(&self, now: Instant) {
        self.set(State::Shut(now));
    }

    /// Returns when the call was permitted to be written; `None` if it has not been.
    pub(super) fn written(&self) -> Option<Instant> {
        match &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Shut(at) => Some(*at),
            State::Open(_) | State::Passing => None,
        }
    }

    fn set(&self, state: State) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// Lets one call connect, once.
    fn enter(&self) -> Option<Wire> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *state, State::Passing) {
            State::Open(wire) => Some(wire),
            other => {
                *state = other;
                None
            }
        }
    }
}

/// Puts a gate in front of a connector.
#[derive(Clone, Debug)]
pub(super) struct Gated {
    pub(super) gate: Arc<Gate>,
    /// Limit for name resolution, connection, proxy and TLS.
    pub(super) connect_timeout: Duration,
}

impl<S> Layer<S> for Gated {
    type Service = Connector<S>;

    fn layer(&self, inner: S) -> Connector<S> {
        Connector {
            inner: Arc::new(Mutex::new(inner)),
            gated: self.clone(),
        }
    }
}

/// A connector behind a gate. The client clones its connector for each call; the inner one is
/// cloned only to connect.
#[derive(Debug)]
pub(super) struct Connector<S> {
    inner: Arc<Mutex<S>>,
    gated: Gated,
}

impl<S> Clone for Connector<S> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            gated: self.gated.clone(),
        }
    }
}

impl<S, A> Service<A> for Connector<S>
where
    A: Send + 'static,
    S: Service<A, Error = BoxError> + Clone + Send + 'static,
    S::Response: Read + Send + Unpin,
    S::Future: Send,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, address: A) -> Self::Future {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let gated = self.gated.clone();
        Box::pin(gated.pass(inner, address))
    }
}

impl Gated {
    async fn pass<S, A>(self, mut connector: S, address: A) -> Result<S::Response, BoxError>
    where
        S: Service<A, Error = BoxError>,
        S::Response: Read + Unpin,
    {
        let wire = self.gate.enter().ok_or(NotPassed::Shut)?;
        let connect = async {
            poll_fn(|context| connector.poll_ready(context)).await?;
            connector.call(address).await
        };
        let mut connection = timeout(self.connect_timeout, connect)
            .await
            .map_err(|_| NotPassed::TooSlow)??;
        stand(&mut connection, wire).await?;
        self.gate.shut(Instant::now());
        Ok(connection)
    }
}

/// Waits for permission on an open connection. The server has nothing to say before it gets a
/// request, so any data or the connection's end means that the call must not be written on it.
async fn stand(connection: &mut (impl Read + Unpin), wire: Wire) -> Result<(), NotPassed> {
    let mut byte = [0];
    let mut buffer = ReadBuf::new(&mut byte);
    let mut granted = pin!(wire.granted());
    poll_fn(|context| {
        if Pin::new(&mut *connection)
            .poll_read(context, buffer.unfilled())
            .is_ready()
        {
            return Poll::Ready(Err(NotPassed::ClosedEarly));
        }
        granted.as_mut().poll(context).map(Ok)
    })
    .await
}
