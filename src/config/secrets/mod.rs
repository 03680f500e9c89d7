//! The account, the secrets and where they come from.

pub(super) mod kinds;
pub(super) mod plain_text;
pub(super) mod samples;
pub(super) mod source;
