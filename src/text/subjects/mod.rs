//! The subjects of the catalogue: a trait for each, a method for each sentence.

mod check;
mod faults;
mod guards;
mod init;
mod input;
mod progress;
mod retry;
mod start;
mod summary;

pub(crate) use check::{CheckWords, Plans};
pub(crate) use faults::{CodeWords, FaultWords};
pub(crate) use guards::GuardWords;
pub(crate) use init::{ConfigKey, InitWords, YesNo};
pub(crate) use input::InputWords;
pub(crate) use progress::ProgressWords;
pub(crate) use retry::RetryWords;
pub(crate) use start::{From, StartWords};
pub(crate) use summary::{Counted, NoteWords, SummaryWords};

/// All sentences of a language.
pub(crate) trait Words:
    CheckWords
    + CodeWords
    + EndWords
    + FaultWords
    + GuardWords
    + InitWords
    + InputWords
    + NoteWords
    + ProgressWords
    + RetryWords
    + StartWords
    + SummaryWords
    + YesNo
    + Sync
{
}

/// Sentences about the end of a command.
pub(crate) trait EndWords {
    /// The line below an error that names a page of the manual.
    fn see_topic(&self, topic: &str) -> String;

    /// The same input was sent before; `fixed` rows of it that failed then went through since.
    fn already_sent(&self, when: Option<&str>, results: &str, fixed: Option<u64>) -> String;

    /// The same input was sent before, and rows of it still fail.
    fn already_sent_with_failures(
        &self,
        when: Option<&str>,
        remaining: u64,
        failed: &str,
        retry: &str,
    ) -> String;
}
