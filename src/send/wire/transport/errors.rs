//! The one place where an error of the HTTP client becomes one of ours. Its own text holds the whole address, which is
//! secret, so only the cause at the end of its chain is taken.

use super::Shared;
use super::gate::NotPassed;
use crate::send::attempt::TransportError;
use crate::system::causes::{find, is_out_of_sockets, root_cause};

impl Shared {
    /// `kept` says that the call was on a kept connection.
    ///
    /// "error sending request" is the client's text both for a request that never left and for one that was read and then
    /// dropped: only a failure to connect, and one before the request was begun, are known to be the former.
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
