//! Finds a finished run and its retry rounds: with which settings it ran, which round comes next,
//! and what is left to do. Only reads files; `record/existing/decision.rs` decides about the files
//! of the round itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;

use super::aside;
use super::found::{Found, OldSummary};
use crate::model::{ACCOUNT, Fingerprint, RecordedSettings, SettingValue, StoreRun};
use crate::record::error::OutputError;
use crate::record::outputs::files::{self, OutputPaths};
use crate::record::outputs::names::{self, Stamp};

/// The setting of a run that sent nothing to the platform.
const SANDBOX: &str = "sandbox";

/// The setting of a run whose rows the guards were to let through.
const IGNORE_GUARDS: &str = "ignore_guards";

/// A finished run whose failed rows can be sent again.
#[derive(Clone, Debug)]
pub(crate) struct FinishedRun {
    /// Its files.
    pub(crate) paths: OutputPaths,
    pub(crate) started_at: Timestamp,
    pub(crate) settings: RecordedSettings,
    /// The summary of the run itself, before any round.
    summary: OldSummary,
}

impl FinishedRun {
    /// Returns the summaries of the run and its rounds.
    pub(crate) fn summaries(&self) -> impl Iterator<Item = PathBuf> {
        let rounds = (1..).map(|round| self.paths_of_round(round).summary);
        let rounds = rounds.take_while(|summary| files::exists(summary));
        std::iter::once(self.paths.summary.clone()).chain(rounds)
    }

    /// Whether the guards were to let the run's rows through.
    pub(crate) fn lets_through(&self) -> bool {
        self.settings.get(IGNORE_GUARDS) == Some(&SettingValue::Switch(true))
    }

    /// Returns the name of the run's input, as its summary has it.
    pub(crate) fn input(&self) -> &str {
        &self.summary.input
    }
}

/// Why a run's failed rows cannot be sent again.
#[derive(Debug)]
pub(crate) enum NoRetry {
    /// There is no summary here.
    NoRun(PathBuf),
    /// The run has not come to its end.
    Unfinished(PathBuf),
    /// The run was a rehearsal: its rows must not reach the platform by a retry.
    Rehearsal(PathBuf),
    /// The summary was written before settings were recorded, or for arguments that are no Unicode.
    NoSettings(PathBuf),
    /// The results are missing, so it is unknown who was updated.
    NoResults(PathBuf),
    /// The failed file is missing.
    NoFailedFile(PathBuf),
    Output(OutputError),
}

/// What a retry has to do.
#[derive(Clone, Debug)]
pub(crate) enum NextRound {
    Send(Box<Round>),
    /// The run itself has no failed rows.
    NothingFailed,
    /// This round has left no failed rows.
    NothingLeft(u32),
}

/// A round of a retry.
#[derive(Clone, Debug)]
pub(crate) struct Round {
    /// From 1.
    pub(crate) number: u32,
    /// The failed file that the round sends.
    pub(crate) input: PathBuf,
    /// Another form of the failed file, which is older and not used.
    pub(crate) older_form: Option<PathBuf>,
    /// Whether the failed file is another than was written.
    pub(crate) is_edited: bool,
    /// The results of the run, or of the round before, if the failed file is a workbook. It has to
    /// have failed rows of theirs: it may have been saved from another night's failed file.
    pub(crate) failed_in: Option<PathBuf>,
    /// Rows that were written into it.
    pub(crate) failures: u64,
    /// The failed file of an earlier round that was edited after that round had begun. Nobody reads
    /// it any more, as long as a later one has rows.
    pub(crate) edited_too_late: Option<PathBuf>,
    /// The files of the round.
    pub(crate) paths: OutputPaths,
    /// The store that the round before used, or the run itself.
    pub(crate) store_before: Option<StoreRun>,
}

impl OutputPaths {
    /// Returns the paths of a retry round of this run.
    pub(in crate::record) fn of_round(&self, round: u32) -> Self {
        Self {
            results: names::of_round(&self.results, round),
            failed: names::of_round(&self.failed, round),
            summary: names::of_round(&self.summary, round),
            rehearsal: false,
        }
    }

    /// Returns the paths of a retry round of the run that started then. A kill may have interrupted
    /// the setting aside of the run after its rounds, which go first: then they stand where the run's
    /// files are to follow them.
    fn of_round_of(&self, round: u32, started_at: Timestamp) -> Self {
        let here = self.of_round(round);
        let exists = |paths: &Self| {
            let journal = names::journal(&paths.results);
            paths
                .all()
                .into_iter()
                .chain([&journal])
                .any(|path| files::exists(path))
        };
        if exists(&here) {
            return here;
        }
        let stamp = aside::free_stamp(&aside::families(self), Stamp::new(started_at, false));
        let ahead = Self {
            results: names::aside(&self.results, &stamp),
            failed: names::aside(&self.failed, &stamp),
            summary: names::aside(&self.summary, &stamp),
            rehearsal: false,
        };
        Some(ahead.of_round(round)).filter(exists).unwrap_or(here)
    }
}

