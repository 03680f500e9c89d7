//! The meaning of each group of flags, checked. The groups are those of `cli/groups`.

pub(super) mod base_url;
pub(super) mod calls;
pub(super) mod guards;
pub(super) mod list;
pub(super) mod log;
pub(super) mod mapping;
pub(super) mod monitor;
pub(super) mod origin;
pub(super) mod outputs;
pub(super) mod page;
pub(super) mod reading;
pub(super) mod state;
