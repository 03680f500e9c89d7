//! Why a list cannot be read. The Polish is in `text/pl/screens/list.rs`.

use std::time::Duration;

use thiserror::Error;

/// Why reading through the API failed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum PullError {
    #[error(
        "the certificate of `{host}` is not trusted: {why}; `--ca-file` names an authority of your company"
    )]
    Untrusted { host: String, why: String },
    #[error("`{host}` did not answer ({why}; {}); try again later", tried(*tries))]
    Unreached { host: String, why: String, tries: u32 },
    #[error("`{host}` answered {status} ({}); try again later", tried(*tries))]
    Failing { host: String, status: u16, tries: u32 },
    #[error("`{host}` asks to wait for {} min; try again later", .wait.as_secs().div_ceil(60))]
    Busy { host: String, wait: Duration },
    #[error(
        "the platform refuses the API key ({status}): check RESPONDENT_SYNC_CLIENT_ID and RESPONDENT_SYNC_CLIENT_SECRET \
         in Account → Settings → Integrations; they are not the webhook's key and auth"
    )]
    KeyRefused { status: u16 },
    #[error(
        "the platform gives a token and then refuses it ({status}): ask the vendor whether the API key may read"
    )]
    TokenRefused { status: u16 },
    #[error(
        "the plan of this account does not have the API (402): ask the vendor, or fetch the ids by an export of the survey \
         and use `--ids`"
    )]
    NoPlan,
    #[error("the platform has no survey {survey} for this API key (404): check `--survey`")]
    NoSurvey { survey: String },
    #[error("`{host}` has no API at this address (404): is `--base-url` right?")]
    NoApi { host: String },
    #[error(
        "the platform does not understand the question ({status}): report it, with the version of this program"
    )]
    NotUnderstood { status: u16 },
    #[error("`{host}` answered with a redirect ({status}), which is never followed: is `--base-url` right?")]
    Redirected { host: String, status: u16 },
    #[error("`{host}` answered {status}, which is unknown here: is `--base-url` right?")]
    Unknown { host: String, status: u16 },
    #[error("the answer of `{host}` is not readable: {why}")]
    Unreadable { host: String, why: Unreadable },
    #[error("the list changed {tries} times while it was read; try again later")]
    Unsteady { tries: u32 },
}

impl PullError {
    /// Returns what happened, without advice, and the status of the answer if it was an error's: for
    /// one after which there is another try.
    pub(super) fn happened(&self) -> (String, Option<u16>) {
        match self {
            Self::Failing { host, status, .. } => (format!("`{host}` answered {status}"), Some(*status)),
            Self::Unreached { host, why, .. } => (format!("`{host}` did not answer ({why})"), None),
            Self::Unreadable { host, .. } => (format!("`{host}` did not answer in JSON"), None),
            other => (other.to_string(), None),
        }
    }

    /// Whether the same command may succeed later without a change by a person.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Unreached { .. } | Self::Failing { .. } | Self::Busy { .. } | Self::Unsteady { .. }
        )
    }
}

fn tried(tries: u32) -> String {
    match tries {
        1 => "1 try".to_owned(),
        tries => format!("{tries} tries"),
    }
}

/// What is wrong with an answer. Names keys, never values; the names are empty if there are none.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum Unreadable {
    #[error("it is a web page (HTML); is `--base-url` right?")]
    Html,
    #[error("it is not JSON")]
    NotJson,
    #[error("it exceeds 64 MiB")]
    TooLong,
    #[error("it is neither a list nor an object with `list`; its keys: {}", named(.0))]
    NoList(String),
    #[error("`total` is not a number")]
    BadTotal,
    #[error("entry {0} is not an object")]
    NoObject(u64),
    #[error("entry {entry} has no `id` of digits; its keys: {}", named(.keys))]
    BadId { entry: u64, keys: String },
    #[error("`{key}` of entry {entry} is neither a text nor a number")]
    BadValue { entry: u64, key: String },
    #[error("`label{label}` and `l{label}` of entry {entry} differ")]
    TwoValues { entry: u64, label: usize },
    #[error("there is no token in it; its keys: {}", named(.0))]
    NoToken(String),
    #[error("it lists {listed} of {total} entries and then no more")]
    Short { listed: u64, total: u64 },
    #[error("it repeats the entries of the page before")]
    Repeats,
}

impl Unreadable {
    /// Whether the same question may be answered otherwise: a maintenance page is no answer.
    pub(super) fn may_pass(&self) -> bool {
        matches!(self, Self::Html | Self::NotJson)
    }
}

fn named(keys: &str) -> &str {
    if keys.is_empty() { "none" } else { keys }
}
