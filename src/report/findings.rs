//! What `check` found: everything known about an input without sending it, and its form for machines.
//! Contains no cell's value except the announced sample ([rule 12](crate::rules#rule-12)).
//! `text/screens/findings.rs` makes the screen for people.

use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::model::{CountOrPercent, Message, Position, version};
use crate::report::{Changes, Ending, ExitCode, thousands};

/// Maximum number of places listed per finding.
const PLACES_SHOWN: usize = 5;

/// The result of a check.
#[derive(Debug, Serialize)]
pub(crate) struct Findings {
    pub(crate) input: String,
    /// The file's format and the mapping, one line each.
    pub(crate) form: Vec<Message>,
    pub(crate) encoding: &'static str,
    pub(crate) rows: u64,
    /// An input without data rows is nothing unusual.
    #[serde(skip)]
    pub(crate) may_be_empty: bool,
    /// Number of rows that would make a call.
    pub(crate) to_send: u64,
    /// What would change on the platform; `None` if its list is not known or not believed.
    pub(crate) changes: Option<Changes>,
    #[serde(rename = "findings")]
    pub(crate) found: Vec<Finding>,
    pub(crate) longest_value_bytes: u64,
    pub(crate) rate: String,
    /// Minimum time that the calls take; `None` if the rate is unlimited.
    #[serde(skip)]
    pub(crate) time: Option<Duration>,
    #[serde(skip)]
    pub(crate) accept_failures: CountOrPercent,
}

/// One finding.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Finding {
    /// The stable name for machines.
    pub(crate) kind: &'static str,
    pub(crate) weight: Weight,
    /// What was found and what to do, for people.
    pub(crate) text: Message,
    #[serde(flatten)]
    pub(crate) places: Places,
}

/// What a finding means for its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Weight {
    /// Nothing would be sent.
    Refused,
    /// Labels may be wrong, or go to the wrong people.
    Warning,
    Invalid,
    Skipped,
    /// For information.
    Note,
}

/// How often something was found, and the first places.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Places {
    pub(crate) count: u64,
    /// Number of rows concerned.
    #[serde(skip)]
    pub(crate) rows: u64,
    /// The counts are minimums.
    pub(crate) at_least: bool,
    #[serde(rename = "places", serialize_with = "positions")]
    /// The first places, up to [`PLACES_SHOWN`].
    pub(crate) first: Vec<Position>,
}

impl Places {
    pub(crate) fn add(&mut self, position: Position) {
        self.count += 1;
        self.rows += 1;
        if self.first.len() < PLACES_SHOWN {
            self.first.push(position);
        }
    }
}

fn positions<S: Serializer>(places: &[Position], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Place {
        row: u64,
        line: u64,
    }
    let place = |position: &Position| Place {
        row: position.row,
        line: position.line,
    };
    serializer.collect_seq(places.iter().map(place))
}

impl Finding {
    /// Whether a note is worth reading unasked: it says that rows may contradict each other.
    pub(crate) fn is_worth_a_look(&self) -> bool {
        self.kind == "repeated_respondents"
    }
}

impl Findings {
    /// Whether the input has no finding that needs attention.
    pub(crate) fn is_spotless(&self) -> bool {
        self.exit_code() == ExitCode::Success
            && self.count(Weight::Invalid) == 0
            && self.weighing(Weight::Warning).next().is_none()
    }

    /// Returns the exit code of the run if every call succeeded.
    pub(crate) fn exit_code(&self) -> ExitCode {
        if self.rows == 0 && !self.may_be_empty {
            ExitCode::NoRows
        } else if self.weighing(Weight::Refused).next().is_some() {
            ExitCode::Aborted
        } else if self
            .accept_failures
            .is_exceeded_by(self.count(Weight::Invalid), self.rows)
        {
            ExitCode::RowsFailed
        } else {
            ExitCode::Success
        }
    }

    fn ending(&self) -> Ending {
        let code = self.exit_code();
        let refused = self.weighing(Weight::Refused).next();
        let why = match code {
            ExitCode::NoRows => "there are no data rows".to_owned(),
            ExitCode::Aborted => refused.map_or_else(String::new, |finding| finding.text.to_string()),
            ExitCode::RowsFailed => format!("invalid rows: {}", thousands(self.count(Weight::Invalid))),
            _ => "every row can be sent or is skipped".to_owned(),
        };
        Ending::new(code, &why)
    }

    /// Formats the findings as one line of JSON with a line end. Field names are stable; fields may
    /// be added.
    pub(crate) fn to_json(&self) -> String {
        #[derive(Serialize)]
        struct Whole<'a> {
            tool: &'static str,
            version: &'static str,
            #[serde(flatten)]
            findings: &'a Findings,
            seconds_at_least: Option<f64>,
            skipped: u64,
            invalid: u64,
            #[serde(flatten)]
            ending: Ending,
        }
        let whole = Whole {
            tool: env!("CARGO_PKG_NAME"),
            version: version::VERSION,
            findings: self,
            seconds_at_least: self
                .time
                .map(|time| (time.as_secs_f64() * 1000.0).round() / 1000.0),
            skipped: self.count(Weight::Skipped),
            invalid: self.count(Weight::Invalid),
            ending: self.ending(),
        };
        // A struct of numbers and texts always serialises.
        serde_json::to_string(&whole).unwrap_or_default() + "\n"
    }

    /// Returns the number of places of all findings of this weight.
    pub(crate) fn count(&self, weight: Weight) -> u64 {
        self.weighing(weight).map(|finding| finding.places.count).sum()
    }

    pub(crate) fn weighing(&self, weight: Weight) -> impl Iterator<Item = &Finding> {
        self.found.iter().filter(move |finding| finding.weight == weight)
    }
}

/// Formats the end of a check whose input cannot be used, for machines.
pub(crate) fn refused_as_json(input: &str, error: &str, code: ExitCode) -> String {
    #[derive(Serialize)]
    struct Refused<'a> {
        tool: &'static str,
        version: &'static str,
        input: &'a str,
        error: &'a str,
        #[serde(flatten)]
        ending: Ending,
    }
    let object = Refused {
        tool: env!("CARGO_PKG_NAME"),
        version: version::VERSION,
        input,
        error,
        ending: Ending::new(code, error),
    };
    // A struct of texts and numbers always serialises.
    serde_json::to_string(&object).unwrap_or_default() + "\n"
}
