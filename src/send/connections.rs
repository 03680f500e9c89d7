//! What is known of the platform's connections. Where it refuses further ones while others stand and are answered, it is not
//! out of reach: that is a limit, and there are fewer calls at a time for a while. Where answers leave their connections
//! to the next call, that call need not make one. Pure; the dispatcher acts on it.

use std::time::Duration;

use tokio::time::Instant;

/// An answer is recent for this long, or for twice as long as it took.
const RECENT: Duration = Duration::from_secs(5);

/// After this time more connections are tried again, a quarter more;
const MIN_WAIT: Duration = Duration::from_secs(10);

/// twice as long after each time that they were refused again, up to this.
const MAX_WAIT: Duration = Duration::from_mins(10);

#[derive(Debug)]
pub(super) struct Connections {
    /// Calls at a time, written or connecting; nothing for no limit.
    limit: Option<usize>,
    raise_at: Instant,
    wait: Duration,
    /// The limit was raised since the last refusal.
    raised: bool,
    /// A sign of life, and how long it is good: the last answer, or the first call if there was none.
    alive: Option<(Instant, Duration)>,
    refused: bool,
    /// When a call was written last.
    last: Instant,
    /// The mean of late of how long answers take.
    latency: Duration,
    /// The last answer left its connection to others.
    kept: bool,
}

/// What a refused connection means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The platform may be out of reach.
    Unclear,
    /// It takes no more connections than this; `first` if that is news.
    Limit { calls: usize, first: bool },
}

impl Connections {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            limit: None,
            raise_at: now,
            wait: MIN_WAIT,
            raised: false,
            alive: None,
            refused: false,
            last: now,
            latency: Duration::ZERO,
            kept: false,
        }
    }

    /// How many calls there may be at a time, as far as connections go.
    pub(super) fn limit(&mut self, now: Instant) -> usize {
        let Some(limit) = &mut self.limit else {
            return usize::MAX;
        };
        if now >= self.raise_at {
            *limit = limit.saturating_add((*limit / 4).max(1));
            self.raise_at = now + self.wait;
            self.raised = true;
        }
        *limit
    }

    /// A call is written.
    pub(super) fn written(&mut self, now: Instant) {
        self.alive.get_or_insert((now, RECENT));
        self.last = now;
    }

    /// A call that was written then was answered; `kept` says that its connection is free for others.
    pub(super) fn answered(&mut self, written: Instant, kept: bool, now: Instant) {
        let latency = now.saturating_duration_since(written);
        self.alive = Some((now, RECENT.max(latency * 2)));
        self.latency = self.latency / 8 * 7 + latency / 8;
        self.kept = kept;
    }

    /// Until when the calls that are in flight will have left their connections to others, if that is before a further
    /// one would be needed.
    pub(super) fn free_until(&self, now: Instant, due: Instant) -> Option<Instant> {
        let free = self.last + self.latency / 4 * 5;
        (self.kept && now < free && free <= due).then_some(free)
    }

    /// A connection was refused, while so many others stand and so many calls are left, written or connecting.
    pub(super) fn refused(&mut self, standing: usize, calls: usize, now: Instant) -> Refusal {
        let alive = self
            .alive
            .is_some_and(|(at, good)| now.saturating_duration_since(at) <= good);
        if standing == 0 || !alive {
            return Refusal::Unclear;
        }
        self.wait = match self.limit {
            None => MIN_WAIT,
            Some(_) if self.raised => (self.wait * 2).min(MAX_WAIT),
            Some(_) => self.wait,
        };
        let calls = self.limit.map_or(calls, |limit| limit.min(calls)).max(1);
        self.limit = Some(calls);
        self.raise_at = now + self.wait;
        self.raised = false;
        let first = !std::mem::replace(&mut self.refused, true);
        Refusal::Limit { calls, first }
    }

    /// The platform is out of reach: what was refused of late says nothing about a limit.
    pub(super) fn forget(&mut self) {
        self.limit = None;
        self.wait = MIN_WAIT;
        self.raised = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn refusals_lower_the_limit_one_by_one_and_it_is_raised_later_and_later() {
        let start = Instant::now();
        let mut connections = Connections::new(start);
        assert_eq!(connections.limit(start), usize::MAX);
        connections.written(start);
        for (calls, first) in [(12, true), (11, false), (10, false)] {
            let refusal = connections.refused(9, calls, start);
            assert_eq!(refusal, Refusal::Limit { calls, first });
        }
        let mut now = start;
        let mut raises = Vec::new();
        for _ in 0..9 {
            let before = now;
            while connections.limit(now) == 10 {
                now += Duration::from_secs(1);
                connections.answered(now, true, now);
            }
            raises.push((now - before).as_secs());
            assert_eq!(connections.limit(now), 12, "a quarter more");
            connections.refused(10, 11, now);
            connections.refused(10, 10, now);
        }
        assert_eq!(raises, [10, 20, 40, 80, 160, 320, 600, 600, 600]);
        connections.forget();
        assert_eq!(connections.limit(now), usize::MAX);
    }

    #[tokio::test(start_paused = true)]
    async fn where_nothing_stands_or_nothing_was_answered_of_late_it_is_no_limit() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut connections = Connections::new(start);
        assert_eq!(
            connections.refused(5, 5, start),
            Refusal::Unclear,
            "nothing was written"
        );
        connections.written(start);
        assert_eq!(connections.refused(0, 5, start), Refusal::Unclear);
        assert_eq!(connections.refused(5, 5, at(6)), Refusal::Unclear);
        connections.answered(at(6), true, at(26));
        assert_eq!(connections.refused(5, 5, at(67)), Refusal::Unclear);
        let limit = Refusal::Limit {
            calls: 5,
            first: true,
        };
        assert_eq!(connections.refused(5, 5, at(66)), limit, "answers take 20 s");
        assert_eq!(connections.limit(at(66)), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_is_waited_for_if_it_comes_free_before_it_is_needed() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut connections = Connections::new(start);
        for second in 0..40 {
            connections.written(at(1000 * second));
            connections.answered(at(1000 * second), true, at(1000 * second + 80));
        }
        connections.written(at(40_000));
        let free = connections.free_until(at(40_010), at(40_200)).unwrap();
        assert!((at(40_095)..=at(40_101)).contains(&free), "{:?}", free - start);
        assert_eq!(connections.free_until(at(40_010), at(40_090)), None, "too late");
        assert_eq!(connections.free_until(at(40_110), at(40_200)), None, "overdue");
        connections.answered(at(40_000), false, at(40_080));
        assert_eq!(connections.free_until(at(40_010), at(40_200)), None, "it closes");
    }
}
