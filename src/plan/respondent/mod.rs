//! Which respondent a row is about: by an id, or by an address and a table of ids; and who is never
//! sent. Pure.

pub(super) mod address;
pub(super) mod exclusion;
pub(super) mod id_table;
pub(super) mod ids;
pub(super) mod members;
pub(super) mod who;
