//! The report on a finished run, and its verdict, which is a pure function of it.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use super::{Ending, ExitCode, Expect, Notes, RunSummary, Verified, counted};
use crate::model::{
    CountOrPercent, Course, EarlyEnd, Edited, Fingerprint, Identity, Message, RecordedSettings, Signal,
    StoreRun,
};

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RunEnd {
    /// Every row has its line.
    Complete,
    /// A fault that no single row causes, or a request to stop.
    Early(EarlyEnd),
    /// The input broke off in the middle; the reason.
    InputBroke(Message),
    /// The file is no longer what was read before the first call; where and how it differs.
    InputChanged(Message),
    /// A file could not be written; the reason.
    NotWritten(Message),
    /// A bug; what happened.
    Bug(String),
}

/// Which rows a run is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RunKind {
    Whole,
    /// `--limit 1`: a person looks its contact up on the platform.
    TrialOfOne,
    /// A round of a retry: rows that failed before.
    Round,
}

/// How far a run was meant to reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// All rows, to the platform.
    Whole,
    /// Some rows, to be looked at on the platform.
    SomeRows,
    /// The sandbox.
    Sandbox,
}

/// The facts about a run.
#[derive(Clone, Debug)]
pub(crate) struct RunReport {
    pub(crate) identity: Identity,
    pub(crate) input: String,
    /// Start of the first run, if this one was resumed.
    pub(crate) started_at: Timestamp,
    pub(crate) finished_at: Timestamp,
    pub(crate) fingerprint: Fingerprint,
    /// Start of the first of the consecutive runs that had this content.
    pub(crate) content_since: Timestamp,
    pub(crate) kind: RunKind,
    /// A rehearsal: its files have names of their own and are replaced each time.
    pub(crate) rehearsal: bool,
    pub(crate) end: RunEnd,
    pub(crate) summary: RunSummary,
    /// Data rows of the input; of a stream that broke off, those that were read.
    pub(crate) rows: u64,
    /// An input without data rows is nothing unusual.
    pub(crate) may_be_empty: bool,
    /// Rows that had their verdict before this run. Apart from the statuses, all other numbers are
    /// of this run alone.
    pub(crate) settled_before: u64,
    pub(crate) notes: Notes,
    /// Calls written, control calls included.
    pub(crate) attempts: u64,
    /// Attempts beyond the first of each row.
    pub(crate) retries: u64,
    /// Attempts that repeated an acknowledged command, to find out whether the rows themselves
    /// caused a streak of failures.
    pub(crate) control_calls: u64,
    /// Calls per second from the first to the last; `None` if there were too few to measure.
    pub(crate) mean_rate: Option<f64>,
    /// Most calls in any one-second window.
    pub(crate) most_in_a_second: usize,
    /// Number of 429 answers.
    pub(crate) slow_downs: u64,
    /// Calls per second that the platform accepted; `None` if there were too few to measure.
    pub(crate) taken_rate: Option<f64>,
    /// Most calls in flight at once.
    pub(crate) most_in_flight: usize,
    /// Calls over time, waits and response times.
    pub(crate) course: Course,
    pub(crate) elapsed: Duration,
    /// Failed rows that the exit code ignores (`--accept-failures`).
    pub(crate) accept_failures: CountOrPercent,
    pub(crate) results: PathBuf,
    pub(crate) failed: PathBuf,
    /// The page about the run, if one is asked for.
    pub(crate) page: Option<PathBuf>,
    /// The agreed ceiling, in calls per second.
    pub(crate) rate: Option<f64>,
    /// The settings for people, without secrets and ids.
    pub(crate) used: RecordedSettings,
    pub(crate) reach: Reach,
    /// The page's absolute path.
    pub(crate) page_path: Option<PathBuf>,
    /// Its path from the folder of the results, if it is in there.
    pub(crate) page_from_results: Option<String>,
    pub(crate) expect: Option<Expect>,
    /// Digest of the failed file of a complete run, if there is one.
    pub(crate) failed_digest: Option<String>,
    /// The settings that a retry uses again; `None` if they cannot be written down.
    pub(crate) settings: Option<RecordedSettings>,
    /// The store that the run used, if any.
    pub(crate) store: Option<StoreRun>,
    /// The number of the first process of the run in the store.
    pub(crate) first_store_run: Option<i64>,
    /// The start of the run whose failed rows a round of a retry has sent.
    pub(crate) retry_of: Option<Timestamp>,
    /// What people changed on the platform.
    pub(crate) edited: Edited,
    /// Whether the mailing list was read before the run's calls.
    pub(crate) has_list: bool,
    /// The file with the old values of what the run has changed, and the command that puts them back; `None`
    /// if nothing can be put back.
    pub(crate) undo: Option<(PathBuf, String)>,
    /// What was read back; `None` if nothing was.
    pub(crate) verified: Option<Verified>,
    /// The command that resumes a run that stopped early; `None` if it cannot be resumed.
    pub(crate) next: Option<String>,
    /// The command that a person types after a complete run, if one helps: for failed rows, or for
    /// the whole input after a trial.
    pub(crate) next_command: Option<String>,
}

