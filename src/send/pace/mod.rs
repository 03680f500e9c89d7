//! How many calls start and are in flight: the ceiling, the brakes, and how fast the run really was.

pub(super) mod ceiling;
pub(super) mod concurrency;
pub(super) mod meter;
pub(super) mod slowdown;
