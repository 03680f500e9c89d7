//! The interface of one call on the wire: what a transport does, and the possible results. How the
//! call is made is in `send/wire/transport.rs`, what the answer means in
//! `send/answers/classify.rs`.

use bytes::Bytes;
use tokio::time::Instant;

use super::wire::permit::Wire;
use crate::model::UpdateRespondent;

/// Makes attempts. The stage's only seam: the real transport speaks HTTP, tests use a scripted one.
pub(crate) trait Transport {
    /// Returns how many further calls could be written at this time, each on a kept connection.
    fn kept(&self, _at: Instant) -> usize {
        usize::MAX
    }

    /// Returns how many connections are open without a call, whatever their age.
    fn idle(&self) -> usize {
        0
    }

    /// Makes one attempt. It uses a kept connection, or opens one if `wire` says so; it then writes
    /// nothing before [`Wire::granted`] returns.
    ///
    /// The connection is taken at once; everything else happens when the future is polled. Dropping
    /// the future abandons the attempt. Whether the platform received it is then unknown, unless
    /// the attempt was still waiting for permission to write.
    fn attempt(
        &self,
        update: &UpdateRespondent,
        wire: Wire,
    ) -> impl Future<Output = Result<Reply, TransportError>> + Send + 'static;

    /// Removes every secret from a text that came from the platform or the network.
    fn redact(&self, text: String) -> String {
        text
    }
}

/// An answer whose status line and headers arrived.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Value of the header `Retry-After`, as received.
    pub(crate) retry_after: Option<String>,
    /// Value of the header `Date`, as received.
    pub(crate) date: Option<String>,
    pub(crate) body: Body,
}

/// The body of an answer, as far as it arrived.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    Whole(Bytes),
    /// Exceeds the maximum that is read.
    TooLong,
    /// The connection broke in the middle; the reason.
    Cut(String),
    /// The attempt timed out in the middle.
    TimedOut,
}

/// Why there is no answer. The texts are for people and contain no address.
#[derive(Clone, Debug)]
pub(crate) enum TransportError {
    /// The request was not sent because the kept connection was already closed. This says nothing
    /// about the platform.
    Closed,
    /// A kept connection broke before any of the answer arrived. The request may have arrived.
    Gone(String),
    /// The request was not sent: no connection, no name resolution, no TLS.
    NotSent(String),
    /// The request was not sent because this process has no socket left.
    NoSocket(String),
    /// The request was not sent because the platform's certificate is not trusted.
    Untrusted(String),
    /// The request was not sent because the proxy refuses it for good. Holds the proxy's address
    /// without credentials and its answer to `CONNECT`.
    ProxyRefused { proxy: String, status: u16 },
    /// The attempt timed out. The request may have arrived.
    TimedOut,
    /// The connection broke. The request may have arrived.
    Interrupted(String),
    /// The answer is not HTTP. The request may have arrived.
    BadReply(String),
}
