//! Faults that are not a row's own: when all calls pause, when a run is hopeless, and how that is found out.

pub(super) mod breaker;
pub(super) mod controls;
pub(super) mod doubts;
pub(super) mod outage;
