//! Finds a finished run and its retry rounds: with which settings it ran, which round comes next,
//! and what is left to do. Only reads files; `record/existing/decision.rs` decides about the files
//! of the round itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;

use super::found::{Found, OldSummary, Unfinished};
use super::sets;
use crate::model::{ACCOUNT, CONTENT, Fingerprint, RecordedSettings, SettingValue, StoreRun};
use crate::record::error::OutputError;
use crate::record::journal::header::Header;
use crate::record::outputs::files::{self, OutputPaths};
use crate::record::outputs::names;

/// The setting of a run that sent nothing to the platform.
const SANDBOX: &str = "sandbox";

/// A finished run whose failed rows can be sent again.
#[derive(Clone, Debug)]
pub(crate) struct FinishedRun {
    /// Its files.
    pub(crate) paths: OutputPaths,
    pub(crate) started_at: Timestamp,
    settings: RecordedSettings,
    /// The summary of the run itself, before any round.
    summary: OldSummary,
}

impl FinishedRun {
    /// Returns the name of the run's input, as its summary has it.
    pub(crate) fn input(&self) -> &str {
        &self.summary.input
    }
}

/// Settings that the summary of a run or of a round holds, or the journal of a round.
#[derive(Clone, Debug)]
pub(crate) struct SettingsOf {
    pub(crate) settings: RecordedSettings,
    /// The file that holds them.
    pub(crate) file: PathBuf,
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
    /// The failed file of an earlier round that was edited after that round had begun. Nobody reads
    /// it any more.
    pub(crate) edited_too_late: Option<PathBuf>,
    /// The files of the round.
    pub(crate) paths: OutputPaths,
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
}

impl FinishedRun {
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

    /// Returns the settings of the newest round, or of the run: what was typed for one round holds for
    /// its resume and for the next one.
    pub(crate) fn newest(&self) -> Result<SettingsOf, NoRetry> {
        if let Some(unfinished) = self.unfinished_round()? {
            return Ok(unfinished);
        }
        let rounds = Rounds::of(&self.paths, self.started_at).map_err(NoRetry::Output)?;
        let of_round = rounds.and_then(|rounds| {
            Some(SettingsOf {
                settings: rounds.newest.settings?,
                file: rounds.summary,
            })
        });
        Ok(of_round.unwrap_or_else(|| SettingsOf {
            settings: self.settings.clone(),
            file: self.paths.summary.clone(),
        }))
    }

    /// Returns the settings of the round that was cut short, if there is one.
    fn unfinished_round(&self) -> Result<Option<SettingsOf>, NoRetry> {
        let of_round = (1..).map(|number| self.paths.of_round(number));
        for paths in of_round {
            match place(&paths, self.started_at).map_err(NoRetry::Output)? {
                Place::Finished(_) | Place::Taken => {}
                Place::Unfinished(header) if header.retry_of == Some(self.started_at) => {
                    return Ok(header.settings.map(|settings| SettingsOf {
                        settings,
                        file: names::journal(&paths.results),
                    }));
                }
                Place::Unfinished(_) | Place::Free => break,
            }
        }
        Ok(None)
    }

    /// Returns what a retry has to do: an unfinished round comes first, then the next one.
    pub(crate) fn next_round(&self) -> Result<NextRound, NoRetry> {
        let (mut before, mut paths) = (self.summary.clone(), self.paths.clone());
        let (mut number, mut newest) = (1, 0);
        let mut edited_too_late = None;
        loop {
            let of_round = self.paths.of_round(number);
            let finished = match place(&of_round, self.started_at).map_err(NoRetry::Output)? {
                Place::Finished(finished) => *finished,
                Place::Unfinished(_) | Place::Free => break,
                Place::Taken => {
                    number += 1;
                    continue;
                }
            };
            newest = number;
            if modified(&paths.failed).is_some_and(|time| time > finished.started_at)
                && is_edited(&paths.failed, &before)
            {
                edited_too_late = Some(paths.failed);
            }
            (before, paths) = (finished, of_round);
            number += 1;
        }
        if before.failures() == 0 {
            return Ok(match newest {
                0 => NextRound::NothingFailed,
                _ => NextRound::NothingLeft(newest),
            });
        }
        let (input, older_form) = newer_form(&paths.failed)?;
        Ok(NextRound::Send(Box::new(Round {
            number,
            is_edited: input != paths.failed || is_edited(&input, &before),
            input,
            older_form,
            edited_too_late,
            paths: self.paths.of_round(number),
        })))
    }

