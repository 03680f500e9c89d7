//! The structure of a file: text to records, and records to fields.

pub(super) mod dialect;
pub(super) mod fields;
pub(super) mod records;
pub(super) mod scanned;
