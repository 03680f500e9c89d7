//! The `SQLite` file of what the platform acknowledged. Only this module contains SQL.

pub(super) mod acknowledged;
pub(super) mod error;
pub(super) mod file;
pub(super) mod inventory;
pub(super) mod labels;
pub(super) mod lineage;
pub(super) mod schema;
