//! Connections to the platform, and single calls on them.

pub(super) mod connecting;
pub(super) mod connections;
pub(super) mod lookup;
pub(super) mod losses;
pub(super) mod permit;
pub(super) mod transport;
