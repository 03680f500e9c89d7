//! Finds out what a proxy answers to `CONNECT`. The HTTP client reports that it refused, but not
//! with which status, so it is asked once more by hand.

use std::io;
use std::sync::Arc;

use hyper::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tower_service::Service;

use super::Shared;
use crate::send::attempt::TransportError;
use crate::system::causes::find;
use crate::system::http::Via;

/// Why a tunnel through a proxy was not opened.
type TunnelError = <Tunnel<HttpConnector> as Service<Uri>>::Error;

/// Maximum bytes of an answer read to find its status.
const MAX_HEAD_BYTES: usize = 8 << 10;

impl Shared {
    /// Converts a failure to connect that the proxy caused; `None` if it did not.
    pub(super) async fn refused_tunnel(&self, error: &reqwest::Error) -> Option<TransportError> {
        let via = self.lines.route().proxy()?;
        match find::<TunnelError>(error)? {
            TunnelError::ProxyAuthRequired | TunnelError::TunnelUnsuccessful => {}
            _ => return None,
        }
        let proxy = &via.shown;
        let asked = timeout(self.connect_timeout, self.ask(via)).await;
        Some(match asked {
            Ok(Ok(status)) if is_final(status) => TransportError::ProxyRefused {
                proxy: proxy.clone(),
                status,
            },
            Ok(Ok(status)) => {
                TransportError::NotSent(format!("the proxy {proxy} answered {status} to CONNECT"))
            }
            Ok(Err(_)) | Err(_) => {
                TransportError::NotSent(format!("the proxy {proxy} did not let it through"))
            }
        })
    }

    /// Sends a `CONNECT` and returns the status of the proxy's answer.
    async fn ask(&self, via: &Via) -> io::Result<u16> {
        let uri = via.found.uri();
        let bare = |host: &str| host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let host = bare(uri.host().unwrap_or_default());
        let https = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if https { 443 } else { 80 });
        let mut addresses = self.lookup.addresses(&host).await?;
        for address in &mut addresses {
            address.set_port(port);
        }
        let stream = TcpStream::connect(addresses.as_slice()).await?;
        if !https {
            return self.connect_through(stream, via).await;
        }
        let name = ServerName::try_from(host).map_err(io::Error::other)?;
        let tls = TlsConnector::from(Arc::new(self.lines.route().proxy_tls()));
        self.connect_through(tls.connect(name, stream).await?, via).await
    }

    async fn connect_through(
        &self,
        mut stream: impl AsyncRead + AsyncWrite + Unpin,
        via: &Via,
    ) -> io::Result<u16> {
        let authority = &self.authority;
        let mut request = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n").into_bytes();
        if let Some(credentials) = via.found.basic_auth() {
            request.extend_from_slice(b"Proxy-Authorization: ");
            request.extend_from_slice(credentials.as_bytes());
            request.extend_from_slice(b"\r\n");
        }
        request.extend_from_slice(b"\r\n");
        stream.write_all(&request).await?;
        let mut head = Vec::new();
        while !head.contains(&b'\n') && head.len() < MAX_HEAD_BYTES {
            if stream.read_buf(&mut head).await? == 0 {
                break;
            }
        }
        status(&head).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))
    }
}

/// Whether a proxy with this answer will never let calls through. Others may be temporary.
fn is_final(status: u16) -> bool {
    (300..500).contains(&status) && !matches!(status, 408 | 425 | 429)
}

/// Parses the status in the first line of an answer.
fn status(head: &[u8]) -> Option<u16> {
    let line = head.split(|byte| *byte == b'\n').next()?;
    let mut words = str::from_utf8(line).ok()?.split_ascii_whitespace();
    words.next().filter(|version| version.starts_with("HTTP/"))?;
    words.next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_found_in_the_first_line_alone() {
        for (head, expected) in [
            ("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", Some(407)),
            ("HTTP/1.0 403\n", Some(403)),
            ("SSH-2.0-OpenSSH 9\r\nHTTP/1.1 407 X", None),
            ("HTTP/1.1\r\n", None),
            ("", None),
        ] {
            assert_eq!(status(head.as_bytes()), expected, "{head:?}");
        }
    }
}
