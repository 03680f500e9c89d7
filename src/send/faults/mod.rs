//! Faults that no single row causes: when all calls pause, when a run is hopeless, and how that is
//! found out.

pub(super) mod breaker;
pub(super) mod controls;
pub(super) mod doubts;
pub(super) mod outage;
