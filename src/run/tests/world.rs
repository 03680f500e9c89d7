//! The platform as a model: what it holds, which faults it has when, and a record of every call.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, sleep};

use crate::model::UpdateRespondent;
use crate::send::{Body, Reply, Transport, TransportError, Wire};

/// The longest that any call takes; after so long nothing of an earlier life is under way.
pub(super) const LONGEST_CALL: Duration = Duration::from_secs(30);

/// What the platform does to calls for a while.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fault {
    /// Nobody listens.
    Refuses,
    /// 503, perhaps as a page, perhaps with a wait.
    Unavailable { page: bool, retry_after: Option<u64> },
    /// It says nothing; the update may have been made.
    Silent,
    /// The connection breaks; the update may have been made.
    Cuts,
    /// A page with 200.
    Page,
    /// Too many calls.
    TooMany { retry_after: Option<u64> },
    /// Wrong key.
    Unauthorized,
    /// No reason that can be read.
    NotFound,
    /// No socket is left.
    NoSocket,
    /// A bug of ours.
    Panics,
}

/// A fault in its time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) from: Duration,
    pub(super) until: Duration,
    pub(super) fault: Fault,
    /// How many of the calls are hit.
    pub(super) share: f64,
}

/// One call as the platform saw it.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) life: usize,
    pub(super) respondent: String,
    /// The row, which the label's value names.
    pub(super) row: u64,
    pub(super) start: Instant,
    /// When the client had its answer; nothing if it was killed before.
    pub(super) end: Option<Instant>,
    pub(super) acknowledged: bool,
    pub(super) applied: bool,
    pub(super) faulty: bool,
}

#[derive(Debug, Default)]
pub(super) struct Platform {
    pub(super) windows: Vec<Window>,
    /// Respondents whose calls fail with 500 each time, and those that it does not know.
    pub(super) poisonous: HashSet<String>,
    pub(super) unknown: HashSet<String>,
    pub(super) calls: Vec<Call>,
    /// Respondent to the row whose labels it has.
    pub(super) holds: HashMap<String, u64>,
    pub(super) life: usize,
    chance: Option<fastrand::Rng>,
}

/// What is decided when a call starts.
struct Fate {
    takes: Duration,
    answer: Result<Reply, TransportError>,
    applies: bool,
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

    fn fate(&mut self, respondent: &str, elapsed: Duration) -> Fate {
        let chance = self.chance.get_or_insert_default();
        let takes = Duration::from_millis(chance.u64(1..400));
        let fate = |answer, applies| Fate {
            takes,
            answer,
            applies,
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
        // What it would refuse it does not apply either, whether it answers or not.
        let maybe =
            chance.bool() && !self.unknown.contains(respondent) && !self.poisonous.contains(respondent);
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
                ..fate(Err(TransportError::TimedOut), maybe)
            },
            Fault::Cuts => fate(Err(TransportError::Interrupted("reset".to_owned())), maybe),
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

/// Calls the model.
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
        let row: u64 = labels.rsplit_once("=v").unwrap().1.parse().unwrap();
        async move {
            wire.granted().await;
            let (fate, index) = {
                let mut platform = platform.lock().unwrap();
                let fate = platform.fate(&respondent, start.elapsed());
                let call = Call {
                    life: platform.life,
                    respondent: respondent.clone(),
                    row,
                    start: Instant::now(),
                    end: None,
                    acknowledged: false,
                    applied: false,
                    faulty: fate.faulty,
                };
                platform.calls.push(call);
                (fate, platform.calls.len() - 1)
            };
            if fate.applies {
                // On the platform's side, whatever becomes of the client.
                let (platform, takes) = (Arc::clone(&platform), fate.takes / 2);
                tokio::spawn(async move {
                    sleep(takes).await;
                    let mut platform = platform.lock().unwrap();
                    platform.calls[index].applied = true;
                    platform.holds.insert(respondent, row);
                });
            }
            sleep(fate.takes).await;
            let mut platform = platform.lock().unwrap();
            let call = &mut platform.calls[index];
            call.end = Some(Instant::now());
            call.acknowledged =
                fate.applies && !fate.panics && matches!(&fate.answer, Ok(reply) if reply.status == 200);
            drop(platform);
            assert!(!fate.panics, "a bug, on purpose");
            fate.answer
        }
    }
}
