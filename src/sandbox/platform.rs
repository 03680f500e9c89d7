//! The sandbox's faults, and the answers of its webhook. `sandbox/lists.rs` is its memory,
//! `sandbox/door.rs` answers the calls that read, `sandbox/server.rs` does the I/O and the waiting.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::fmt::Write as _;
use std::time::Duration;

use tokio::time::Instant;

use super::door::{Door, Request};
use super::lists::Lists;
use crate::model::{Label, Rate};

/// Maximum number of respondents listed at the end.
const MAX_LISTED: usize = 20;

/// Number of calls before an outage begins.
const OUTAGE_AFTER: u64 = 10;

/// Time after which a moment is as good as never. Longer times would overflow a clock.
const NEVER: Duration = Duration::from_hours(24 * 365 * 100);

/// The requested faults, and whatever else can be chosen.
#[derive(Clone, Debug)]
pub(crate) struct Faults {
    /// Delay before each answer.
    pub(crate) latency: Duration,
    /// Failing calls, in per cent.
    pub(crate) error_rate: f64,
    /// Length of the outage; zero for none.
    pub(crate) outage: Duration,
    /// Calls above this rate are answered with 429.
    pub(crate) answer_429_above: Rate,
    /// Ids of the known respondents; `None` if all are known.
    pub(crate) know_only: Option<HashSet<String>>,
    /// Whether the webhook refuses respondents that were not seeded.
    pub(crate) know_seeded_only: bool,
    /// Time until the lists show what the webhook set.
    pub(crate) visible_after: Duration,
    /// Time for which a token is valid.
    pub(crate) token_lifetime: Duration,
    /// Whether the plan has the REST API.
    pub(crate) has_api: bool,
    /// Seed of the random number generator.
    pub(crate) seed: u64,
}

impl Faults {
    /// Lifetime of the platform's tokens.
    const TOKEN_LIFETIME: Duration = Duration::from_hours(1);

    /// No faults.
    pub(crate) fn none() -> Self {
        Self {
            latency: Duration::ZERO,
            error_rate: 0.0,
            outage: Duration::ZERO,
            answer_429_above: Rate::Unlimited,
            know_only: None,
            know_seeded_only: false,
            visible_after: Duration::ZERO,
            token_lifetime: Self::TOKEN_LIFETIME,
            has_api: true,
            seed: 0,
        }
    }
}

/// A call as it arrived.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    /// The header `Authorization`.
    pub(crate) authorization: Option<&'a str>,
    /// The decoded parameters of the query and of the body.
    pub(crate) parameters: &'a [(String, String)],
}

impl<'a> Call<'a> {
    /// Returns the value of a parameter.
    pub(super) fn value(&self, name: &str) -> Option<&'a str> {
        self.parameters
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// The platform: its mailing lists, and the state of its faults.
#[derive(Debug)]
pub(crate) struct Platform {
    faults: Faults,
    chance: fastrand::Rng,
    lists: Lists,
    door: Door,
    /// Calls of the webhook.
    taken: u64,
    /// All calls that faults concern.
    calls: u64,
    outage_until: Option<Instant>,
    /// The starts of the calls in the last second.
    recent: VecDeque<Instant>,
}

/// The server's answer, and a line that describes the call.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) line: String,
}

/// What a sandbox took.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) calls: u64,
    pub(crate) respondents: u64,
    /// Labels, each with the number of respondents that have it.
    pub(crate) labels: Vec<(&'static str, u64)>,
}

impl Platform {
    pub(crate) fn new(faults: Faults) -> Self {
        Self {
            chance: fastrand::Rng::with_seed(faults.seed),
            door: Door::new(faults.token_lifetime.min(NEVER), faults.has_api),
            faults,
            lists: Lists::default(),
            taken: 0,
            calls: 0,
            outage_until: None,
            recent: VecDeque::new(),
        }
    }

    /// Adds a respondent to a survey's mailing list, or replaces its address and labels. Labels have
    /// the numbers 1 to 15.
    pub(crate) fn seed(&mut self, survey: &str, id: &str, email: &str, labels: &[(u8, String)]) {
        self.lists.seed(survey, id, email, labels);
    }

    /// Returns the delay before the answer. A token comes at once.
    pub(crate) fn latency(&self, path: &str) -> Duration {
        match Request::parse(path) {
            Some(Request::Token) => Duration::ZERO,
            _ => self.faults.latency,
        }
    }

    /// Answers one call.
    pub(crate) fn answer(&mut self, call: &Call<'_>, now: Instant) -> Answered {
        let Some(request) = Request::parse(call.path) else {
            return self.webhook(call, now);
        };
        let fault = match request {
            Request::Token => None,
            _ => self.fault(now),
        };
        self.lists.show_changes(now);
        self.door.answer(request, call, fault, &mut self.lists, now)
    }

