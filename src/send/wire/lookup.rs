//! Resolves a host name: at most once a minute, but at once after no connection could be made.
//! `send/wire/transport.rs` opens the connections.
//!
//! A run opens a connection every few seconds at a low rate, and many at once at a high one. Each
//! would query a name server, whose failure would be an outage of this tool. A host may move during
//! a run, so known addresses expire; they are used again only if no newer ones are available.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

/// How long an answer is valid, as in curl.
const GOOD_FOR: Duration = Duration::from_mins(1);

/// The addresses of the host queried last. There is only one host: the platform's or a proxy's.
#[derive(Clone, Debug, Default)]
pub(in crate::send) struct Lookup {
    known: Arc<Mutex<Option<KnownHost>>>,
}

#[derive(Debug)]
struct KnownHost {
    host: String,
    addresses: Vec<SocketAddr>,
    good_until: Instant,
}

impl Lookup {
    /// Returns the host's addresses, with port 0. A concurrent query waits for the first one's
    /// answer, and queries itself if that fails. Cancel safe.
    pub(in crate::send) async fn addresses(&self, host: &str) -> io::Result<Vec<SocketAddr>> {
        let mut known = self.known.lock().await;
        let old = known.as_ref().filter(|known| known.host == host);
        if let Some(known) = old.filter(|known| Instant::now() < known.good_until) {
            return Ok(known.addresses.clone());
        }
        let addresses: Vec<SocketAddr> = match (tokio::net::lookup_host((host, 0)).await, old) {
            (Ok(addresses), _) => addresses.collect(),
            (Err(_), Some(known)) => return Ok(known.addresses.clone()),
            (Err(error), None) => return Err(error),
        };
        *known = Some(KnownHost {
            host: host.to_owned(),
            addresses: addresses.clone(),
            good_until: Instant::now() + GOOD_FOR,
        });
        Ok(addresses)
    }

    /// Expires the known addresses, because no connection could be made, or one reached another
    /// server: the host may have moved. Does nothing while a query is running, which finds that out
    /// anyway.
    pub(in crate::send) fn doubt(&self) {
        if let Ok(mut known) = self.known.try_lock()
            && let Some(known) = known.as_mut()
        {
            known.good_until = Instant::now();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_host_is_asked_for_once_until_it_is_doubted() {
        let lookup = Lookup::default();
        let first = lookup.addresses("localhost").await.unwrap();
        assert!(
            first
                .iter()
                .all(|address| address.ip().is_loopback() && address.port() == 0)
        );
        // Known addresses are not queried again: this one is not localhost's.
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
        lookup.doubt();
        assert_eq!(lookup.addresses("localhost").await.unwrap(), first);
        let mut known = KnownHost {
            host: "no.such.host.invalid".to_owned(),
            addresses: planted.clone(),
            good_until: Instant::now(),
        };
        assert!(lookup.addresses(&known.host).await.is_err());
        std::mem::swap(lookup.known.lock().await.as_mut().unwrap(), &mut known);
        let old = lookup.addresses("no.such.host.invalid").await.unwrap();
        assert_eq!(old, planted, "an old address is better than none");
    }
}
