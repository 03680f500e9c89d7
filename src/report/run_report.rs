//! All that is to be said of a run once it is over, and the verdict: a pure function of it.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use super::{Ending, ExitCode, Notes, RunSummary, counted};
use crate::model::{CountOrPercent, EarlyEnd, Fingerprint, Signal};

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RunEnd {
    /// Every row has its line.
    Complete,
    /// A fault that is not the row's own.
    Early(EarlyEnd),
    /// The input broke in the middle; why.
    InputBroke(String),
    /// The file is no longer what was read before the first call; where and how.
    InputChanged(String),
    /// A file could not be written; why.
    NotWritten(String),
    /// Something that cannot happen did; what.
    Bug(String),
}

/// The facts of a run.
#[derive(Clone, Debug)]
pub(crate) struct RunReport {
    pub(crate) run_id: String,
    pub(crate) input: String,
    /// Of the first start, where the run was gone on with.
    pub(crate) started_at: Timestamp,
    pub(crate) finished_at: Timestamp,
    pub(crate) fingerprint: Fingerprint,
    /// When the first of those runs started that had this content, one behind the other.
    pub(crate) content_since: Timestamp,
    /// Under names of its own, which are replaced each time.
    pub(crate) rehearsal: bool,
    pub(crate) end: RunEnd,
    pub(crate) summary: RunSummary,
    /// Data rows of the input; of a stream that broke, those that were read.
    pub(crate) rows: u64,
    /// Rows that had their verdict from before; all else here but the statuses is of this run alone.
    pub(crate) settled_before: u64,
    pub(crate) notes: Notes,
    pub(crate) attempts: u64,
    pub(crate) retries: u64,
    /// Attempts that repeated an acknowledged command, to learn whose fault a streak of failures is.
    pub(crate) control_calls: u64,
    /// Calls per second from the first to the last; `None` where there were too few to tell.
    pub(crate) mean_rate: Option<f64>,
    pub(crate) most_in_a_second: usize,
    /// How often the platform asked to slow down, and what it took per second nevertheless.
    pub(crate) slow_downs: u64,
    pub(crate) taken_rate: Option<f64>,
    /// The most calls at a time.
    pub(crate) most_in_flight: usize,
    pub(crate) elapsed: Duration,
    pub(crate) accept_failures: CountOrPercent,
    pub(crate) results: PathBuf,
    pub(crate) failed: PathBuf,
    /// Of the failed file of a run that came to its end, if there is one.
    pub(crate) failed_digest: Option<String>,
    /// The command that goes on with a run that was cut short, where that is possible.
    pub(crate) next: Option<String>,
}

/// What is to be made of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Done,
    /// More rows failed than are accepted.
    RowsFailed,
    NoRows,
    Aborted,
    /// Nothing was sent, since the proxy wants credentials.
    Misconfigured,
    InputBroke,
    NotWritten,
    /// `--max-duration` was over.
    Deadline,
    Interrupted,
    Terminated,
    /// The platform was out of reach for longer than outages are waited for.
    Unreachable,
    /// The counts do not add up.
    Bug,
}

impl RunReport {
    /// Rows without an outcome, which is right for a run that ended early and for no other.
    pub(crate) fn not_reached(&self) -> u64 {
        self.rows.saturating_sub(self.summary.rows())
    }

    /// Rows read = the sum over the statuses + not reached, or the tool has lost or doubled a row.
    pub(crate) fn adds_up(&self) -> bool {
        let settled = self.summary.rows();
        match self.end {
            RunEnd::Complete => settled == self.rows,
            _ => settled <= self.rows,
        }
    }

    /// Why the run did not come to its end; `None` for one that did.
    fn fault(&self) -> Option<String> {
        match &self.end {
            RunEnd::Complete => None,
            RunEnd::Early(early) => Some(early.to_string()),
            RunEnd::InputBroke(reason) | RunEnd::InputChanged(reason) | RunEnd::NotWritten(reason) => {
                Some(reason.clone())
            }
            RunEnd::Bug(what) => Some(format!("{what}: this is a bug, please report it")),
        }
    }

