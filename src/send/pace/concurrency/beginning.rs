//! The start-up phase of `auto`: while no queue shows, each answer lets one more call start, which
//! doubles the calls in flight once per latency. Pure.

use std::time::Duration;

use tokio::time::Instant;

use super::{QUEUE, needed, scaled, share};

/// Answers in a group, whose mean latency shows whether there is a queue. The mean of fewer would
/// be chance; with more, a queue would show too late, since calls are added meanwhile.
const GROUP: usize = 16;

/// If all calls are answered as quickly as ever, at most twice as many are in flight as when the
/// calls answered now started. If more are, they wait for each other. The rest is a margin for
/// chance.
const MAX_GROWTH: f64 = 2.5;

/// State of the start-up phase.
#[derive(Debug)]
pub(super) struct Beginning {
    group: Group,
    /// Minimum mean latency of a group, in seconds; infinite before the first group is complete.
    pub(super) quiet: f64,
    /// Maximum calls in flight that the last group's rate allows without a queue.
    room: usize,
    /// Answers since the limit was last reached.
    since_full: usize,
}

/// Answers that are judged together.
#[derive(Debug)]
struct Group {
    begun: Instant,
    answered: usize,
    latency: Duration,
    /// Latency including the time to connect.
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

    /// Returns the mean over the answers in seconds.
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

    /// Records that the limit is reached.
    pub(super) fn full(&mut self) {
        self.since_full = 0;
    }

    /// Records an answer with its latency, without and with the time to connect. Returns the new
    /// limit, and whether the phase continues: it ends with a queue, or when there are enough
    /// calls.
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
