//! What is known about the platform's connections. Pure; the dispatcher acts on it.
//!
//! - If the platform refuses further connections while others are open and answered, it is not out
//!   of reach. That is a limit, and fewer calls are in flight for a while.
//! - If one connection fails although calls were answered a moment ago, that is an accident, such
//!   as a dead server among several. Another connection is opened, and only if that fails, too, is
//!   the platform out of reach.
//! - If answers leave their connections to the next call, that call need not open one.

use std::time::Duration;

use tokio::time::Instant;

/// How long an answer counts as recent, or twice its latency if that is longer.
const RECENT: Duration = Duration::from_secs(5);

/// Initial time after which a quarter more connections are tried again. Doubled each time they are
/// refused again.
const MIN_WAIT: Duration = Duration::from_secs(10);

/// Maximum time after which more connections are tried again.
const MAX_WAIT: Duration = Duration::from_mins(10);

/// Connections that have to be cut one after the other before that is a limit. One is not enough,
/// since its row may break the platform; nor is any number cut at once.
const MAX_CUTS: u32 = 3;

/// How a connection failed before its first call was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::send) enum Fault {
    /// It could not be opened.
    Refused,
    /// It was cut after the call was written.
    Cut,
}

/// The limit of connections, and the evidence for it.
#[derive(Debug)]
pub(in crate::send) struct Connections {
    /// Maximum calls in flight, written or connecting; `None` for no limit.
    limit: Option<usize>,
    /// When the limit is raised next.
    raise_at: Instant,
    /// Time from a refusal to the next raise.
    wait: Duration,
    /// Whether the limit was raised since the last refusal.
    raised: bool,
    /// The last answer, or the first call if there was none, and how long it proves that the
    /// platform is up.
    alive: Option<(Instant, Duration)>,
    /// Whether a limit was found before in this run.
    refused: bool,
    /// Connections that failed in a row, each begun after the one before had failed.
    failed_in_a_row: u32,
    /// When the last of them failed.
    failed_at: Option<Instant>,
    /// The most connections that were recently open when another succeeded, and when that was.
    made_beside: Option<(usize, Instant)>,
    /// The fewest connections that were open when another was refused, how many were refused in a
    /// row (each begun after the one before had failed), and when the last was.
    refused_beside: Option<(usize, u32, Instant)>,
    /// When a call was last written.
    last: Instant,
    /// Moving average of the latency.
    latency: Duration,
    /// Whether the last answer left its connection to other calls.
    kept: bool,
}

/// What a failed connection means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::send) enum Refusal {
    /// The platform may be out of reach.
    Unclear,
    /// The platform was up a moment ago; another connection will show.
    Accident,
    /// The platform accepts no more than this many. `first` is true the first time.
    Limit { calls: usize, first: bool },
}

impl Connections {
    pub(in crate::send) fn new(now: Instant) -> Self {
        Self {
            limit: None,
            raise_at: now,
            wait: MIN_WAIT,
            raised: false,
            alive: None,
            refused: false,
            failed_in_a_row: 0,
            failed_at: None,
            made_beside: None,
            refused_beside: None,
            last: now,
            latency: Duration::ZERO,
            kept: false,
        }
    }

