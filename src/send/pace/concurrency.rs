//! Maximum calls in flight: as many as the user sets, or as many as the rate needs (`auto`). Pure.
//!
//! By Little's law, a rate of R calls per second at a latency of L seconds needs R × L calls in
//! flight. `auto` starts with few, and each answer lets one more start until there are enough or a
//! queue shows. From then on it works in rounds, each with as many answers as calls may be in
//! flight. After each round it sets the limit to what the mean latency requires plus a quarter. The
//! limit at most doubles per round, and only if it was reached; it shrinks slowly.
//!
//! At a platform's capacity, more calls in flight only wait for each other: latency rises with
//! them, which in turn asks for more. So the number is capped where latency reaches twice that of a
//! quiet platform, the minimum seen. That minimum may be out of date. If latency stays above it for
//! long, a round with so few calls that no queue is possible measures it anew. Rounds in which many
//! calls get no answer lower the limit, too.

mod beginning;

use std::time::Duration;

use tokio::time::Instant;

use crate::model::Concurrency;
use beginning::Beginning;

/// Start value and minimum of `auto`.
const MIN: usize = 2;

/// Maximum time to connect that counts towards a call's latency: a connection is begun at most this
/// long before its call.
const MAX_CONNECTING: Duration = Duration::from_secs(1);

/// Minimum calls in a round. A round has as many calls as may be in flight, or four times as many
/// while that is fewer than this: the mean of fewer would be chance.
const MIN_CALLS: usize = 16;

/// Factor on top of what the rate needs, so that jitter costs no rate.
const SPARE: f64 = 1.25;

/// Multiple of the quiet latency at which the queue is long enough.
const QUEUE: f64 = 2.0;

/// Multiple of the quiet latency below which there is no queue.
const QUIET: f64 = 1.4;

/// Rounds in a row that may be busy before the quiet latency is measured anew.
const PATIENCE: u32 = 16;
/// Calls in flight in the measuring round, as a share of what fits without a queue.
const LOOK: f64 = 0.8;

/// Share of unanswered calls in a round above which the limit is lowered.
const UNANSWERED: f64 = 0.125;

/// Maximum time for which the first call goes alone: a fault of all calls shows before there are
/// more of them.
const ALONE: Duration = Duration::from_secs(1);

/// The limit of calls in flight.
#[derive(Debug)]
pub(crate) struct InFlight {
    /// The limit never exceeds this.
    first: First,
    most: usize,
    /// The current limit.
    now: usize,
    /// `None` if the user set a fixed number.
    auto: Option<Auto>,
}

/// The state of the first call.
#[derive(Clone, Copy, Debug)]
enum First {
    NotStarted,
    AloneUntil(Instant),
    Ended,
}

#[derive(Debug)]
struct Auto {
    /// Calls per second; infinite if there is no ceiling.
    rate: f64,
    /// The start-up phase; `None` once it is over.
    beginning: Option<Beginning>,
    round: Round,
    /// Mean latency of a quiet platform in seconds; infinite before the first round.
    quiet: f64,
    /// Number of rounds since the last quiet one.
    busy: u32,
    /// The current round measures the quiet latency.
    looks: bool,
}

/// The current round.
#[derive(Debug)]
struct Round {
    /// When the round begins: once the current number of calls can have been in flight for one
    /// latency.
    begins: Instant,
    answered: usize,
    /// Total latency of the answers.
    latency: Duration,
    /// Total latency including the time to connect.
    occupied: Duration,
    unanswered: usize,
    /// Whether the limit was reached.
    full: bool,
}

impl Round {
    /// Returns the mean over the round's answers in seconds; NaN if there were none.
    fn mean(&self, all: Duration) -> f64 {
        all.as_secs_f64() / share(self.answered, 1)
    }

    fn beginning(begins: Instant) -> Self {
        Self {
            begins,
            answered: 0,
            latency: Duration::ZERO,
            occupied: Duration::ZERO,
            unanswered: 0,
            full: false,
        }
    }
}

impl InFlight {
    /// Creates the limit. `rate` is in calls per second; `None` if there is no ceiling.
    pub(crate) fn new(concurrency: Concurrency, rate: Option<f64>, now: Instant) -> Self {
        let most = concurrency.most();
        match concurrency {
            Concurrency::Fixed(calls) => Self {
                first: First::NotStarted,
                most,
                now: calls,
                auto: None,
            },
            Concurrency::Auto => Self {
                first: First::NotStarted,
                most,
                now: MIN,
                auto: Some(Auto {
                    rate: rate.unwrap_or(f64::INFINITY),
                    beginning: Some(Beginning::new(now)),
                    round: Round::beginning(now),
                    quiet: f64::INFINITY,
                    busy: 0,
                    looks: false,
                }),
            },
        }
    }

    /// Returns the current limit; at least 1.
    pub(crate) fn limit(&self) -> usize {
        self.now
    }

    /// Returns the maximum that the limit can reach.
    pub(crate) fn most(&self) -> usize {
        self.most
    }

    /// Returns until when no second call may start; `None` if one may start now.
    pub(crate) fn alone_until(&self, now: Instant) -> Option<Instant> {
        match self.first {
            First::AloneUntil(until) => Some(until).filter(|until| *until > now),
            First::NotStarted | First::Ended => None,
        }
    }