impl FinishedRun {
    /// Returns the paths of a round of this run.
    fn paths_of_round(&self, round: u32) -> OutputPaths {
        self.paths.of_round_of(round, self.started_at)
    }

    /// Finds the finished run that wrote these files.
    pub(crate) fn find(paths: &OutputPaths) -> Result<Self, NoRetry> {
        let summary_path = || paths.summary.clone();
        let found = Found::look(paths).map_err(NoRetry::Output)?;
        let summary = OldSummary::read(&paths.summary);
        if found.unfinished.is_some() || summary.as_ref().is_some_and(|summary| !summary.finished) {
            return Err(NoRetry::Unfinished(paths.results.clone()));
        }
        let summary = summary.ok_or_else(|| NoRetry::NoRun(summary_path()))?;
        if !files::exists(&paths.results) {
            return Err(NoRetry::NoResults(paths.results.clone()));
        }
        let settings = summary.settings.clone();
        let settings = settings.ok_or_else(|| NoRetry::NoSettings(summary_path()))?;
        if summary.rehearsal || settings.get(SANDBOX) == Some(&SettingValue::Switch(true)) {
            return Err(NoRetry::Rehearsal(summary_path()));
        }
        Ok(Self {
            paths: paths.clone(),
            started_at: summary.started_at,
            settings,
            summary,
        })
    }

    /// Returns what a retry has to do: an unfinished round comes first, then the next one.
    pub(crate) fn next_round(&self) -> Result<NextRound, NoRetry> {
        let (mut before, mut paths) = (self.summary.clone(), self.paths.clone());
        let mut number = 1;
        let mut sent: Vec<SentFile> = Vec::new();
        loop {
            let of_round = self.paths_of_round(number);
            let finished = finished(&of_round, self.started_at).map_err(NoRetry::Output)?;
            let Some(finished) = finished else {
                break;
            };
            sent.push(SentFile {
                paths,
                written: before,
                sent_at: finished.started_at,
            });
            for file in &mut sent {
                file.note(&finished);
            }
            (before, paths) = (finished, of_round);
            number += 1;
        }
        let edited_too_late = sent.iter().rev().find_map(|file| self.edited_since(file));
        if before.failures() == 0 {
            return Ok(match (number, edited_too_late) {
                (1, _) => NextRound::NothingFailed,
                (_, None) => NextRound::NothingLeft(number - 1),
                // Somebody has put rows back, or changed them once more.
                (_, Some((input, file))) => NextRound::Send(Box::new(Round {
                    number,
                    is_edited: true,
                    failed_in: (input != file.paths.failed).then(|| file.paths.results.clone()),
                    failures: 0,
                    input,
                    older_form: None,
                    edited_too_late: None,
                    paths: self.paths_of_round(number),
                    store_before: before.store,
                })),
            });
        }
        let (input, older_form) = self.newer_form(&paths)?;
        Ok(NextRound::Send(Box::new(Round {
            number,
            is_edited: input != paths.failed || is_edited(&input, &before),
            failed_in: (input != paths.failed).then(|| paths.results.clone()),
            failures: before.failures(),
            input,
            older_form,
            edited_too_late: edited_too_late.map(|(path, _)| path),
            paths: self.paths_of_round(number),
            store_before: before.store,
        })))
    }

