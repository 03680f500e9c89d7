//! How many calls start and are in flight: the ceiling, the slowdown, and the measured rate.

pub(super) mod concurrency;
pub(super) mod course;
pub(super) mod meter;
pub(super) mod rate_limit;
pub(super) mod slowdown;
