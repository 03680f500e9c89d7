//! The arguments of commands that have flags of their own.

pub(super) mod forget;
pub(super) mod help;
pub(super) mod history;
pub(super) mod init;
pub(super) mod pull;
