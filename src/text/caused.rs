//! A sentence as an error with a cause. Its chain is read by [`super::polish`].

use std::fmt;

use super::Message;

/// A sentence in both languages, and the error that caused what it says.
#[derive(Debug)]
pub(super) struct Caused {
    pub(super) message: Message,
    cause: anyhow::Error,
}

impl Message {
    /// Returns an error that says this and then its cause.
    pub(crate) fn caused_by(&self, cause: impl Into<anyhow::Error>) -> anyhow::Error {
        let (message, cause) = (self.clone(), cause.into());
        Caused { message, cause }.into()
    }
}

impl fmt::Display for Caused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message.fmt(f)
    }
}

impl std::error::Error for Caused {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self.cause.as_ref())
    }
}
