//! The sandbox's data and answers. `sandbox/server.rs` does the I/O and the waiting.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::time::Duration;

use tokio::time::Instant;

use crate::model::{Label, Rate};

/// Maximum number of respondents listed at the end.
const MAX_LISTED: usize = 20;

/// Number of calls before an outage begins.
const OUTAGE_AFTER: u64 = 10;

/// The requested faults.
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
    /// Seed of the random number generator.
    pub(crate) seed: u64,
}

impl Faults {
    /// No faults.
    pub(crate) fn none() -> Self {
        Self {
            latency: Duration::ZERO,
            error_rate: 0.0,
            outage: Duration::ZERO,
            answer_429_above: Rate::Unlimited,
            know_only: None,
            seed: 0,
        }
    }
}

/// The mailing lists: labels by (survey, respondent).
#[derive(Debug)]
pub(crate) struct Platform {
    faults: Faults,
    chance: fastrand::Rng,
    contacts: BTreeMap<(String, String), BTreeMap<&'static str, String>>,
    calls: u64,
    outage_until: Option<Instant>,
    /// The starts of the calls in the last second.
    recent: std::collections::VecDeque<Instant>,
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
            faults,
            contacts: BTreeMap::new(),
            calls: 0,
            outage_until: None,
            recent: std::collections::VecDeque::new(),
        }
    }

    pub(crate) fn latency(&self) -> Duration {
        self.faults.latency
    }

    /// Answers one call. `parameters` are those of the body or of the query, decoded.
    pub(crate) fn answer(&mut self, path: &str, parameters: &[(String, String)], now: Instant) -> Answered {
        self.calls += 1;
        if let Some((status, message)) = self.fault(now) {
            return answered(status, "error", message, parameters);
        }
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let [.., "webhooks", _, _, _, "update-respondent"] = parts.as_slice() else {
            return answered(404, "error", "no such webhook", parameters);
        };
        let value = |name: &str| {
            parameters
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.as_str())
        };
        let (Some(survey), Some(respondent)) = (value("id_survey"), value("id_respondent")) else {
            return answered(200, "error", "id_survey and id_respondent are needed", parameters);
        };
        if self
            .faults
            .know_only
            .as_ref()
            .is_some_and(|known| !known.contains(respondent))
        {
            return answered(200, "error", "respondent not found", parameters);
        }
        let labels = self
            .contacts
            .entry((survey.to_owned(), respondent.to_owned()))
            .or_default();
        for label in Label::all() {
            if let Some(value) = value(label.name()) {
                labels.insert(label.name(), value.to_owned());
            }
        }
        answered(
            200,
            "success",
            "Respondent has been updated on the survey's mailing list",
            parameters,
        )
    }

    /// Counts what the sandbox holds, without personal data.
    pub(crate) fn counts(&self) -> Taken {
        let mut labels: BTreeMap<&'static str, u64> = BTreeMap::new();
        for label in self.contacts.values().flat_map(BTreeMap::keys) {
            *labels.entry(label).or_default() += 1;
        }
        Taken {
            calls: self.calls,
            respondents: self.contacts.len() as u64,
            labels: labels.into_iter().collect(),
        }
    }

    /// Lists the first respondents with their labels, one per line.
    pub(crate) fn holdings(&self) -> String {
        let mut text = String::new();
        for ((survey, respondent), labels) in self.contacts.iter().take(MAX_LISTED) {
            let shown: Vec<String> = labels
                .iter()
                .map(|(label, value)| format!("{label}={value:?}"))
                .collect();
            // Writing to a string does not fail.
            writeln!(
                text,
                "  survey {survey}, respondent {respondent}: {}",
                shown.join(" ")
            )
            .ok();
        }
        if self.contacts.len() > MAX_LISTED {
            writeln!(text, "  … and {} more", self.contacts.len() - MAX_LISTED).ok();
        }
        text
    }

    fn fault(&mut self, now: Instant) -> Option<(u16, &'static str)> {
        if self.calls > OUTAGE_AFTER && !self.faults.outage.is_zero() {
            let until = *self.outage_until.get_or_insert(now + self.faults.outage);
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