/// The result of a run, which decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Done,
    /// More rows failed than `--accept-failures` allows.
    RowsFailed,
    /// All rows are well, and labels were read back with other values.
    Different,
    /// All rows are well, and the list could not be read back.
    Unread(ExitCode),
    NoRows,
    Aborted,
    /// Nothing was sent, because the proxy requires credentials.
    Misconfigured,
    InputBroke,
    NotWritten,
    /// The time of `--max-duration` or `--until` is over.
    Deadline,
    Interrupted,
    Terminated,
    /// The platform was out of reach for longer than `--max-outage`.
    Unreachable,
    /// The counts do not add up.
    Bug,
}

impl RunReport {
    /// Returns the number of rows without an outcome. Not zero only for a run that ended early.
    pub(crate) fn not_reached(&self) -> u64 {
        self.rows.saturating_sub(self.summary.rows())
    }

    /// Returns row and id of the contact that a trial of one row has updated.
    pub(crate) fn trial_contact(&self) -> Option<(u64, &str)> {
        let is_trial = self.kind == RunKind::TrialOfOne;
        self.summary.first_success().filter(|_| is_trial)
    }

    /// Whether rows read = the sum over the statuses + not reached. If not, the tool has lost or
    /// duplicated a row.
    pub(crate) fn adds_up(&self) -> bool {
        let settled = self.summary.rows();
        match self.end {
            RunEnd::Complete => settled == self.rows,
            _ => settled <= self.rows,
        }
    }

    /// Returns why the run ended early; `None` if it is complete.
    fn fault(&self) -> Option<String> {
        match &self.end {
            RunEnd::Complete => None,
            RunEnd::Early(early) => Some(early.to_string()),
            RunEnd::InputBroke(reason) | RunEnd::InputChanged(reason) | RunEnd::NotWritten(reason) => {
                Some(reason.to_string())
            }
            RunEnd::Bug(what) => Some(format!("{what}: this is a bug, please report it")),
        }
    }

    /// Returns the run's end for machines.
    pub(crate) fn ending(&self) -> Ending {
        let verdict = self.verdict();
        let why = self.fault().unwrap_or_else(|| {
            let failures = counted(self.summary.failures(), "row");
            match verdict {
                Verdict::NoRows => "there are no data rows".to_owned(),
                Verdict::RowsFailed => format!("{failures} failed, unconfirmed or invalid"),
                Verdict::Different => {
                    let different = self.verified.as_ref().map_or(0, Verified::accused);
                    format!("{} not as sent on the mailing list", counted(different, "label"))
                }
                Verdict::Unread(_) if self.verified.as_ref().is_some_and(|verified| verified.cut_short) => {
                    "every row is well; reading the mailing list back was ended early".to_owned()
                }
                Verdict::Unread(_) => "the mailing list could not be read back".to_owned(),
                Verdict::Done if self.summary.failures() > 0 => {
                    format!("{failures} failed, unconfirmed or invalid, as `--accept-failures` allows")
                }
                Verdict::Done => "every row is a success or was skipped".to_owned(),
                _ => "the outcomes do not add up to the rows".to_owned(),
            }
        });
        Ending::new(verdict.exit_code(), &why)
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
            // Nothing but the configuration is wrong so far.
            RunEnd::Early(EarlyEnd::ProxyRefused { status: 407, .. }) if self.attempts == 0 => {
                Verdict::Misconfigured
            }
            RunEnd::Early(_) => Verdict::Aborted,
            RunEnd::Complete if self.rows == 0 && !self.may_be_empty => Verdict::NoRows,
            RunEnd::Complete
                if self
                    .accept_failures
                    .is_exceeded_by(self.summary.failures(), self.rows) =>
            {
                Verdict::RowsFailed
            }
            RunEnd::Complete => match &self.verified {
                Some(verified) if verified.accused() > 0 => Verdict::Different,
                Some(Verified {
                    unread: Some(code), ..
                }) => Verdict::Unread(*code),
                _ => Verdict::Done,
            },
        }
    }
}

impl Verdict {
    pub(crate) fn exit_code(self) -> ExitCode {
        match self {
            Self::Done => ExitCode::Success,
            Self::RowsFailed | Self::Different => ExitCode::RowsFailed,
            Self::Unread(code) => code,
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
