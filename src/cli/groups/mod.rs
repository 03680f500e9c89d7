//! The flags, one group per subject; `config/groups` says what each group means.

pub(super) mod calls;
pub(super) mod config;
pub(super) mod guards;
pub(super) mod input;
pub(super) mod kept;
pub(super) mod list;
pub(super) mod monitor;
pub(super) mod output;
pub(super) mod report;
pub(super) mod sandbox;
pub(super) mod state;
