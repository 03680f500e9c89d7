//! What comes in: a row, what its columns mean, and what is to become of it.

pub(super) mod export;
pub(super) mod layout;
pub(super) mod planned;
pub(super) mod row;
pub(super) mod template;
pub(super) mod update;
