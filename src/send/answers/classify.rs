//! What an attempt's end means: done, try again, or give up. Pure, and total over every status code and kind of body.
//!
//! The platform documents one answer, `{"type":"success","msg":"…"}`, and nothing else. So success is a 2xx **and** a
//! whole JSON object **and** exactly one `type`, equal to `success` (design, rule 2); nothing else is. The status is
//! looked at before the body: a 500 with a success in it is no success.

use std::time::{Duration, SystemTime};

use super::body::Answer;
use super::retry::{MAX_HOLD_OFF, retry_after};
use crate::model::ErrorCode;
use crate::send::attempt::{Reply, TransportError};

/// What is to be done about a row after an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Success {
        http_status: u16,
        message: String,
    },
    /// Try again, and hold off all calls for `after` if the platform asked for that.
    Retry {
        fault: Fault,
        after: Option<Duration>,
    },
    /// No further attempt would help.
    Fail(Fault),
}

impl Decision {
    /// What went wrong, if anything did.
    pub(crate) fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Success { .. } => None,
            Self::Retry { fault, .. } | Self::Fail(fault) => Some(fault),
        }
    }
}

/// What went wrong in one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: ErrorCode,
    /// What the platform said, if it said something.
    pub(crate) message: String,
    /// The same without the platform's own words, which may be about a person.
    pub(crate) cause: String,
    pub(crate) http_status: Option<u16>,
    pub(crate) effect: Effect,
}

/// What an attempt that was no success tells about whether the update was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The platform looked at the row and said no: settles whatever earlier attempts left open.
    Refused,
    /// This attempt changed nothing; earlier ones stay as open as they were.
    None,
    /// It may have been applied.
    Unknown,
}

/// Decides about one attempt. `now` is our own clock, for a `Retry-After` date in an answer without a `Date`.
pub(crate) fn classify(result: &Result<Reply, TransportError>, now: SystemTime) -> Decision {
    let fault = |code, message: String, effect| Fault {
        code,
        cause: message.clone(),
        message,
        http_status: None,
        effect,
    };
    let retry = |fault| Decision::Retry { fault, after: None };
    match result {
        Ok(reply) => classify_reply(reply, now),
        Err(
            TransportError::NotSent(reason)
            | TransportError::NoSocket(reason)
            | TransportError::Untrusted(reason),
        ) => retry(fault(ErrorCode::Connect, reason.clone(), Effect::None)),
        Err(TransportError::ProxyRefused { proxy, status }) => {
            let message = format!("the proxy {proxy} answered {status} to CONNECT");
            retry(fault(ErrorCode::Connect, message, Effect::None))
        }
        Err(TransportError::Closed) => {
            let message = "the connection was closed before the call".to_owned();
            retry(fault(ErrorCode::Connect, message, Effect::None))
        }
        Err(TransportError::TimedOut) => {
            let message = "no answer within the time limit".to_owned();
            retry(fault(ErrorCode::Timeout, message, Effect::Unknown))
        }
        Err(TransportError::Interrupted(reason) | TransportError::Gone(reason)) => retry(fault(
            ErrorCode::Cut,
            format!("the connection broke: {reason}"),
            Effect::Unknown,
        )),
        Err(TransportError::BadReply(reason)) => {
            let message = format!("the answer is not HTTP: {reason}");
            retry(fault(ErrorCode::BadResponse, message, Effect::Unknown))
        }
    }
}

fn classify_reply(reply: &Reply, now: SystemTime) -> Decision {
    let status = reply.status;
    let answer = Answer::read(&reply.body);
    let fault = |code, effect| Fault {
        code,
        message: describe(status, &answer),
        cause: describe(status, &answer.without_message()),
        http_status: Some(status),
        effect,
    };
    match status {
        200..=299 => classify_2xx(status, &answer),
        300..=399 => Decision::Fail(fault(ErrorCode::Redirected, Effect::Refused)),
        401 | 403 => Decision::Fail(fault(ErrorCode::Auth, Effect::Refused)),
        408 | 425 => held_off(fault(ErrorCode::Http4xx, Effect::None), reply, now),
        429 => held_off(fault(ErrorCode::RateLimited, Effect::None), reply, now),
        400..=499 => Decision::Fail(match &answer {
            Answer::Refusal { .. } => Fault {
                message: refusal(&answer),
                ..fault(ErrorCode::Rejected, Effect::Refused)
            },
            _ => fault(ErrorCode::Http4xx, Effect::Refused),
        }),
        // What the webhook does not do (501, 505) it will not do a second later either.
        501 | 505 => Decision::Fail(fault(ErrorCode::Http5xx, Effect::None)),
        // A proxy in between gave up on the platform, which may still apply the update.
        502 | 504 | 520 | 524 => held_off(fault(ErrorCode::Http5xx, Effect::Unknown), reply, now),
        500..=599 => held_off(fault(ErrorCode::Http5xx, Effect::None), reply, now),
        _ => Decision::Retry {
            fault: fault(ErrorCode::BadResponse, Effect::Unknown),
            after: None,
        },
    }
}

fn classify_2xx(status: u16, answer: &Answer) -> Decision {
    let code = match answer {
        Answer::Success { message } => {
            return Decision::Success {
                http_status: status,
                message: message.clone(),
            };
        }
        Answer::Refusal { .. } => {
            return Decision::Fail(Fault {
                code: ErrorCode::Rejected,
                message: refusal(answer),
                cause: describe(status, &answer.without_message()),
                http_status: Some(status),
                effect: Effect::Refused,
            });
        }
        Answer::Unreadable(_) => ErrorCode::BadResponse,
        Answer::Cut(_) => ErrorCode::Cut,
        Answer::TimedOut => ErrorCode::Timeout,
    };
    let fault = Fault {
        code,
        message: describe(status, answer),
        cause: describe(status, &answer.without_message()),
        http_status: Some(status),
        effect: Effect::Unknown,
    };
    Decision::Retry { fault, after: None }
}

/// Another attempt, no sooner than the platform asks for; none where it asks for more than is ever waited.
fn held_off(fault: Fault, reply: &Reply, now: SystemTime) -> Decision {
    let asked = reply
        .retry_after
        .as_deref()
        .and_then(|header| retry_after(header, reply.date.as_deref(), now));
    match asked {
        Some(wait) if wait > MAX_HOLD_OFF => Decision::Fail(Fault {
            message: format!(
                "{}; it asks to wait {} s, and at most {} s are waited",
                fault.message,
                wait.as_secs(),
                MAX_HOLD_OFF.as_secs()
            ),
            ..fault
        }),
        after => Decision::Retry { fault, after },
    }
}

/// For people: the status, what came with it, and the platform's own words if there are any.
fn describe(status: u16, answer: &Answer) -> String {
    match answer {
        Answer::Success { message } | Answer::Refusal { message, .. } if message.is_empty() => {
            format!("HTTP {status}")
        }
        Answer::Success { message } | Answer::Refusal { message, .. } => format!("HTTP {status}: {message}"),
        Answer::Unreadable(what) => format!("HTTP {status} with {what}"),
        Answer::Cut(reason) => format!("HTTP {status}, then the connection broke: {reason}"),
        Answer::TimedOut => format!("HTTP {status}, then no whole answer within the time limit"),
    }
}

fn refusal(answer: &Answer) -> String {
    match answer {
        Answer::Refusal { kind, message } if message.is_empty() => {
            format!("the platform answered `{kind}` without a message")
        }
        Answer::Refusal { message, .. } => message.clone(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests;
