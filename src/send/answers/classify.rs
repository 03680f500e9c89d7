//! Decides what an attempt's end means: done, retry, or give up. Pure, and total over every status
//! code and kind of body.
//!
//! The platform documents one answer, `{"type":"success","msg":"…"}`, and nothing else. So success
//! requires a 2xx **and** a complete JSON object **and** exactly one `type`, equal to `success`
//! ([rule 2](crate::rules#rule-2)). The status comes before the body: a 500 with a success in its body is no success.

use std::time::{Duration, SystemTime};

use super::body::Answer;
use crate::model::{ErrorCode, MAX_HOLD_OFF, retry_after};
use crate::send::attempt::{Reply, TransportError};

/// What to do about a row after an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Success {
        http_status: u16,
        message: String,
    },
    /// Retry, and hold off all calls for `after` if the platform asked for that.
    Retry {
        fault: Fault,
        after: Option<Duration>,
    },
    /// Give up: no further attempt would help.
    Fail(Fault),
}

impl Decision {
    /// Returns what went wrong, if anything did.
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
    /// The platform's message or, if it sent none, a description of the fault.
    pub(crate) message: String,
    /// The same without the platform's words, which may be about a person.
    pub(crate) cause: String,
    /// `None` if no status line arrived.
    pub(crate) http_status: Option<u16>,
    pub(crate) effect: Effect,
}

/// What a failed attempt says about whether the update was applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The platform refused the row. This settles what earlier attempts left open.
    Refused,
    /// This attempt changed nothing. What earlier attempts left open stays open.
    None,
    /// The update may have been applied.
    Unknown,
}

/// Classifies the result of one attempt. `now` is the local clock, used for a `Retry-After` date in
/// an answer without a `Date`.
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
        // What the webhook does not support (501, 505) it will not support a second later either.
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

/// Retries no sooner than the platform asks for; fails if that exceeds the maximum wait.
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

/// Describes an answer for people: the status, the kind of body, and the platform's message if
/// there is one.
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
