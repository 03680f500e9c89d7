//! The header's names, and which of them the user means.

pub(super) mod crm;
pub(super) mod header;
pub(super) mod wanted;
