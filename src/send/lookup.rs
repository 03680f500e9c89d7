//! Where a host is: asked of the system once, and again only after no connection could be made. How connections are
//! made is in `send/transport.rs`.
//!
//! A run opens a connection every few seconds where its rate is low, and each would ask a name server whose failure
//! would be an outage of ours.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::Mutex;

/// The addresses of the host that was asked for last: there is one, the platform's or a proxy's.
#[derive(Clone, Debug, Default)]
pub(super) struct Lookup {
    known: Arc<Mutex<Option<Known>>>,
}

#[derive(Debug)]
struct Known {
    host: String,
    addresses: Vec<SocketAddr>,
}

impl Lookup {
    /// The host's addresses, with port 0. Whoever asks while another asks waits for the same answer. Cancel safe.
    pub(super) async fn addresses(&self, host: &str) -> io::Result<Vec<SocketAddr>> {
        let mut known = self.known.lock().await;
        if let Some(known) = known.as_ref().filter(|known| known.host == host) {
            return Ok(known.addresses.clone());
        }
        let addresses: Vec<SocketAddr> = tokio::net::lookup_host((host, 0)).await?.collect();
        *known = Some(Known {
            host: host.to_owned(),
            addresses: addresses.clone(),
        });
        Ok(addresses)
    }

    /// No connection could be made: the host may have moved. While somebody asks there is nothing to be forgotten.
    pub(super) fn forget(&self) {
        if let Ok(mut known) = self.known.try_lock() {
            *known = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_host_is_asked_for_once_until_it_is_forgotten() {
        let lookup = Lookup::default();
        let first = lookup.addresses("localhost").await.unwrap();
        assert!(
            first
                .iter()
                .all(|address| address.ip().is_loopback() && address.port() == 0)
        );
        // What is known is not asked again: this is no address of it.
        let planted = vec![SocketAddr::from(([192, 0, 2, 1], 0))];
        lookup
            .known
            .lock()
            .await
            .as_mut()
            .unwrap()
            .addresses
            .clone_from(&planted);
        assert_eq!(lookup.addresses("localhost").await.unwrap(), planted);
        lookup.forget();
        assert_eq!(lookup.addresses("localhost").await.unwrap(), first);
        assert!(lookup.addresses("no.such.host.invalid").await.is_err());
    }
}
