//! Containers that are unpacked, and other formats that are refused; both are recognized by their
//! first bytes.

pub(super) mod container;
pub(super) mod refused;
