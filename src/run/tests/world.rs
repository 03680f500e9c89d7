//! A model of the platform: its content, its faults over time, and a record of every call.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, sleep};

use crate::model::UpdateRespondent;
use crate::send::{Body, Reply, Transport, TransportError, Wire};

/// Maximum duration of a call. For the same time after its end a call in doubt may still be
/// applied.
pub(super) const LONGEST_CALL: Duration = Duration::from_secs(30);

/// A fault of the platform.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fault {
    /// The connection is refused.
    Refuses,
    /// 503, perhaps with a page as its body, perhaps with `Retry-After`.
    Unavailable { page: bool, retry_after: Option<u64> },
    /// No answer. The update may have been applied, or may be applied later.
    Silent,
    /// The connection breaks. The update may have been applied, or may be applied later.
    Cuts,
    /// A page with status 200.
    Page,
    /// 429.
    TooMany { retry_after: Option<u64> },
    /// 401, for a wrong key.
    Unauthorized,
    /// 404 without a readable reason.
    NotFound,
    /// The system has no socket left.
    NoSocket,
    /// A panic in the program.
    Panics,
}

/// A fault and its period.
#[derive(Clone, Copy, Debug)]
pub(super) struct CallWindow {
    pub(super) from: Duration,
    pub(super) until: Duration,
    pub(super) fault: Fault,
    /// The share of the calls that are affected.
    pub(super) share: f64,
}

/// One call as the platform saw it.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own about the call"
)]
pub(super) struct Call {
    pub(super) respondent: String,
    /// The label's value, which names the row.
    pub(super) value: String,
    pub(super) row: u64,
    /// Whether it repeats what was acknowledged last for this respondent.
    pub(super) repeats: bool,
    pub(super) start: Instant,
    /// When the client had its answer. `None` if the client was killed before.
    pub(super) end: Option<Instant>,
    pub(super) acknowledged: bool,
    pub(super) applied: bool,
    pub(super) faulty: bool,
}

#[derive(Debug, Default)]
pub(super) struct Platform {
    pub(super) windows: Vec<CallWindow>,
    /// Respondents whose calls always fail with 500, and respondents that the platform does not
    /// know.
    pub(super) poisonous: HashSet<String>,
    pub(super) unknown: HashSet<String>,
    pub(super) calls: Vec<Call>,
    /// Respondent to the value of their label.
    pub(super) holds: HashMap<String, String>,
    /// Respondent to the value that was acknowledged last.
    acknowledged: HashMap<String, String>,
    /// Calls that will be applied, and when.
    under_way: Vec<(Instant, usize)>,
    chance: Option<fastrand::Rng>,
}

/// What is decided when a call starts.
struct Fate {
    takes: Duration,
    answer: Result<Reply, TransportError>,
    /// Time from the call's start until it is applied; `None` if it is not applied.
    applied_after: Option<Duration>,
    panics: bool,
    faulty: bool,
}

