//! The commands, each from its settings to its exit code.

pub(super) mod check;
pub(super) mod doctor;
pub(super) mod help;
pub(super) mod init;
pub(super) mod kept;
pub(super) mod list;
pub(super) mod manual;
pub(super) mod monitored;
pub(super) mod report;
pub(super) mod sandbox;
pub(super) mod send_file;
pub(super) mod state;
