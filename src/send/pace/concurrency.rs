//! How many calls are in flight at most: as many as the user says, or as many as the rate needs (`auto`). Pure.
//!
//! By Little's law a rate of R calls per second at a latency of L seconds needs R × L calls in flight. `auto` begins with
//! few, and each answer lets one more start until there are enough or a queue shows. From then on it takes the mean
//! latency of a round, as many answers as calls may be in flight, and asks for a quarter more than that needs. It grows at
//! most twofold a round, and only if all that were allowed were used; it shrinks slowly.
//!
//! Where a platform is at its limit, more calls in flight only wait for each other there: latency rises as they grow,
//! which asks for still more of them. So no more are in flight than double the latency that a quiet platform shows, the
//! least that was seen. That may be out of date: where latency was above it for long, a round with so few calls that
//! there can be no queue shows what it is now. Rounds in which many calls get no answer ask for fewer, too.

mod beginning;

use std::time::Duration;

use tokio::time::Instant;

use crate::model::Concurrency;
use beginning::Beginning;

/// What `auto` begins with, and its least.
const MIN: usize = 2;

/// A connection counts for at most this long in what a call takes: it is not begun earlier before its call.
const MAX_CONNECTING: Duration = Duration::from_secs(1);

/// A round has as many calls as may be in flight, but four times as many as long as that is fewer than this: the mean of
/// fewer would be chance.
const MIN_CALLS: usize = 16;

/// What is asked for beyond what the rate needs, so that jitter costs no rate.
const SPARE: f64 = 1.25;

/// So many times the latency of a quiet platform is a queue that is long enough,
const QUEUE: f64 = 2.0;

/// and less than so many times is none.
const QUIET: f64 = 1.4;

/// After so many rounds that were not quiet, a round with this share of the calls that would be without a queue shows how
/// long a quiet platform takes now.
const PATIENCE: u32 = 16;
const LOOK: f64 = 0.8;

/// A round of which more than this share got no answer asks for fewer calls.
const UNANSWERED: f64 = 0.125;

/// The first call goes alone for at most this long: what is wrong with all calls shows before there are more of them.
const ALONE: Duration = Duration::from_secs(1);

/// The most calls in flight.
#[derive(Debug)]
pub(crate) struct InFlight {
    first: First,
    most: usize,
    now: usize,
    /// Nothing where the user said how many.
    auto: Option<Auto>,
}

/// What is known of the first call.
#[derive(Clone, Copy, Debug)]
enum First {
    NotStarted,
    AloneUntil(Instant),
    Ended,
}

#[derive(Debug)]
struct Auto {
    /// Calls per second; infinite where there is no ceiling.
    rate: f64,
    /// Nothing once it is over.
    beginning: Option<Beginning>,
    round: Round,
    /// The mean latency in seconds of a quiet platform, as far as is known; infinite before the first round.
    quiet: f64,
    /// How many rounds were not quiet since the last that was.
    busy: u32,
    /// The round that is under way is to show what a quiet platform takes.
    looks: bool,
}

/// The round that is under way.
#[derive(Debug)]
struct Round {
    /// It begins when so many calls as now may have been in flight for as long as one takes.
    begins: Instant,
    answered: usize,
    /// All together.
    latency: Duration,
    /// With what their connections took.
    occupied: Duration,
    unanswered: usize,
    /// As many calls were in flight as may be.
    full: bool,
}

impl Round {
    /// The mean of a round's answers in seconds; not a number if there were none.
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
    /// `rate` in calls per second; nothing where there is no ceiling.
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

    /// So many calls may be in flight now; at least 1.
    pub(crate) fn limit(&self) -> usize {
        self.now
    }

    /// The limit is never more than this.
    pub(crate) fn most(&self) -> usize {
        self.most
    }

    /// Until when no second call may start, if that is not now.
    pub(crate) fn alone_until(&self, now: Instant) -> Option<Instant> {
        match self.first {
            First::AloneUntil(until) => Some(until).filter(|until| *until > now),
            First::NotStarted | First::Ended => None,
        }
    }

    /// A call starts, or begins to connect, one of so many in flight.
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

    /// A call ended, in whatever way.
    pub(crate) fn ended(&mut self) {
        self.first = First::Ended;
    }

    /// There cannot be more than these from here on.
    pub(crate) fn lower_to(&mut self, calls: usize) {
        self.most = self.most.min(calls.max(1));
        self.now = self.now.min(self.most);
    }

    /// A call that was written then got its answer now; its connection took so long before.
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

    /// A call got no answer: its time was up, it was cut, or the platform failed.
    pub(crate) fn unanswered(&mut self, now: Instant) {
        if let Some(auto) = self.auto.as_mut().filter(|auto| now >= auto.round.begins) {
            auto.has_begun(now);
            auto.round.unanswered += 1;
            self.end_round(now);
        }
    }

    /// Calls without an answer were their rows' own fault: the platform answers others. So there may be twice as many, up to
    /// what the rate needs where each call takes as long as it may.
    pub(crate) fn vindicated(&mut self, timeout: Duration, now: Instant) {
        let Some(auto) = &mut self.auto else { return };
        auto.has_begun(now);
        let wanted = needed(auto.rate, timeout.as_secs_f64()).min(self.most);
        self.now = self.now.max(wanted.min(2 * self.now));
        auto.round = Round::beginning(now);
    }

    /// If the round is over, there is a new limit.
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
            // If a queue grows with the calls, it has grown after so long.
            begins += Duration::from_secs_f64(mean * share(self.now, before).max(1.0));
        }
        auto.round = Round::beginning(begins);
    }
}

impl Auto {
    /// The beginning is over, if it was not before.
    fn has_begun(&mut self, now: Instant) {
        if let Some(beginning) = self.beginning.take() {
            self.quiet = beginning.quiet;
            self.round = Round::beginning(now);
        }
    }

    /// A round is over that had so many calls in flight and this mean latency, not a number if nothing was answered.
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
            // There is no hurry, and the next round may ask for more again.
            wanted.max(limit - limit / 8)
        } else if round.full {
            wanted.min(unqueued).min(2 * limit)
        } else {
            limit
        }
    }
}

/// How many calls in flight make this rate at this latency, with something to spare: the fewer they are, the more their
/// number varies by chance.
fn needed(rate: f64, latency: f64) -> usize {
    let calls = rate * latency;
    // An infinite or absurdly large number saturates, and the cap is what counts.
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
