//! The subjects of the catalogue: a trait for each, a method for each sentence.

mod retry;

pub(crate) use retry::RetryWords;

/// All sentences of a language.
pub(crate) trait Words: EndWords + RetryWords + Sync {}

/// Sentences about the end of a command.
pub(crate) trait EndWords {
    /// The line below an error that names a page of the manual.
    fn see_topic(&self, topic: &str) -> String;
}