impl Platform {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            chance: Some(fastrand::Rng::with_seed(seed)),
            ..Self::default()
        }
    }

    /// Applies the calls that are due.
    pub(super) fn settle(&mut self, now: Instant) {
        self.under_way.sort_by_key(|(at, _)| *at);
        let due = self.under_way.partition_point(|(at, _)| *at <= now);
        for (_, index) in self.under_way.drain(..due) {
            let call = &mut self.calls[index];
            call.applied = true;
            self.holds.insert(call.respondent.clone(), call.value.clone());
        }
    }

    /// Ends the calls in flight when the client is killed. They may be applied late like any other.
    pub(super) fn client_gone(&mut self, now: Instant) {
        for (at, index) in &mut self.under_way {
            if self.calls[*index].end.is_none() {
                *at = (*at).min(now + LONGEST_CALL);
            }
        }
    }

    fn starts(&mut self, respondent: &str, value: &str, elapsed: Duration) -> (Fate, usize) {
        let now = Instant::now();
        self.settle(now);
        let fate = self.fate(respondent, elapsed);
        self.calls.push(Call {
            respondent: respondent.to_owned(),
            value: value.to_owned(),
            row: value
                .get(1..)
                .unwrap()
                .split_once('.')
                .unwrap()
                .0
                .parse()
                .unwrap(),
            repeats: self
                .acknowledged
                .get(respondent)
                .is_some_and(|last| last == value),
            start: now,
            end: None,
            acknowledged: false,
            applied: false,
            faulty: fate.faulty,
        });
        let index = self.calls.len() - 1;
        if let Some(after) = fate.applied_after {
            self.under_way.push((now + after, index));
        }
        (fate, index)
    }

    fn ends(&mut self, index: usize, fate: &Fate) {
        let now = Instant::now();
        self.settle(now);
        let call = &mut self.calls[index];
        call.end = Some(now);
        call.acknowledged =
            call.applied && !fate.panics && matches!(&fate.answer, Ok(reply) if reply.status == 200);
        if call.acknowledged {
            self.acknowledged
                .insert(call.respondent.clone(), call.value.clone());
        }
    }

    fn fate(&mut self, respondent: &str, elapsed: Duration) -> Fate {
        let chance = self.chance.get_or_insert_default();
        let takes = Duration::from_millis(chance.u64(1..400));
        let fate = |answer, applies: bool| Fate {
            takes,
            answer,
            applied_after: applies.then_some(takes / 2),
            panics: false,
            faulty: false,
        };
        let window = self
            .windows
            .iter()
            .find(|window| (window.from..window.until).contains(&elapsed) && chance.f64() < window.share);
        let Some(window) = window else {
            return match respondent {
                id if self.poisonous.contains(id) => fate(Ok(reply(500, "", None)), false),
                id if self.unknown.contains(id) => fate(
                    Ok(reply(200, r#"{"type":"error","msg":"no such respondent"}"#, None)),
                    false,
                ),
                _ => fate(
                    Ok(reply(200, r#"{"type":"success","msg":"updated"}"#, None)),
                    true,
                ),
            };
        };
        // A call that the platform would refuse is not applied either, whether it is answered or
        // not.
        let maybe =
            chance.bool() && !self.unknown.contains(respondent) && !self.poisonous.contains(respondent);
        let late = chance.bool().then(|| LONGEST_CALL.mul_f64(chance.f64() * 0.999));
        let fate = match window.fault {
            Fault::Refuses => fate(Err(TransportError::NotSent("refused".to_owned())), false),
            Fault::NoSocket => fate(
                Err(TransportError::NoSocket("too many open files".to_owned())),
                false,
            ),
            Fault::Unavailable { page, retry_after } => fate(
                Ok(reply(503, if page { "<html>" } else { "" }, retry_after)),
                false,
            ),
            Fault::Silent => Fate {
                takes: LONGEST_CALL,
                applied_after: maybe.then(|| late.map_or(takes / 2, |late| LONGEST_CALL + late)),
                ..fate(Err(TransportError::TimedOut), false)
            },
            Fault::Cuts => Fate {
                applied_after: maybe.then(|| late.map_or(takes / 2, |late| takes + late)),
                ..fate(Err(TransportError::Interrupted("reset".to_owned())), false)
            },
            Fault::Page => fate(Ok(reply(200, "<html>maintenance", None)), false),
            Fault::TooMany { retry_after } => fate(Ok(reply(429, "", retry_after)), false),
            Fault::Unauthorized => fate(Ok(reply(401, "", None)), false),
            Fault::NotFound => fate(Ok(reply(404, "<html>", None)), false),
            Fault::Panics => Fate {
                panics: true,
                ..fate(Ok(reply(200, "", None)), maybe)
            },
        };
        Fate { faulty: true, ..fate }
    }
}

fn reply(status: u16, body: &'static str, retry_after: Option<u64>) -> Reply {
    Reply {
        status,
        retry_after: retry_after.map(|seconds| seconds.to_string()),
        date: None,
        body: Body::Whole(Bytes::from_static(body.as_bytes())),
    }
}

/// The transport that calls the model.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) platform: Arc<Mutex<Platform>>,
    pub(super) start: Instant,
}

impl Transport for World {
    fn attempt(
        &self,
        update: &UpdateRespondent,
        wire: Wire,
    ) -> impl Future<Output = Result<Reply, TransportError>> + Send + 'static {
        let (platform, start) = (Arc::clone(&self.platform), self.start);
        let respondent = update.respondent().to_owned();
        let labels = String::from_utf8_lossy(update.labels()).into_owned();
        let value = labels.rsplit_once('=').unwrap().1.to_owned();
        async move {
            wire.granted().await;
            let (fate, index) = platform
                .lock()
                .unwrap()
                .starts(&respondent, &value, start.elapsed());
            sleep(fate.takes).await;
            platform.lock().unwrap().ends(index, &fate);
            assert!(!fate.panics, "a bug, on purpose");
            fate.answer
        }
    }
}
