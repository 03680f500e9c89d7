//! The seam between deciding what to ask and asking it: one question, one answer.

use secrecy::SecretString;
use url::Url;

/// A question to the API.
#[derive(Clone, Debug)]
pub(crate) enum Question {
    /// For a new token.
    Token,
    /// For a page of a list.
    Page { url: Url, token: SecretString },
}

/// An answer, complete.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<String>,
    pub(crate) date: Option<String>,
    pub(crate) body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unanswered {
    /// The certificate is not trusted.
    Untrusted(String),
    /// No connection, no answer in time, or an answer that was cut.
    Broken(String),
    /// The answer exceeds what is read of one.
    TooLong,
}

/// Asks one question at a time. Cancel safe: a question that is dropped changes nothing.
pub(crate) trait Ask {
    fn ask(&self, question: Question) -> impl Future<Output = Result<Answer, Unanswered>>;
}
