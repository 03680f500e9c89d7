//! Sentences about rows that make no call, and the error codes.

use crate::model::{ErrorCode, RowFault};

/// The error codes of rows.
pub(crate) trait CodeWords {
    /// A few words, without a colon followed by a space.
    fn code_title(&self, code: ErrorCode) -> &'static str;

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