    /// Returns the form of a failed file that was edited after it was sent.
    fn edited_since<'a>(&self, file: &'a SentFile) -> Option<(PathBuf, &'a SentFile)> {
        let failed = &file.paths.failed;
        let is_later = |path: &Path| modified(path).is_some_and(|time| time > file.sent_at);
        let workbook = self.workbook(failed).filter(|workbook| is_later(workbook));
        let edited = || Some(failed.clone()).filter(|path| is_later(path) && is_edited(path, &file.written));
        Some((workbook.or_else(edited)?, file))
    }

    /// Returns the path of a failed file as a workbook, unless that is the run's input.
    fn workbook(&self, failed: &Path) -> Option<PathBuf> {
        let input = Path::new(self.input()).file_name();
        names::workbook(failed).filter(|workbook| workbook.file_name() != input)
    }

    /// Returns the failed file to send, which may have been saved as a workbook beside it, and the
    /// older of the two if both exist. A workbook that is older than the run is of another one.
    fn newer_form(&self, paths: &OutputPaths) -> Result<(PathBuf, Option<PathBuf>), NoRetry> {
        let (failed, written) = (&paths.failed, modified(&paths.summary));
        let saved = self
            .workbook(failed)
            .and_then(|workbook| Some((modified(&workbook)?, workbook)));
        match (modified(failed), saved) {
            (None, Some((saved, workbook))) if Some(saved) > written => Ok((workbook, None)),
            (None, _) => Err(NoRetry::NoFailedFile(failed.clone())),
            (Some(_), None) => Ok((failed.clone(), None)),
            (Some(csv), Some((saved, workbook))) if saved > csv && Some(saved) > written => {
                Ok((workbook, Some(failed.clone())))
            }
            (Some(_), Some((_, workbook))) => Ok((failed.clone(), Some(workbook))),
        }
    }

    /// Whether the run was for the account of this fingerprint.
    pub(crate) fn is_of_account_of(&self, fingerprint: &Fingerprint) -> bool {
        !fingerprint
            .changed_since(&self.summary.fingerprint)
            .iter()
            .any(|part| part == ACCOUNT)
    }

    /// Whether the files still are those of this run.
    pub(crate) fn is_unmoved(&self) -> bool {
        OldSummary::read(&self.paths.summary).is_some_and(|summary| summary.started_at == self.started_at)
    }
}

/// A failed file that rounds have sent.
struct SentFile {
    /// The files of the run, or the round, that wrote it.
    paths: OutputPaths,
    written: OldSummary,
    /// The start of the last round that sent it.
    sent_at: Timestamp,
}

impl SentFile {
    /// Notes a round that may have sent it once more.
    fn note(&mut self, round: &OldSummary) {
        let forms = [
            Some(self.paths.failed.clone()),
            names::workbook(&self.paths.failed),
        ];
        let input = Path::new(&round.input).file_name();
        if forms.iter().flatten().any(|form| form.file_name() == input) {
            self.sent_at = round.started_at;
        }
    }
}

/// What the retry rounds of a run have left.
pub(in crate::record) struct Rounds {
    /// The summary of the newest finished round.
    pub(in crate::record) newest: OldSummary,
    /// Its failed file.
    pub(in crate::record) failed: PathBuf,
    /// Rows that went through in the finished rounds.
    pub(in crate::record) gone_through: u64,
    /// What the rounds were to the store.
    pub(in crate::record) in_store: Vec<RoundInStore>,
}

/// A finished round as the store identifies it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RoundInStore {
    /// The number of its first process.
    pub(crate) first: i64,
    /// Its last process.
    pub(crate) last: StoreRun,
}

impl Rounds {
    /// Finds the newest finished round of the run that started then; `None` if there is none.
    pub(in crate::record) fn of(
        paths: &OutputPaths,
        started_at: Timestamp,
    ) -> Result<Option<Self>, OutputError> {
        let mut newest = None;
        let (mut in_store, mut gone_through) = (Vec::new(), 0);
        for number in 1.. {
            let of_round = paths.of_round_of(number, started_at);
            let Some(summary) = finished(&of_round, started_at)? else {
                break;
            };
            gone_through += summary.gone_through();
            in_store.extend(summary.first_store_run.zip(summary.store.clone()));
            newest = Some((summary, of_round.failed));
        }
        let in_store = in_store.into_iter();
        Ok(newest.map(|(newest, failed)| Self {
            newest,
            failed,
            gone_through,
            in_store: in_store
                .map(|(first, last)| RoundInStore { first, last })
                .collect(),
        }))
    }
}

/// Returns the summary of a round that came to its end; `None` if it did not, or did not start.
/// `since` is the start of its run: a round of an older run under the same name does not count.
fn finished(paths: &OutputPaths, since: Timestamp) -> Result<Option<OldSummary>, OutputError> {
    let found = Found::look(paths)?;
    let finished = found.finished.filter(|_| found.unfinished.is_none());
    let summary = finished.and_then(|finished| finished.summary);
    Ok(summary.filter(|summary| summary.started_at > since))
}

fn is_edited(failed: &Path, summary: &OldSummary) -> bool {
    files::digest_of(failed).ok() != summary.failed_digest
}

/// When a file was last written; `None` if there is none.
fn modified(path: &Path) -> Option<Timestamp> {
    let time: SystemTime = fs::metadata(path).ok()?.modified().ok()?;
    Timestamp::try_from(time).ok()
}
