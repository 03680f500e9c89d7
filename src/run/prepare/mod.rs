//! Everything that is read and decided before the first call.

pub(super) mod announce;
pub(super) mod before_sending;
pub(super) mod confirm;
pub(super) mod decided;
pub(super) mod examine;
pub(super) mod fingerprint;
pub(super) mod guards;
pub(super) mod input;
pub(super) mod late_calls;
pub(super) mod lock;
pub(super) mod memory;
pub(super) mod site;
