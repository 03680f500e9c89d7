//! Finds a finished run and its retry rounds: with which settings it ran, which round comes next,
//! and what is left to do. Only reads files; `record/existing/decision.rs` decides about the files
//! of the round itself.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::aside;
use super::forms::{SentFile, is_edited, modified};
use super::found::{Found, OldSummary, Unfinished};
use super::sets;
use crate::model::{ACCOUNT, CONTENT, Fingerprint, RecordedSettings, SettingValue, StoreRun};
use crate::record::error::OutputError;
use crate::record::journal::header::Header;
use crate::record::outputs::files::{self, OutputPaths};
use crate::record::outputs::names::{self, Stamp};

/// The setting of a run that sent nothing to the platform.
const SANDBOX: &str = "sandbox";

/// The setting of a run whose rows the guards were to let through.
const IGNORE_GUARDS: &str = "ignore_guards";

/// The setting of failed files that are written for Excel, with its delimiter.
const EXCEL: &str = "excel";

/// The setting of the input's delimiter.
const DELIMITER: &str = "delimiter";

/// Delimiters that are found in a file without being named.
const DETECTED: [&str; 6] = ["auto", ",", ";", "|", "tab", "\\t"];

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
    /// Returns the summaries of the run and its finished rounds.
    pub(crate) fn summaries(&self) -> Result<Vec<PathBuf>, NoRetry> {
        let mut summaries = vec![self.paths.summary.clone()];
        for number in 1.. {
            let of_round = self.paths_of_round(number);
            match place(&of_round, self.started_at).map_err(NoRetry::Output)? {
                Place::Finished(_) => summaries.push(of_round.summary),
                Place::Unfinished(_) | Place::Free => break,
                Place::Taken => {}
            }
        }
        Ok(summaries)
    }

    /// Whether the guards were to let the run's rows through.
    pub(crate) fn lets_through(&self) -> bool {
        self.settings.get(IGNORE_GUARDS) == Some(&SettingValue::Switch(true))
    }

    /// Returns the delimiter of the run's failed files, if it is one that no reader finds by itself.
    /// Others are looked for: Excel may have saved the file with another.
    pub(crate) fn unusual_delimiter(&self) -> Option<&str> {
        if self.settings.get(EXCEL) == Some(&SettingValue::Switch(true)) {
            return None;
        }
        match self.settings.get(DELIMITER) {
            Some(SettingValue::One(text)) if !DETECTED.contains(&text.as_str()) => Some(text),
            _ => None,
        }
    }

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
}

impl OutputPaths {
    /// Returns the paths of a retry round of this run.
    pub(in crate::record) fn of_round(&self, round: u32) -> Self {
        Self {
            results: names::of_round(&self.results, round),
            failed: names::of_round(&self.failed, round),
            summary: names::of_round(&self.summary, round),
            report: self
                .report
                .as_deref()
                .map(|report| names::of_round(report, round)),
            rehearsal: false,
        }
    }

    /// Returns the paths of the files after they are set aside.
    pub(in crate::record) fn aside(&self, stamp: &Stamp) -> Self {
        Self {
            results: names::aside(&self.results, stamp),
            failed: names::aside(&self.failed, stamp),
            summary: names::aside(&self.summary, stamp),
            report: self.report.as_deref().map(|report| names::aside(report, stamp)),
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
        let ahead = self.aside(&stamp);
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
        let settings = (summary.settings.clone()).ok_or_else(|| NoRetry::NoSettings(summary_path()))?;
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
        let of_round = (1..).map(|number| self.paths_of_round(number));
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
        let mut sent: Vec<SentFile> = Vec::new();
        loop {
            let of_round = self.paths_of_round(number);
            let finished = match place(&of_round, self.started_at).map_err(NoRetry::Output)? {
                Place::Finished(finished) => *finished,
                Place::Unfinished(_) | Place::Free => break,
                Place::Taken => {
                    number += 1;
                    continue;
                }
            };
            newest = number;
            sent.push(SentFile {
                paths,
                written: before,
                sent_by: finished.clone(),
            });
            for file in &mut sent {
                file.note(&finished);
            }
            (before, paths) = (finished, of_round);
            number += 1;
        }
        // What was edited before the newest round began, that round has overtaken.
        let is_newest = |path: &Path| modified(path).is_some_and(|time| time > before.started_at);
        let edited_too_late = sent.iter().rev().find_map(|file| self.edited_since(file));
        let edited_too_late = edited_too_late.filter(|(path, _)| is_newest(path));
        if before.failures() == 0 {
            return Ok(match (newest, edited_too_late) {
                (0, _) => NextRound::NothingFailed,
                (_, None) => NextRound::NothingLeft(newest),
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

    /// Whether the run has read the mailing list before its calls.
    pub(crate) fn has_list(&self) -> bool {
        self.summary.has_list
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
    /// Rows that went through in the finished rounds.
    pub(in crate::record) gone_through: u64,
}

impl Rounds {
    /// Finds the newest finished round of the run that started then; `None` if there is none.
    pub(in crate::record) fn of(
        paths: &OutputPaths,
        started_at: Timestamp,
    ) -> Result<Option<Self>, OutputError> {
        let mut newest = None;
        let mut gone_through = 0;
        for number in 1.. {
            let of_round = paths.of_round_of(number, started_at);
            let summary = match place(&of_round, started_at)? {
                Place::Finished(summary) => *summary,
                Place::Unfinished(_) | Place::Free => break,
                Place::Taken => continue,
            };
            gone_through += summary.gone_through();
            newest = Some((summary, of_round));
        }
        Ok(newest.map(|(newest, paths)| Self {
            newest,
            summary: paths.summary,
            failed: paths.failed,
            gone_through,
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
