//! Text to records, and records to fields: the structure of the file.

pub(super) mod dialect;
pub(super) mod fields;
pub(super) mod records;
pub(super) mod scanned;
