//! The settings of each command, from all the groups of flags that it takes.

pub(super) mod check;
pub(super) mod doctor;
pub(super) mod files;
pub(super) mod help;
pub(super) mod init;
pub(super) mod kept;
pub(super) mod list;
pub(super) mod report;
pub(super) mod retry;
pub(super) mod run;
pub(super) mod sandbox;
pub(super) mod state;
