//! Why a run ends before its input does (design, rule 8): a fault that is not the fault of any one row.

use std::fmt;
use std::time::Duration;

/// What ended the run. The decision is taken in `send/faults/breaker.rs`, the words for people are here, the exit code is
/// chosen in `report/verdict.rs`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EarlyEnd {
    /// Several 401, 403 or 3xx answers in a row.
    Refused { in_a_row: usize, example: String },
    /// Too many other 4xx answers in a row, none of which said what is wrong.
    SameError { in_a_row: usize, example: String },
    /// Every respondent was rejected for the same reason and none went through.
    AllRejected { respondents: usize, message: String },
    /// `--max-errors` was passed.
    TooManyErrors { rows: u64, limit: String },
    /// The platform's certificate is not trusted, or nobody can tell whether it is.
    Untrusted { reason: String },
    /// The proxy from the environment does not let calls through: its address without credentials, and its answer to
    /// `CONNECT`.
    ProxyRefused { proxy: String, status: u16 },
    /// The platform could not be reached, or answered nothing that tells, for as long as outages are waited for.
    Outage { after: Duration, reason: String },
    /// Nothing but web pages came back from the start on.
    NotThePlatform { calls: usize },
    /// `--max-duration` or `--until` is over.
    Deadline,
    /// Somebody asked the process to stop.
    Interrupted(Signal),
    /// The verdicts can no longer be written, so nothing more may be sent. The writer knows the cause.
    NotRecorded,
}

/// How the process was asked to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Ctrl-C, Ctrl-Break, or the window of a Windows console was closed.
    Interrupt,
    /// `SIGTERM`, or on Windows logging off and shutting down: a scheduler, or a system that shuts down.
    Terminate,
}

impl fmt::Display for EarlyEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { in_a_row, example } => write!(
                f,
                "{in_a_row} calls in a row were refused, the last with: {example}; check the account, the webhook \
                 key and auth, and `--base-url`"
            ),
            Self::SameError { in_a_row, example } => write!(
                f,
                "{in_a_row} calls in a row failed with no reason that could be read, the last with: {example}; \
                 check `--base-url` and the account (`--max-same-error` sets how many)"
            ),
            Self::AllRejected { respondents, message } => write!(
                f,
                "{respondents} respondents were rejected with the same message and none was updated: {message}; \
                 check the survey and whether the ids belong to it"
            ),
            Self::TooManyErrors { rows, limit } => {
                write!(
                    f,
                    "{rows} rows failed or stayed unconfirmed, more than `--max-errors {limit}` allows"
                )
            }
            Self::Untrusted { reason } => write!(
                f,
                "the platform's certificate is not trusted: {reason}; check `--base-url`, or name the authority of \
                 a network that inspects TLS with `--ca-file`"
            ),
            Self::ProxyRefused { proxy, status: 407 } => write!(
                f,
                "the proxy {proxy} asks for a user and password (407): put them into `HTTPS_PROXY`, as in \
                 `http://user:password@host:3128`"
            ),
            Self::ProxyRefused { proxy, status } => write!(
                f,
                "the proxy {proxy} does not let calls through to the platform ({status}): have it allow the host of \
                 `--base-url`, or leave the proxy out with `NO_PROXY`"
            ),
            Self::Outage { after, reason } => write!(
                f,
                "the platform was out of reach for {} s, as long as outages are waited for (`--max-outage`), the last \
                 with: {reason}",
                after.as_secs()
            ),
            Self::NotThePlatform { calls } => write!(
                f,
                "the first {calls} calls were all answered with a web page, which is not what the webhook answers: is \
                 `--base-url` right?"
            ),
            Self::Deadline => f.write_str("the time that `--max-duration` or `--until` allows is over"),
            Self::Interrupted(Signal::Interrupt) => f.write_str("interrupted"),
            Self::Interrupted(Signal::Terminate) => f.write_str("terminated"),
            Self::NotRecorded => f.write_str("the verdicts can no longer be written"),
        }
    }
}
