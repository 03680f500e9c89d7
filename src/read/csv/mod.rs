//! The structure of a file: text to records, and records to fields.
//!
//! Fields are parsed by csv-core, the parser of the csv crate. Records are found by a scanner of this
//! room, because the csv crate passes over what makes rows vanish (a quote that is never closed) and
//! copies each field once more.

pub(super) mod dialect;
pub(super) mod fields;
pub(super) mod records;
pub(super) mod scanned;
