//! One call on the wire, seen from outside: what is asked of a transport, and what can come back. How the call is
//! made is in `send/wire/transport.rs`, what the answer means in `send/answers/classify.rs`.

use bytes::Bytes;
use tokio::time::Instant;

use super::wire::permit::Wire;
use crate::model::UpdateRespondent;

/// Makes attempts. The one seam of the stage: the real transport speaks HTTP, tests have a scripted one.
pub(crate) trait Transport {
    /// How many further calls could be written at this time, each on a kept connection.
    fn kept(&self, _at: Instant) -> usize {
        usize::MAX
    }

    /// How many connections stand without a call, however old they are.
    fn idle(&self) -> usize {
        0
    }

    /// One attempt. It uses a kept connection, or makes one where `wire` says so, and then writes nothing before
    /// [`Wire::granted`] returns.
    ///
    /// It takes its connection at once; nothing else happens before the future is polled. Dropping the future gives the
    /// attempt up; whether the platform saw it is then unknown, unless it waited for its wire.
    fn attempt(
        &self,
        update: &UpdateRespondent,
        wire: Wire,
    ) -> impl Future<Output = Result<Reply, TransportError>> + Send + 'static;

    /// Takes everything secret out of a text that came from the platform or the network.
    fn redact(&self, text: String) -> String {
        text
    }
}

/// An answer: at least its status line and headers came.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// The header `Retry-After`, as it came.
    pub(crate) retry_after: Option<String>,
    /// The header `Date`, as it came.
    pub(crate) date: Option<String>,
    pub(crate) body: Body,
}

/// What came of an answer's body.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    Whole(Bytes),
    /// More than is read of any answer.
    TooLong,
    /// The connection broke in the middle.
    Cut(String),
    /// The attempt's time was up in the middle.
    TimedOut,
}

/// Why there is no answer. The texts are for people and hold no address.
#[derive(Clone, Debug)]
pub(crate) enum TransportError {
    /// The request never left, since the kept connection had been closed: says nothing about the platform.
    Closed,
    /// A kept connection broke before any of the answer came. The request may have arrived.
    Gone(String),
    /// The request never left: no connection, no name, no TLS.
    NotSent(String),
    /// The request never left, since this process has no socket left for it.
    NoSocket(String),
    /// The request never left, since the platform's certificate is not trusted.
    Untrusted(String),
    /// The request never left, since the proxy does not let it through, and will not: its address without credentials, and
    /// its answer to `CONNECT`.
    ProxyRefused { proxy: String, status: u16 },
    /// The attempt's time was up. The request may have arrived.
    TimedOut,
    /// The connection broke. The request may have arrived.
    Interrupted(String),
    /// What came back is not HTTP. The request may have arrived.
    BadReply(String),
}