    fn webhook(&mut self, call: &Call<'_>, now: Instant) -> Answered {
        self.taken += 1;
        let fault = self.fault(now);
        let parts: Vec<&str> = call.path.trim_matches('/').split('/').collect();
        let [.., "webhooks", _, _, _, "update-respondent"] = parts.as_slice() else {
            // The parameters may be secrets that were meant for the door.
            let (status, message) = fault.unwrap_or((404, "no such webhook"));
            return answered(status, "error", message, &[]);
        };
        let answer = |status, kind, message| answered(status, kind, message, call.parameters);
        if let Some((status, message)) = fault {
            return answer(status, "error", message);
        }
        let (Some(survey), Some(respondent)) = (call.value("id_survey"), call.value("id_respondent")) else {
            return answer(200, "error", "id_survey and id_respondent are needed");
        };
        let known = self.faults.know_only.as_ref();
        let is_unknown = known.is_some_and(|known| !known.contains(respondent))
            || self.faults.know_seeded_only && !self.lists.contains(survey, respondent);
        if is_unknown {
            return answer(200, "error", "respondent not found");
        }
        let labels = numbered_labels().filter_map(|(number, label)| {
            let value = call.value(label.name())?;
            Some((number, value.into()))
        });
        let shows_at = now + self.faults.visible_after.min(NEVER);
        self.lists
            .update((survey, respondent), labels.collect(), shows_at);
        self.lists.show_changes(now);
        answer(
            200,
            "success",
            "Respondent has been updated on the survey's mailing list",
        )
    }

    /// Counts what the sandbox took, without personal data.
    pub(crate) fn counts(&self) -> Taken {
        let mut respondents = 0;
        let mut labels: BTreeMap<&'static str, u64> = BTreeMap::new();
        for (_, respondent) in self.lists.updated() {
            respondents += 1;
            for (number, label) in numbered_labels() {
                if respondent.has_updated(number) {
                    *labels.entry(label.name()).or_default() += 1;
                }
            }
        }
        Taken {
            calls: self.taken,
            respondents,
            labels: labels.into_iter().collect(),
        }
    }

    /// Lists the first updated respondents with the labels that were set, one per line.
    pub(crate) fn holdings(&mut self) -> String {
        self.lists.show_all_changes();
        let mut text = String::new();
        let mut updated = self.lists.updated();
        for (survey, respondent) in updated.by_ref().take(MAX_LISTED) {
            let shown: Vec<String> = numbered_labels()
                .filter(|(number, _)| respondent.has_updated(*number))
                .map(|(number, label)| format!("{label}={:?}", respondent.label(number)))
                .collect();
            // Writing to a string does not fail.
            writeln!(
                text,
                "  survey {survey}, respondent {}: {}",
                respondent.id,
                shown.join(" ")
            )
            .ok();
        }
        let more = updated.count();
        if more > 0 {
            writeln!(text, "  … and {more} more").ok();
        }
        text
    }

    fn fault(&mut self, now: Instant) -> Option<(u16, &'static str)> {
        self.calls += 1;
        if self.calls > OUTAGE_AFTER && !self.faults.outage.is_zero() {
            let until = *self
                .outage_until
                .get_or_insert(now + self.faults.outage.min(NEVER));
            if now < until {
                return Some((503, "maintenance"));
            }
        }
        if let Some(most) = self.faults.answer_429_above.per_second() {
            while self
                .recent
                .front()
                .is_some_and(|start| now.duration_since(*start) >= Duration::from_secs(1))
            {
                self.recent.pop_front();
            }
            #[expect(clippy::cast_precision_loss, reason = "a count of calls in one second")]
            if self.recent.len() as f64 >= most {
                return Some((429, "too many requests"));
            }
            self.recent.push_back(now);
        }
        let fails = self.chance.f64() * 100.0 < self.faults.error_rate;
        fails.then_some((500, "internal error"))
    }
}

/// Yields the labels that the webhook sets, each with its number.
fn numbered_labels() -> impl Iterator<Item = (u8, Label)> {
    (1..).zip(Label::all())
}

fn answered(status: u16, kind: &str, message: &str, parameters: &[(String, String)]) -> Answered {
    let shown: Vec<String> = parameters
        .iter()
        .map(|(key, value)| format!("{key}={value:?}"))
        .collect();
    Answered {
        status,
        body: serde_json::json!({ "type": kind, "msg": message }).to_string(),
        line: format!("{} → {status} {kind}", shown.join(" ")),
    }
}
