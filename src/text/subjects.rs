//! The subjects of the catalogue: a trait for each, a method for each sentence.

use crate::model::RowFault;

/// All sentences of a language.
pub(crate) trait Words: EndWords + FaultWords + Sync {}

/// Sentences about the end of a command.
pub(crate) trait EndWords {
    /// The line below an error that names a page of the manual.
    fn see_topic(&self, topic: &str) -> String;
}

/// Why rows make no call.
pub(crate) trait FaultWords {
    /// A few words for what is wrong, without a colon followed by a space.
    fn fault_title(&self, fault: &RowFault) -> String;

    /// What to do about it; `None` for a row that is skipped on purpose.
    fn fault_advice(&self, fault: &RowFault) -> Option<String>;
}
