//! What an attempt's answer means: success, refusal, retry or fault.

pub(super) mod body;
pub(super) mod classify;
pub(super) mod placeholders;