    /// Returns the maximum calls in flight that connections allow, and raises it when that is due.
    pub(in crate::send) fn limit(&mut self, now: Instant) -> usize {
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

    /// Records that a call is written.
    pub(in crate::send) fn written(&mut self, now: Instant) {
        self.alive.get_or_insert((now, RECENT));
        self.last = now;
    }

    /// Records an answer to the call written at `written`. `kept` says that its connection is free
    /// for others.
    pub(in crate::send) fn answered(&mut self, written: Instant, kept: bool, now: Instant) {
        let latency = now.saturating_duration_since(written);
        self.alive = Some((now, RECENT.max(latency * 2)));
        self.latency = self.latency / 8 * 7 + latency / 8;
        self.kept = kept;
    }

    /// Returns when the calls in flight will have freed their connections, if that is before
    /// another connection is needed.
    pub(in crate::send) fn free_until(&self, now: Instant, due: Instant) -> Option<Instant> {
        let free = self.last + self.latency / 4 * 5;
        (self.kept && now < free && free <= due).then_some(free)
    }

    /// Records that a connection was opened while `standing` others were open.
    pub(in crate::send) fn made(&mut self, standing: usize, now: Instant) {
        let is_less =
            |(most, at): (usize, Instant)| standing < most && now.saturating_duration_since(at) <= RECENT;
        if !self.made_beside.is_some_and(is_less) {
            self.made_beside = Some((standing, now));
        }
        self.refused_beside.take_if(|(least, ..)| *least <= standing);
    }

    /// Whether a connection begun at `begun` and refused while `standing` others were open exceeds
    /// a limit: none was recently opened beside as many, and it is the second in a row.
    fn is_one_too_many(&mut self, standing: usize, begun: Instant, now: Instant) -> bool {
        let was_made =
            |(most, at): (usize, Instant)| most >= standing && now.saturating_duration_since(at) <= RECENT;
        if self.made_beside.is_some_and(was_made) {
            return false;
        }
        let (least, count, at) = self.refused_beside.unwrap_or((standing, 0, begun));
        let is_next = count == 0 || begun > at;
        let count = count + u32::from(is_next);
        self.refused_beside = Some((least.min(standing), count, if is_next { now } else { at }));
        count >= 2
    }

    /// Records that the first call of a connection was answered.
    pub(in crate::send) fn served(&mut self) {
        (self.failed_in_a_row, self.failed_at) = (0, None);
    }

    /// Records that a connection begun at `begun` failed, while `standing` others were open and
    /// `calls` calls remained, written or connecting. Returns what that means.
    pub(in crate::send) fn failed(
        &mut self,
        fault: Fault,
        begun: Instant,
        (standing, calls): (usize, usize),
        now: Instant,
    ) -> Refusal {
        let is_next = self.failed_at.is_none_or(|at| begun > at);
        if is_next {
            self.failed_in_a_row += 1;
            self.failed_at = Some(now);
        }
        let alive = self
            .alive
            .is_some_and(|(at, good)| now.saturating_duration_since(at) <= good);
        let in_a_row = self.failed_in_a_row;
        match fault {
            _ if !alive => Refusal::Unclear,
            Fault::Refused if standing > 0 => {
                if self.is_one_too_many(standing, begun, now) {
                    self.limited(calls, now)
                } else {
                    Refusal::Accident
                }
            }
            Fault::Cut if standing > 0 && is_next && in_a_row >= MAX_CUTS => self.limited(calls, now),
            Fault::Refused if in_a_row == 1 => Refusal::Accident,
            Fault::Refused | Fault::Cut => Refusal::Unclear,
        }
    }

    fn limited(&mut self, calls: usize, now: Instant) -> Refusal {
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

    /// Forgets the limit, because the platform is out of reach: recent refusals say nothing about a
    /// limit.
    pub(in crate::send) fn forget(&mut self) {
        self.limit = None;
        self.wait = MIN_WAIT;
        self.raised = false;
        self.refused_beside = None;
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
        let mut now = start;
        let first = connections.failed(Fault::Refused, now, (9, 13), now);
        assert_eq!(first, Refusal::Accident, "one may be chance");
        now += Duration::from_millis(100);
        for (calls, first) in [(12, true), (11, false), (10, false)] {
            let refusal = connections.failed(Fault::Refused, now, (9, calls), now);
            assert_eq!(refusal, Refusal::Limit { calls, first });
        }
        let mut raises = Vec::new();
        for _ in 0..9 {
            let before = now;
            while connections.limit(now) == 10 {
                now += Duration::from_secs(1);
                connections.answered(now, true, now);
            }
            raises.push((now - before).as_secs());
            assert_eq!(connections.limit(now), 12, "a quarter more");
            connections.failed(Fault::Refused, now, (10, 11), now);
            connections.failed(Fault::Refused, now, (10, 10), now);
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
        let refused = |connections: &mut Connections, standing, now| {
            connections.failed(Fault::Refused, now, (standing, 5), now)
        };
        assert_eq!(
            refused(&mut connections, 5, start),
            Refusal::Unclear,
            "nothing was written"
        );
        connections.written(start);
        connections.served();
        assert_eq!(refused(&mut connections, 0, at(1)), Refusal::Accident);
        let at_once = connections.failed(Fault::Refused, at(1), (0, 5), at(2));
        assert_eq!(at_once, Refusal::Accident, "begun before the first had failed");
        assert_eq!(
            refused(&mut connections, 0, at(3)),
            Refusal::Unclear,
            "two in a row"
        );
        connections.served();
        assert_eq!(refused(&mut connections, 0, at(4)), Refusal::Accident);
        assert_eq!(
            refused(&mut connections, 5, at(6)),
            Refusal::Unclear,
            "no answer of late"
        );
        connections.answered(at(6), true, at(26));
        assert_eq!(refused(&mut connections, 5, at(67)), Refusal::Unclear);
        let limit = Refusal::Limit {
            calls: 5,
            first: true,
        };
        assert_eq!(refused(&mut connections, 5, at(64)), Refusal::Accident);
        assert_eq!(refused(&mut connections, 5, at(66)), limit, "answers take 20 s");
        assert_eq!(connections.limit(at(66)), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn one_is_not_too_many_where_as_many_stood_of_late() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut connections = Connections::new(start);
        connections.written(start);
        let refused = |connections: &mut Connections, standing, now| {
            connections.answered(now, true, now);
            connections.failed(Fault::Refused, now, (standing, standing), now)
        };
        for second in 0..20 {
            connections.made(3, at(second));
            assert_eq!(
                refused(&mut connections, 3, at(second)),
                Refusal::Accident,
                "every second one"
            );
        }
        assert_eq!(refused(&mut connections, 4, at(20)), Refusal::Accident);
        connections.made(2, at(20));
        let limit = |refusal| matches!(refusal, Refusal::Limit { .. });
        assert!(limit(refused(&mut connections, 4, at(21))));
        connections.made(4, at(22));
        assert_eq!(refused(&mut connections, 4, at(23)), Refusal::Accident);
        assert_eq!(refused(&mut connections, 5, at(40)), Refusal::Accident);
        assert!(
            limit(refused(&mut connections, 4, at(41))),
            "what was made long ago says nothing"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn connections_that_are_cut_are_a_limit_only_one_after_the_other() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut connections = Connections::new(start);
        let cut = |connections: &mut Connections, begun, now| {
            connections.answered(now, true, now);
            connections.failed(Fault::Cut, begun, (5, 5), now)
        };
        for _ in 0..50 {
            assert_eq!(
                cut(&mut connections, start, at(1)),
                Refusal::Unclear,
                "all at once"
            );
        }
        assert_eq!(cut(&mut connections, at(2), at(3)), Refusal::Unclear);
        connections.served();
        assert_eq!(cut(&mut connections, at(4), at(5)), Refusal::Unclear);
        assert_eq!(cut(&mut connections, at(6), at(7)), Refusal::Unclear);
        assert!(matches!(
            cut(&mut connections, at(8), at(9)),
            Refusal::Limit { .. }
        ));
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
