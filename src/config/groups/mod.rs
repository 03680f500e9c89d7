//! What was meant by each group of flags (`cli` has the same), checked.

pub(super) mod base_url;
pub(super) mod calls;
pub(super) mod guards;
pub(super) mod log;
pub(super) mod mapping;
pub(super) mod monitor;
pub(super) mod outputs;
pub(super) mod reading;
pub(super) mod state;
