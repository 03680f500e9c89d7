//! Why a run ends before its input does ([rule 8](crate::rules#rule-8)): a fault that no single row causes.

use std::fmt;
use std::time::Duration;

/// The reason for an early end. `send/faults/breaker.rs` takes the decision, `report/run_report.rs`
/// chooses the exit code; the text for people is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EarlyEnd {
    /// Several 401, 403 or 3xx answers in a row.
    Refused { in_a_row: usize, example: String },
    /// Too many other 4xx answers in a row, none of which gave a reason.
    SameError { in_a_row: usize, example: String },
    /// Every respondent was rejected for the same reason and none was updated.
    AllRejected { respondents: usize, message: String },
    /// `--max-errors` was exceeded.
    TooManyErrors { rows: u64, limit: String },
    /// The platform's certificate is not trusted, or cannot be verified.
    Untrusted { reason: String },
    /// The proxy from the environment does not let calls through. Holds its address without
    /// credentials and its answer to `CONNECT`.
    ProxyRefused { proxy: String, status: u16 },
    /// The platform was out of reach, or gave no definite answer, for as long as outages are waited
    /// for.
    Outage { after: Duration, reason: String },
    /// Every answer from the start on was a web page.
    NotThePlatform { calls: usize },
    /// The time of `--max-duration` or `--until` is over.
    Deadline,
    /// The process was asked to stop.
    Interrupted(Signal),
    /// The verdicts can no longer be written, so nothing more may be sent. The recorder has the
    /// cause.
    NotRecorded,
}

/// How the process was asked to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Ctrl-C, Ctrl-Break, or a Windows console window being closed.
    Interrupt,
    /// `SIGTERM` from a scheduler or a system that shuts down; on Windows, logging off and shutting
    /// down.
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
