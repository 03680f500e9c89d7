//! The input before the first call: opened, looked over, compared with what was sent before.

pub(in crate::run) mod form;
pub(in crate::run) mod id_table;
pub(in crate::run) mod news;
pub(in crate::run) mod opened;
pub(in crate::run) mod stale;
