//! The `SQLite` file of what the platform acknowledged: the only room in which SQL is written.

pub(super) mod error;
pub(super) mod file;
pub(super) mod inventory;
pub(super) mod lineage;
pub(super) mod schema;
