//! Results: a row's verdict, its error code, and why a run ends early.

pub(super) mod early_end;
pub(super) mod edited;
pub(super) mod error_code;
pub(super) mod outcome;
pub(super) mod waiting;
