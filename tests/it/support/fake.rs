//! A platform for the tests, independent of the sandbox and of any HTTP library: a socket on port
//! 0, a thread per connection, scripted answers. It can do what no library lets a server do: cut
//! connections, hang, answer byte by byte, send invalid data.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use crate::server::certificate;

/// One call as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: String,
    pub(crate) body: Vec<u8>,
    /// The decoded parameters of the body or of the query.
    pub(crate) parameters: Vec<(String, String)>,
    /// Number of earlier calls for this respondent.
    pub(crate) before: usize,
    /// Number of earlier calls on this connection.
    pub(crate) on_connection: usize,
    pub(crate) arrived: Instant,
}

impl Call {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn respondent(&self) -> &str {
        self.get("id_respondent").unwrap_or_default()
    }
}

/// What the platform does with a call.
pub(crate) enum Answer {
    Reply {
        status: u16,
        headers: String,
        body: String,
    },
    /// Closes the connection without an answer.
    Cut,
    /// Does not answer, for longer than any test waits.
    Hang,
    /// Sends something that is not HTTP.
    Nonsense,
    /// Announces a body and closes the connection in the middle of it.
    HalfABody,
    /// Sends a body without a length, which ends with the connection. Over TLS the connection is
    /// closed without a notification.
    WithoutLength(&'static str),
}

impl Answer {
    pub(crate) fn of(status: u16, body: &str) -> Self {
        Self::Reply {
            status,
            headers: String::new(),
            body: body.to_owned(),
        }
    }

    pub(crate) fn success() -> Self {
        Self::of(
            200,
            r#"{"type":"success","msg":"Respondent has been updated on the survey's mailing list"}"#,
        )
    }

    pub(crate) fn error(message: &str) -> Self {
        Self::of(200, &format!(r#"{{"type":"error","msg":"{message}"}}"#))
    }

    pub(crate) fn with(self, header: &str) -> Self {
        match self {
            Self::Reply {
                status,
                headers,
                body,
            } => Self::Reply {
                status,
                headers: format!("{headers}{header}\r\n"),
                body,
            },
            other => other,
        }
    }
}

type Script = Arc<dyn Fn(&Call) -> Answer + Send + Sync>;

pub(crate) struct Fake {
    pub(crate) base: String,
    calls: Arc<Mutex<Vec<Call>>>,
}

/// Keeps a platform from answering.
#[must_use]
pub(crate) struct Gate(#[expect(dead_code, reason = "its end is what counts")] mpsc::Sender<()>);

impl Fake {
    pub(crate) fn start(script: impl Fn(&Call) -> Answer + Send + Sync + 'static) -> Self {
        Self::listen("http", script, |stream, script, seen| serve(stream, script, seen))
    }

    /// Starts a platform that accepts everything, but answers nothing until the gate is dropped.
    pub(crate) fn start_closed() -> (Self, Gate) {
        let (gate, closed) = mpsc::channel::<()>();
        let closed = Mutex::new(closed);
        let fake = Self::start(move |_| {
            // It fails once the gate is gone.
            closed.lock().unwrap().recv().ok();
            Answer::success()
        });
        (fake, Gate(gate))
    }

    /// Starts the platform over TLS, as `localhost`, with an untrusted certificate. Returns the
    /// certificate as PEM.
    pub(crate) fn start_tls(script: impl Fn(&Call) -> Answer + Send + Sync + 'static) -> (Self, String) {
        let (config, pem) = certificate(&[]).unwrap();
        let fake = Self::listen("https", script, move |stream, script, seen| {
            let connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            serve(rustls::StreamOwned::new(connection, stream), script, seen)
        });
        (fake, pem)
    }

    fn listen(
        scheme: &str,
        script: impl Fn(&Call) -> Answer + Send + Sync + 'static,
        serve: impl Fn(TcpStream, &Script, &Mutex<Vec<Call>>) -> std::io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = if scheme == "https" {
            "localhost"
        } else {
            "127.0.0.1"
        };
        let base = format!("{scheme}://{host}:{}", listener.local_addr().unwrap().port());
        let calls = Arc::new(Mutex::new(Vec::new()));
        let (script, serve): (Script, _) = (Arc::new(script), Arc::new(serve));
        let seen = Arc::clone(&calls);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (script, serve, seen) = (Arc::clone(&script), Arc::clone(&serve), Arc::clone(&seen));
                stream.set_nodelay(true).unwrap();
                // A client that disconnects early ends its connection's thread, not the test.
                thread::spawn(move || serve(stream, &script, &seen).ok());
            }
        });
        Self { base, calls }
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }
}

fn serve<S: Read + Write>(stream: S, script: &Script, seen: &Mutex<Vec<Call>>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut calls = 0;
    while let Some(call) = read_call(&mut stream, seen, calls)? {
        calls += 1;
        let mut send = |text: &str| {
            let stream = stream.get_mut();
            stream.write_all(text.as_bytes()).and_then(|()| stream.flush())
        };
        match script(&call) {
            Answer::Reply {
                status,
                headers,
                body,
            } => {
                let length = body.len();
                send(&format!(
                    "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
                ))?;
            }
            Answer::Cut => return Ok(()),
            // Until the client times out and closes the connection.
            Answer::Hang => drop(stream.read(&mut [0])?),
            Answer::Nonsense => return send("SMTP ready\r\n\r\n"),
            Answer::WithoutLength(body) => return send(&format!("HTTP/1.1 200 OK\r\n\r\n{body}")),
            Answer::HalfABody => {
                return send("HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{\"type\":\"success\"");
            }
        }
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "real arrival times")]
fn read_call(
    reader: &mut impl BufRead,
    seen: &Mutex<Vec<Call>>,
    on_connection: usize,
) -> std::io::Result<Option<Call>> {
    let mut first = String::new();
    if reader.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    let arrived = Instant::now();
    let mut headers = String::new();
    while reader.read_line(&mut headers)? > 2 {}
    let length = headers
        .lines()
        .find_map(|line| {
            line.to_lowercase()
                .strip_prefix("content-length:")
                .and_then(|text| text.trim().parse().ok())
        })
        .unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let mut words = first.split_whitespace().map(str::to_owned);
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let query = target.split_once('?').map_or("", |(_, query)| query).to_owned();
    let form = if method == "GET" {
        query.into_bytes()
    } else {
        body.clone()
    };
    let parameters: Vec<(String, String)> = form_urlencoded::parse(&form).into_owned().collect();
    let mut call = Call {
        method,
        target,
        headers,
        body,
        parameters,
        before: 0,
        on_connection,
        arrived,
    };
    let mut seen = seen.lock().unwrap();
    call.before = seen
        .iter()
        .filter(|other| other.respondent() == call.respondent())
        .count();
    seen.push(call.clone());
    Ok(Some(call))
}

/// Pauses, for example to answer late.
pub(crate) fn pause(time: Duration) {
    thread::park_timeout(time);
}
