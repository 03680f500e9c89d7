//! Converts errors of the HTTP client. Their text contains the whole address, which is secret, so
//! only the cause at the end of the chain is used.

use super::Shared;
use super::gate::NotPassed;
use crate::send::attempt::TransportError;
use crate::system::causes::{find, is_out_of_sockets, root_cause};

impl Shared {
    /// Converts an error of a call; `kept` says that it used a kept connection.
    ///
    /// The client says "error sending request" both for a request that was never sent and for one
    /// that was read and then dropped. Only a failure to connect, and one before the request began,
    /// are certain not to have been sent.
    pub(super) async fn convert(&self, error: reqwest::Error, kept: bool) -> TransportError {
        let error = error.without_url();
        let reason = root_cause(&error);
        if find::<NotPassed>(&error) == Some(&NotPassed::Shut) {
            return TransportError::Closed;
        }
        if let Some(rustls::Error::InvalidCertificate(fault)) = find::<rustls::Error>(&error) {
            return TransportError::Untrusted(fault.to_string());
        }
        if error.is_connect() && is_out_of_sockets(&error) {
            return TransportError::NoSocket(reason);
        }
        if error.is_connect() {
            return match self.refused_tunnel(&error).await {
                Some(refused) => refused,
                None => TransportError::NotSent(reason),
            };
        }
        let hyper = find::<hyper::Error>(&error);
        if hyper.is_some_and(hyper::Error::is_canceled) {
            return if kept {
                TransportError::Closed
            } else {
                TransportError::NotSent(reason)
            };
        }
        if hyper.is_some_and(hyper::Error::is_parse) {
            return TransportError::BadReply(reason);
        }
        if kept {
            TransportError::Gone(reason)
        } else {
            TransportError::Interrupted(reason)
        }
    }
}
