//! What an attempt came to: success, a refusal, a retry, a fault.

pub(super) mod body;
pub(super) mod classify;
pub(super) mod placeholders;
pub(super) mod retry;