    /// Returns the run as the store identifies it, and the number of its first process there. `None`
    /// if it used no store.
    pub(crate) fn in_store(&self) -> Option<(&StoreRun, Option<i64>)> {
        let summary = &self.summary;
        Some((summary.store.as_ref()?, summary.first_store_run))
    }

    /// Returns its rounds, finished or not, as the store identifies them.
    pub(crate) fn rounds_in_store(&self) -> Result<Vec<StoreRun>, OutputError> {
        let rounds = sets::rounds_in_store(&self.paths, self.started_at)?;
        Ok(rounds.into_iter().flatten().collect())
    }

    /// Whether the run's input had this content.
    pub(crate) fn is_of_content(&self, digest: u128) -> bool {
        let content = Fingerprint::default().with(CONTENT, digest);
        content.has_content_of(&self.summary.fingerprint)
    }

    /// Whether the files of the run were set aside for a later one.
    pub(crate) fn is_set_aside(&self) -> bool {
        names::family(&self.paths.results).1.is_some()
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

/// What the retry rounds of a run have left.
pub(in crate::record) struct Rounds {
    /// The summary of the newest finished round.
    pub(in crate::record) newest: OldSummary,
    pub(in crate::record) summary: PathBuf,
    /// Its failed file.
    pub(in crate::record) failed: PathBuf,
}

impl Rounds {
    /// Finds the newest finished round of the run that started then; `None` if there is none.
    pub(in crate::record) fn of(
        paths: &OutputPaths,
        started_at: Timestamp,
    ) -> Result<Option<Self>, OutputError> {
        let mut newest = None;
        for number in 1.. {
            let of_round = paths.of_round(number);
            let summary = match place(&of_round, started_at)? {
                Place::Finished(summary) => *summary,
                Place::Unfinished(_) | Place::Free => break,
                Place::Taken => continue,
            };
            newest = Some((summary, of_round));
        }
        Ok(newest.map(|(newest, paths)| Self {
            newest,
            summary: paths.summary,
            failed: paths.failed,
        }))
    }
}

/// What stands under the names of a round.
enum Place {
    /// The round, which came to its end.
    Finished(Box<OldSummary>),
    /// A round that was cut short.
    Unfinished(Box<Header>),
    /// Nothing, or a round of an older run under the same name.
    Free,
    /// A run that is no round: a person has sent a file with such a name.
    Taken,
}

/// Looks at the place of a round of the run that started then.
fn place(paths: &OutputPaths, run: Timestamp) -> Result<Place, OutputError> {
    let found = Found::look(paths)?;
    if let Some(unfinished) = found.unfinished {
        return Ok(match unfinished {
            Unfinished::Journal(contents) if contents.header.retry_of.is_none() => Place::Taken,
            Unfinished::Journal(contents) => Place::Unfinished(Box::new(contents.header)),
            _ => Place::Free,
        });
    }
    let summary = found.finished.and_then(|finished| finished.summary);
    Ok(match summary {
        Some(summary) if summary.retry_of == Some(run) => Place::Finished(Box::new(summary)),
        Some(summary) if summary.retry_of.is_none() => Place::Taken,
        _ => Place::Free,
    })
}

fn is_edited(failed: &Path, summary: &OldSummary) -> bool {
    files::digest_of(failed).ok() != summary.failed_digest
}

/// Returns the failed file to send, which may have been saved as a workbook beside it, and the
/// older of the two if both exist.
fn newer_form(failed: &Path) -> Result<(PathBuf, Option<PathBuf>), NoRetry> {
    let workbook = failed.with_extension("xlsx");
    match (modified(failed), modified(&workbook)) {
        (None, None) => Err(NoRetry::NoFailedFile(failed.to_owned())),
        (Some(_), None) => Ok((failed.to_owned(), None)),
        (None, Some(_)) => Ok((workbook, None)),
        (Some(csv), Some(saved)) if saved > csv => Ok((workbook, Some(failed.to_owned()))),
        (Some(_), Some(_)) => Ok((failed.to_owned(), Some(workbook))),
    }
}

/// When a file was last written; `None` if there is none.
pub(super) fn modified(path: &Path) -> Option<Timestamp> {
    let time: SystemTime = fs::metadata(path).ok()?.modified().ok()?;
    Timestamp::try_from(time).ok()
}
