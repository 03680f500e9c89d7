//! The names in the header, and which columns the user means.

pub(super) mod crm;
pub(super) mod fault;
pub(super) mod header;
pub(super) mod wanted;
