//! All that is known and decided before the first call.

pub(super) mod announce;
pub(super) mod before_sending;
pub(super) mod fingerprint;
pub(super) mod form;
pub(super) mod guards;
pub(super) mod id_table;
pub(super) mod late_calls;
pub(super) mod lock;
pub(super) mod memory;
pub(super) mod news;
pub(super) mod opened;
pub(super) mod site;
pub(super) mod stale;
