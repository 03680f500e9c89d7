//! What the report of a run shows and no other field of its summary has. Written into the summary's
//! file, so that the page can be made again from the files of the run. Holds no id and no cell.

use serde::{Deserialize, Serialize};

use super::run::{MAX_COUNT, shorten};
use crate::model::{Action, Course, ErrorCode, Message, RecordedSettings, ShownPath as _};
use crate::report::{Diagnosis, Reach, Reader, RunEnd, RunReport, RunSummary};

/// Maximum number of messages per error code.
const MESSAGES_SHOWN: usize = 4;

/// How often a job is meant to run (`--expect`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Expect {
    Daily,
    /// Monday to Friday.
    Weekdays,
    Weekly,
}

/// A sentence in both languages, as a file holds it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Said {
    pub(crate) en: String,
    pub(crate) pl: String,
}

impl Said {
    /// Returns the sentence as a message.
    pub(crate) fn message(&self) -> Message {
        Message {
            english: self.en.clone(),
            polish: self.pl.clone(),
        }
    }
}

impl From<&Message> for Said {
    fn from(message: &Message) -> Self {
        Self {
            en: message.english.clone(),
            pl: message.polish.clone(),
        }
    }
}

/// Failed rows with one reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ReasonFacts {
    /// The error code's name.
    pub(crate) code: String,
    pub(crate) rows: u64,
    /// `None` for several messages, or for those that may be about a person.
    pub(crate) message: Option<String>,
    /// The first rows.
    pub(crate) first: Vec<u64>,
}

impl ReasonFacts {
    /// Returns the error code; `None` for one of another version.
    pub(crate) fn code(&self) -> Option<ErrorCode> {
        ErrorCode::from_name(&self.code)
    }
}

/// The facts. A field that an older version did not write has its default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct RunFacts {
    /// The agreed ceiling in calls per second; `None` if there is none.
    pub(crate) rate: Option<f64>,
    /// Why the run ended early, and how to resume it.
    pub(crate) early_end: Option<Said>,
    pub(crate) diagnosis: Option<Diagnosis>,
    pub(crate) reasons: Vec<ReasonFacts>,
    /// What the log warned of, in order.
    pub(crate) warnings: Vec<Said>,
    pub(crate) course: Course,
    /// The settings that are not the defaults, without secrets and ids.
    pub(crate) settings: RecordedSettings,
    /// The command that helps next: for failed rows, to resume, or for the whole input after a trial.
    pub(crate) next_command: Option<String>,
    /// The run is one of some rows, to be looked at (`--limit`, `--only`).
    pub(crate) is_trial: bool,
    /// The files, as a person who runs the command finds them.
    pub(crate) results: String,
    pub(crate) failed: String,
    /// The absolute path of the page about the run.
    pub(crate) page: Option<String>,
    /// The page's path from the folder of the results, if it is in there.
    pub(crate) page_from_results: Option<String>,
    /// The run was a rehearsal in the sandbox: nothing went to the platform.
    pub(crate) is_sandbox: bool,
    pub(crate) expect: Option<Expect>,
    /// The files were set aside: what the run called them is another run's now.
    #[serde(skip)]
    pub(crate) is_set_aside: bool,
}

/// Returns a command without its backticks; `None` if more is said than the command alone.
pub(crate) fn plain_command(next: &str) -> Option<&str> {
    let command = next.strip_prefix('`')?.strip_suffix('`')?;
    (!command.contains('`')).then_some(command)
}

impl RunFacts {
    /// Collects the facts of a run. `early_end` says why it ended early, `warnings` what the log has
    /// warned of.
    pub(crate) fn new(report: &RunReport, early_end: Option<&Message>, warnings: &[Message]) -> Self {
        let next = match report.end {
            RunEnd::Complete if report.diagnosis().is_some() => None,
            RunEnd::Complete => report.next_command.clone(),
            _ => report.next.as_deref().and_then(plain_command).map(str::to_owned),
        };
        Self {
            rate: report.rate,
            early_end: early_end.map(Said::from),
            diagnosis: report.diagnosis(),
            reasons: reasons(&report.summary),
            warnings: warnings.iter().map(Said::from).collect(),
            course: report.course.clone(),
            settings: report.used.clone(),
            next_command: next,
            is_trial: report.reach == Reach::SomeRows,
            results: report.results.shown().to_string(),
            failed: report.failed.shown().to_string(),
            page: report.page_path.as_ref().map(|page| page.shown().to_string()),
            page_from_results: report.page_from_results.clone(),
            is_sandbox: report.reach == Reach::Sandbox,
            expect: report.expect,
            is_set_aside: false,
        }
    }
}

impl RunFacts {
    /// Limits lists, counts and texts to what a run writes.
    pub(super) fn bounded(mut self) -> Self {
        const MAX_REASONS: usize = 150;
        const MAX_WARNINGS: usize = 20;
        const MAX_SETTINGS: usize = 100;
        self.reasons.truncate(MAX_REASONS);
        for reason in &mut self.reasons {
            reason.rows = reason.rows.min(MAX_COUNT);
            reason.first.truncate(10);
            shorten(&mut reason.code);
            reason.message.iter_mut().for_each(shorten);
        }
        self.warnings.truncate(MAX_WARNINGS);
        for said in self.warnings.iter_mut().chain(&mut self.early_end) {
            shorten(&mut said.en);
            shorten(&mut said.pl);
        }
        self.settings = self.settings.into_iter().take(MAX_SETTINGS).collect();
        // A command that is cut is another command.
        self.next_command = self
            .next_command
            .filter(|command| command.chars().count() < 4_000);
        shorten(&mut self.results);
        shorten(&mut self.failed);
        self.rate = self.rate.filter(|rate| rate.is_finite() && *rate > 0.0);
        self.course = self.course.bounded(MAX_COUNT);
        self
    }
}

/// Returns the reasons of failed rows, those that have to be edited first. Quotes only what a record
/// may have ([rule 12](crate::rules#rule-12)).
fn reasons(summary: &RunSummary) -> Vec<ReasonFacts> {
    let mut reasons = Vec::new();
    for (code, count) in summary.codes().filter(|(_, count)| count.failures > 0) {
        let shown = match code.action() {
            // These messages tell no more than their code does.
            Action::Resend if !code.quotes_the_platform() => Vec::new(),
            _ => count.commonest(MESSAGES_SHOWN, Reader::Record.for_code(code)),
        };
        let others = count
            .failures
            .saturating_sub(shown.iter().map(|said| said.rows).sum());
        let is_alone = shown.is_empty();
        reasons.extend(shown.into_iter().map(|said| ReasonFacts {
            code: code.name().to_owned(),
            rows: said.rows,
            message: Some(said.message.to_owned()),
            first: said.first.to_vec(),
        }));
        if others > 0 {
            reasons.push(ReasonFacts {
                code: code.name().to_owned(),
                rows: others,
                message: None,
                first: if is_alone { count.first.clone() } else { Vec::new() },
            });
        }
    }
    reasons.sort_by_key(|reason| reason.code().is_none_or(|code| code.action() == Action::Resend));
    reasons
}