    /// Records that a call starts or begins to connect; `in_flight` includes it.
    pub(crate) fn started(&mut self, in_flight: usize, now: Instant) {
        if let Some(auto) = self.auto.as_mut().filter(|_| in_flight >= self.now) {
            auto.round.full = true;
            if let Some(beginning) = &mut auto.beginning {
                beginning.full();
            }
        }
        if matches!(self.first, First::NotStarted) {
            self.first = First::AloneUntil(now + ALONE);
        }
    }

    /// Records that a call ended, in whatever way.
    pub(crate) fn ended(&mut self) {
        self.first = First::Ended;
    }

    /// Lowers the maximum to this many calls, for good.
    pub(crate) fn lower_to(&mut self, calls: usize) {
        self.most = self.most.min(calls.max(1));
        self.now = self.now.min(self.most);
    }

    /// Records an answer to the call written at `written`, whose connection took `connecting`.
    pub(crate) fn answered(&mut self, written: Instant, connecting: Duration, now: Instant) {
        if let Some(auto) = self.auto.as_mut().filter(|auto| now >= auto.round.begins) {
            let latency = now - written;
            let occupied = latency + connecting.min(MAX_CONNECTING);
            if let Some(beginning) = &mut auto.beginning {
                let (limit, goes_on) = beginning.answered((self.now, auto.rate), latency, occupied, now);
                self.now = limit.min(self.most);
                if !goes_on {
                    auto.has_begun(now);
                }
                return;
            }
            auto.round.answered += 1;
            auto.round.latency += latency;
            auto.round.occupied += occupied;
            self.end_round(now);
        }
    }

    /// Records a call without an answer: it timed out, was cut, or the platform failed.
    pub(crate) fn unanswered(&mut self, now: Instant) {
        if let Some(auto) = self.auto.as_mut().filter(|auto| now >= auto.round.begins) {
            auto.has_begun(now);
            auto.round.unanswered += 1;
            self.end_round(now);
        }
    }

    /// Raises the limit up to twofold, because the rows themselves caused missing answers and the
    /// platform answers others. The maximum is what the rate needs if each call takes the whole
    /// timeout.
    pub(crate) fn vindicated(&mut self, timeout: Duration, now: Instant) {
        let Some(auto) = &mut self.auto else { return };
        auto.has_begun(now);
        let wanted = needed(auto.rate, timeout.as_secs_f64()).min(self.most);
        self.now = self.now.max(wanted.min(2 * self.now));
        auto.round = Round::beginning(now);
    }

    /// Sets a new limit if the round is over.
    fn end_round(&mut self, now: Instant) {
        let Some(auto) = &mut self.auto else { return };
        let round = &auto.round;
        if round.answered + round.unanswered < self.now.max(MIN_CALLS.min(4 * self.now)) {
            return;
        }
        let (mean, before) = (round.mean(round.latency), self.now);
        self.now = auto.next_limit(before, mean, self.most);
        let mut begins = now;
        if self.now != before && mean.is_finite() {
            // By then, a queue that grows with the calls has grown.
            begins += Duration::from_secs_f64(mean * share(self.now, before).max(1.0));
        }
        auto.round = Round::beginning(begins);
    }
}

impl Auto {
    /// Ends the start-up phase if it is not over.
    fn has_begun(&mut self, now: Instant) {
        if let Some(beginning) = self.beginning.take() {
            self.quiet = beginning.quiet;
            self.round = Round::beginning(now);
        }
    }

    /// Returns the limit after a round that had this limit and this mean latency (NaN if nothing
    /// was answered).
    fn next_limit(&mut self, limit: usize, mean: f64, most: usize) -> usize {
        let round = &self.round;
        let least = MIN.min(most);
        let smaller = (limit - limit / 4).max(least);
        if share(round.unanswered, round.answered + round.unanswered) > UNANSWERED {
            return smaller;
        }
        if std::mem::take(&mut self.looks) {
            self.quiet = mean;
        }
        self.quiet = self.quiet.min(mean);
        if mean <= QUIET * self.quiet {
            self.busy = 0;
        } else {
            self.busy += 1;
        }
        if self.busy > PATIENCE {
            (self.busy, self.looks) = (0, true);
            return scaled(limit, LOOK * self.quiet / mean).clamp(least, limit);
        }
        let unqueued = scaled(limit, QUEUE * self.quiet / mean).clamp(least, most);
        let wanted = needed(self.rate, round.mean(round.occupied)).clamp(least, most);
        if unqueued < limit {
            unqueued.max(smaller)
        } else if wanted < limit {
            // There is no hurry; the next round may ask for more again.
            wanted.max(limit - limit / 8)
        } else if round.full {
            wanted.min(unqueued).min(2 * limit)
        } else {
            limit
        }
    }
}

/// Returns how many calls in flight make this rate at this latency, with a margin: the fewer they
/// are, the more their number varies by chance.
fn needed(rate: f64, latency: f64) -> usize {
    let calls = rate * latency;
    // An infinite or absurdly large number saturates; the cap applies then.
    scaled(1, SPARE * calls + calls.sqrt()).saturating_add(1)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "there are never more than 5,000 calls in flight"
)]
fn share(calls: usize, of: usize) -> f64 {
    calls as f64 / of as f64
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "there are never more than 5,000 calls in flight; what is more saturates"
)]
fn scaled(calls: usize, by: f64) -> usize {
    (calls as f64 * by).ceil() as usize
}
