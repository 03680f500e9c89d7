//! Settings shared by several stages: rate, concurrency, deadlines, the address, the language, what
//! the run is called elsewhere.

pub(super) mod api;
pub(super) mod concurrency;
pub(super) mod deadline;
pub(super) mod delta_mode;
pub(super) mod endpoint;
pub(super) mod identity;
pub(super) mod lang;
pub(super) mod rate;
pub(super) mod recorded;
pub(super) mod retry;
pub(super) mod threshold;
