//! The beginning of `auto`: while no queue shows, each answer lets one more call start, which doubles the calls in flight
//! with each answer time. Pure.

use std::time::Duration;

use tokio::time::Instant;

use super::{QUEUE, needed, scaled, share};

/// Answers in a group, whose mean latency tells whether there is a queue. That of fewer would be chance; with more, a queue
/// would show too late, since calls are added meanwhile.
const GROUP: usize = 16;

/// Where all calls are answered as quickly as ever, at most twice as many are in flight as were when those started that are
/// answered now. Where more are, they wait for each other. With something to spare for chance.
const MAX_GROWTH: f64 = 2.5;

#[derive(Debug)]
pub(super) struct Beginning {
    group: Group,
    /// The least mean latency of a group, in seconds; infinite before the first is complete.
    pub(super) quiet: f64,
    /// As many calls as have room beside those that are answered.
    room: usize,
    /// Answers since as many calls were in flight as may be.
    since_full: usize,
}

/// Answers that are looked at together.
#[derive(Debug)]
struct Group {
    begun: Instant,
    answered: usize,
    latency: Duration,
    /// With what their connections took.
    occupied: Duration,
}

impl Group {
    fn new(begun: Instant) -> Self {
        Self {
            begun,
            answered: 0,
            latency: Duration::ZERO,
            occupied: Duration::ZERO,
        }
    }

    /// The mean of the answers in seconds.
    fn mean(&self, all: Duration) -> f64 {
        all.as_secs_f64() / share(self.answered, 1)
    }
}

impl Beginning {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            group: Group::new(now),
            quiet: f64::INFINITY,
            room: usize::MAX,
            since_full: 0,
        }
    }

    /// As many calls are in flight as may be.
    pub(super) fn full(&mut self) {
        self.since_full = 0;
    }

    /// Another call was answered, with this latency, and with what its connection took. Returns the new limit, and whether
    /// the beginning goes on: it ends with a queue, or when there are enough calls.
    pub(super) fn answered(
        &mut self,
        (limit, rate): (usize, f64),
        latency: Duration,
        occupied: Duration,
        now: Instant,
    ) -> (usize, bool) {
        let group = &mut self.group;
        group.answered += 1;
        group.latency += latency;
        group.occupied += occupied;
        self.since_full += 1;
        let wanted = needed(rate, group.mean(group.occupied));
        let mut has_queue = false;
        if group.answered >= GROUP {
            let mean = group.mean(group.latency);
            has_queue = mean > QUEUE * self.quiet;
            self.quiet = self.quiet.min(mean);
            let per_second = share(GROUP, 1) / now.saturating_duration_since(group.begun).as_secs_f64();
            self.room = scaled(1, MAX_GROWTH * per_second * self.quiet);
            self.group = Group::new(now);
        }
        let enough = self.since_full >= GROUP.max(limit);
        let next = (limit + 1).min(wanted).min(self.room).max(limit);
        (next, !has_queue && !enough)
    }
}
