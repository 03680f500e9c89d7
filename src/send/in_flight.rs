//! How many calls are in flight at most: as many as the user says, or as many as the rate needs (`auto`). Pure.
//!
//! By Little's law a rate of R calls per second at a latency of L seconds needs R × L calls in flight. `auto` begins with
//! few, takes the mean latency of a round, as many answers as calls may be in flight, and asks for a quarter more than
//! that needs; it grows at most twofold a round, and shrinks by a quarter.
//!
//! Growing has to pay. Where a platform is at its limit, more calls in flight only wait for each other there: latency
//! rises as they grow, which asks for still more of them, up to the cap. So what was grown is judged by the next round:
//! if latency rose by more than half of what the calls did, `auto` goes back to as many as would have brought the same
//! at the old latency, and does not try again for a while. Judged is the median, since a few slow answers in a round
//! say nothing about a queue.

use std::time::Duration;

use tokio::time::Instant;

use crate::model::Concurrency;

/// What `auto` begins with, and its least.
const LEAST: usize = 4;

/// The least answers of a round: fewer would tell chance.
const LEAST_ANSWERS: usize = 8;

/// What is asked for beyond what the rate needs, so that jitter costs no rate.
const SPARE: f64 = 1.25;

/// A rise of latency by less than this is chance. A queue shows by more: where the platform is the limit, at least
/// [`SPARE`] times as many calls are asked for as there are.
const CHANCE: f64 = 0.2;

/// How many rounds pass after one that showed that growing does not pay.
const PATIENCE: u32 = 16;

/// For so long at most the first call goes alone. Where the platform speaks HTTP/2, which shows with the first connection,
/// all others share that; and what is wrong with all calls shows before there are more of them.
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
    /// What answers of the round took that is under way, in seconds. It begins when so many calls have been in flight
    /// for as long as one takes.
    round: Vec<f64>,
    begins: Instant,
    /// What there was before it grew last, until that is judged: calls in flight and their median latency in seconds.
    before: Option<(usize, f64)>,
    /// How many more rounds do not grow.
    patience: u32,
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
                now: LEAST,
                auto: Some(Auto {
                    rate: rate.unwrap_or(f64::INFINITY),
                    round: Vec::new(),
                    begins: now,
                    before: None,
                    patience: 0,
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

    /// A call starts.
    pub(crate) fn started(&mut self, now: Instant) {
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

    /// A call that started then was answered now.
    pub(crate) fn answered(&mut self, started: Instant, now: Instant) {
        let Some(auto) = &mut self.auto else { return };
        if now < auto.begins {
            return;
        }
        auto.round.push((now - started).as_secs_f64());
        if auto.round.len() >= self.now.max(LEAST_ANSWERS) {
            let before = self.now;
            let mean = auto.round.iter().sum::<f64>() / share(auto.round.len(), 1);
            let median = median(&mut auto.round);
            self.now = auto.next_limit(before, mean, median, self.most);
            auto.round.clear();
            auto.begins = now;
            if self.now != before {
                // If a queue grows with the calls, it has grown after so long.
                auto.begins += Duration::from_secs_f64(mean * share(self.now, before).max(1.0));
            }
        }
    }
}

impl Auto {
    /// A round is over that had so many calls in flight and these latencies.
    fn next_limit(&mut self, limit: usize, mean: f64, median: f64, most: usize) -> usize {
        let wanted = needed(self.rate, mean).max(LEAST).min(most);
        self.patience = self.patience.saturating_sub(1);
        if let Some((fewer, shorter)) = self.before.take() {
            let grown = share(limit, fewer) - 1.0;
            let risen = median / shorter - 1.0;
            if risen > (grown / 2.0).max(CHANCE) {
                self.patience = PATIENCE;
                let useful = scaled(limit, shorter / median).min(limit);
                return if useful > scaled(fewer, 1.0 + CHANCE / 2.0) {
                    useful
                } else {
                    fewer.min(limit)
                };
            }
        }
        if wanted < limit {
            wanted.max(limit - limit / 4)
        } else if wanted > limit && self.patience == 0 {
            self.before = Some((limit, median));
            wanted.min(2 * limit)
        } else {
            limit
        }
    }
}

/// How many calls in flight make this rate at this latency, with something to spare.
fn needed(rate: f64, latency: f64) -> usize {
    // An infinite or absurdly large number saturates, and the cap is what counts.
    scaled(1, rate * latency * SPARE).saturating_add(1)
}

/// The middle one; 0 for none.
fn median(latencies: &mut [f64]) -> f64 {
    latencies.sort_unstable_by(f64::total_cmp);
    latencies.get(latencies.len() / 2).copied().unwrap_or_default()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "there are never more than 10,000 calls in flight"
)]
fn share(calls: usize, of: usize) -> f64 {
    calls as f64 / of as f64
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "there are never more than 10,000 calls in flight; what is more saturates"
)]
fn scaled(calls: usize, by: f64) -> usize {
    (calls as f64 * by).ceil() as usize
}
