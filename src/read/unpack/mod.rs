//! What an input is packed in, and what is no table at all, told by its first bytes.

pub(super) mod container;
pub(super) mod formats;