    /// The run's end for machines.
    pub(crate) fn ending(&self) -> Ending {
        let verdict = self.verdict();
        let why = self.fault().unwrap_or_else(|| {
            let failures = counted(self.summary.failures(), "row");
            match verdict {
                Verdict::NoRows => "there are no data rows".to_owned(),
                Verdict::RowsFailed => format!("{failures} failed, unconfirmed or invalid"),
                Verdict::Done if self.summary.failures() > 0 => {
                    format!("{failures} failed, unconfirmed or invalid, as `--accept-failures` allows")
                }
                Verdict::Done => "every row is a success or was skipped".to_owned(),
                _ => "the outcomes do not add up to the rows".to_owned(),
            }
        });
        Ending::new(verdict.exit_code(), &why)
    }

    /// The one line that says why the run did not come to its end, and how to go on; nothing for one that did.
    pub(crate) fn error(&self) -> Option<String> {
        if let RunEnd::InputChanged(why) = &self.end {
            return Some(self.changed(why));
        }
        let why = self.fault()?;
        let resumes = !matches!(self.end, RunEnd::InputBroke(_));
        match self.next.as_ref().filter(|_| resumes) {
            Some(next) => Some(format!("{why}; to go on: {next}")),
            None => Some(why),
        }
    }

    /// The new content is another input; only the old one can be resumed.
    fn changed(&self, why: &str) -> String {
        let what_to_do = match &self.next {
            Some(next) => format!(
                "for the new content, run again with `--resume --rotate`; to resume the old one, put it back and run {next}"
            ),
            None => "run again".to_owned(),
        };
        format!("{}: {why}; {what_to_do}", self.input)
    }

    pub(crate) fn verdict(&self) -> Verdict {
        if !self.adds_up() {
            return Verdict::Bug;
        }
        match &self.end {
            RunEnd::Bug(_) => Verdict::Bug,
            RunEnd::NotWritten(_) | RunEnd::Early(EarlyEnd::NotRecorded) => Verdict::NotWritten,
            RunEnd::InputBroke(_) | RunEnd::InputChanged(_) => Verdict::InputBroke,
            RunEnd::Early(EarlyEnd::Outage { .. }) => Verdict::Unreachable,
            RunEnd::Early(EarlyEnd::Deadline) => Verdict::Deadline,
            RunEnd::Early(EarlyEnd::Interrupted(Signal::Interrupt)) => Verdict::Interrupted,
            RunEnd::Early(EarlyEnd::Interrupted(Signal::Terminate)) => Verdict::Terminated,
            // Nothing but the configuration is wrong yet.
            RunEnd::Early(EarlyEnd::ProxyRefused { status: 407, .. }) if self.attempts == 0 => {
                Verdict::Misconfigured
            }
            RunEnd::Early(_) => Verdict::Aborted,
            RunEnd::Complete if self.rows == 0 => Verdict::NoRows,
            RunEnd::Complete
                if self
                    .accept_failures
                    .is_exceeded_by(self.summary.failures(), self.rows) =>
            {
                Verdict::RowsFailed
            }
            RunEnd::Complete => Verdict::Done,
        }
    }
}

impl Verdict {
    pub(crate) fn exit_code(self) -> ExitCode {
        match self {
            Self::Done => ExitCode::Success,
            Self::RowsFailed => ExitCode::RowsFailed,
            Self::NoRows => ExitCode::NoRows,
            Self::Aborted => ExitCode::Aborted,
            Self::Misconfigured => ExitCode::Usage,
            Self::InputBroke => ExitCode::Input,
            Self::NotWritten => ExitCode::Output,
            Self::Unreachable => ExitCode::Unreachable,
            Self::Deadline => ExitCode::Deadline,
            Self::Interrupted => ExitCode::Interrupted,
            Self::Terminated => ExitCode::Terminated,
            Self::Bug => ExitCode::Bug,
        }
    }
}
