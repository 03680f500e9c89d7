//! The subjects of the catalogue: a trait for each, a method for each sentence.

use crate::model::{ErrorCode, RowFault};

/// All sentences of a language.
pub(crate) trait Words: CodeWords + EndWords + FaultWords + Sync {}

/// Sentences about the end of a command.
pub(crate) trait EndWords {
    /// The line below an error that names a page of the manual.
    fn see_topic(&self, topic: &str) -> String;
}

/// The error codes of rows.
pub(crate) trait CodeWords {
    /// A few words, without a colon followed by a space.
    fn code_title(&self, code: ErrorCode) -> &'static str;

    /// What it means, as one clause.
    fn code_meaning(&self, code: ErrorCode) -> &'static str;

    /// What to do about it, as one clause; `None` for a row left out on purpose.
    fn code_advice(&self, code: ErrorCode) -> Option<&'static str>;
}

/// Why rows make no call.
pub(crate) trait FaultWords {
    /// A few words for what is wrong, without a colon followed by a space.
    fn fault_title(&self, fault: &RowFault) -> String;

    /// What to do about it; `None` for a row that is skipped on purpose.
    fn fault_advice(&self, fault: &RowFault) -> Option<String>;
}
