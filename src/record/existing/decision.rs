//! Decides what to do about existing outputs. Pure decisions over what was found, made before the
//! first call.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use super::found::{Finished, Found, OldSummary, Unfinished};
use super::rounds::Rounds;
use super::sets;
use crate::model::{DeltaMode, Fingerprint, ShownPath, StoreRun};
use crate::record::error::OutputError;
use crate::record::journal::replay::Contents;
use crate::record::journal::resumed::GoOn;
use crate::record::outputs::files::{OutputPaths, Replaces};
use crate::record::outputs::names;

/// What the user asked for about existing outputs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Existing {
    pub(crate) resume: bool,
    /// Sets to keep of those that were set aside.
    pub(crate) rotate: Option<KeptSets>,
    pub(crate) overwrite: bool,
    /// What to do if the same input was sent before.
    pub(crate) same: SameInput,
}

/// Which older sets of files are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeptSets {
    /// Maximum number of sets, the newest ones.
    pub(crate) sets: usize,
    /// Maximum age of a set, counted from the start of its run; `None` for no limit.
    pub(crate) max_age: Option<Duration>,
}

/// What to do about an input that was sent before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SameInput {
    /// A row that has its verdict in the files is not sent again.
    #[default]
    IsDone,
    /// `--full-refresh`: all rows are sent, except those that an unfinished refresh has sent.
    Again,
}

/// What to do before a run starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OutputDecision {
    /// Start. `removes`: first remove an older run's journal and `.partial` files. `replaces`:
    /// replace its finished files at the end.
    Start { removes: bool, replaces: bool },
    /// Set the old files aside, then start.
    SetAside { keep: KeptSets },
    /// Resume where the journal ends.
    GoOn(Box<GoOn>),
    /// The same input was sent before, to its end.
    AlreadySent(SentBefore),
}

/// A finished earlier run of the same input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SentBefore {
    /// The exit code of that run, or of its newest retry round.
    pub(crate) exit_code: u8,
    pub(crate) finished_at: Option<Timestamp>,
    /// Rows of that run that are failed, unconfirmed or invalid.
    pub(crate) failures: u64,
    /// Rows of them that went through in a retry round, or in a later run that the store knows of.
    pub(crate) fixed: u64,
    /// Rows of them that are so after the newest retry round.
    pub(crate) remaining: u64,
    /// The file that holds the remaining rows.
    pub(crate) failed: PathBuf,
    /// The retry rounds, finished or not, as the store identifies them.
    pub(crate) rounds: Vec<Option<StoreRun>>,
    /// The platform has acknowledged all of them since, or they were dealt with.
    pub(crate) is_mended: bool,
}

impl SentBefore {
    /// Marks the run as having nothing left to do.
    pub(crate) fn mended(self) -> Self {
        Self {
            fixed: if self.is_mended { self.fixed } else { self.failures },
            is_mended: self.failures > 0,
            ..self
        }
    }
}

/// Examines existing files and decides. `fingerprint` is that of the run to be started.
pub(crate) fn decide(
    paths: &OutputPaths,
    fingerprint: &Fingerprint,
    asked: Existing,
) -> Result<OutputDecision, OutputError> {
    let start_anew = OutputDecision::Start {
        removes: true,
        replaces: true,
    };
    let Found { unfinished, finished } = Found::look(paths)?;
    if paths.rehearsal {
        return rehearse(unfinished, finished, paths, fingerprint, asked).unwrap_or(Ok(start_anew));
    }
    let or_refuse = |error: OutputError| match asked {
        Existing { overwrite: true, .. } => Ok(start_anew.clone()),
        Existing {
            resume: true,
            rotate: Some(keep),
            ..
        } => Ok(OutputDecision::SetAside { keep }),
        _ => Err(error),
    };
    match (unfinished, finished) {
        (None, None) => Ok(OutputDecision::Start {
            removes: false,
            replaces: false,
        }),
        (Some(Unfinished::Journal(contents)), finished) => {
            let mut changed = fingerprint.changed_for_resume(&contents.header.fingerprint);
            if !contents.header.writes_to(paths) {
                changed.push("place of the failed file or the summary".to_owned());
            }
            if changed.is_empty() && !asked.resume {
                or_refuse(OutputError::Unfinished(names::journal(&paths.results)))
            } else if changed.is_empty() && !can_resume(&contents, asked) {
                or_refuse(OutputError::NoRefresh(names::journal(&paths.results)))
            } else if changed.is_empty() {
                go_on(*contents, finished, asked)
            } else {
                or_refuse(OutputError::OtherRun {
                    path: names::journal(&paths.results),
                    changed: listed(&changed),
                })
            }
        }
        (Some(Unfinished::Nothing(path)), None) if asked.resume || asked.overwrite => {
            tracing::debug!(
                event = "journal_empty",
                "`{}` is of a run that was killed before its first call",
                path.shown()
            );
            Ok(OutputDecision::Start {
                removes: true,
                replaces: asked.overwrite,
            })
        }
        (Some(Unfinished::Nothing(path)), _) => or_refuse(OutputError::Unfinished(path)),
        (Some(Unfinished::Unreadable { path, why }), _) if !asked.overwrite => {
            Err(OutputError::UnreadableJournal { path, why })
        }
        (Some(Unfinished::OtherVersion { path, version }), _) if !asked.overwrite => {
            Err(OutputError::OtherVersion { path, version })
        }
        (Some(Unfinished::Unreadable { .. } | Unfinished::OtherVersion { .. }), _) => Ok(start_anew),
        (Some(Unfinished::Stray(path)), _) => or_refuse(OutputError::NotResumable {
            path,
            why: "there is no journal",
        }),
        (None, Some(finished)) => after_finished(paths, finished, fingerprint, asked, or_refuse),
    }
}

/// What earlier runs left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Before {
    /// Start of the first of the consecutive runs that had this content. `None` if the last run had
    /// other content, or there is none. Rehearsals do not count.
    pub(crate) content_since: Option<Timestamp>,
    /// An unfinished run, of any input.
    pub(crate) unfinished: Option<GoOn>,
}

/// Examines what earlier runs left. `fingerprint` includes the content that is to be sent.
pub(crate) fn before(paths: &OutputPaths, fingerprint: &Fingerprint) -> Result<Before, OutputError> {
    let Found { unfinished, finished } = Found::look(paths)?;
    let unfinished = match unfinished {
        Some(Unfinished::Journal(contents)) => Some(GoOn {
            contents: *contents,
            sets_aside: None,
            replaces: Replaces::Nothing,
        }),
        _ => None,
    };
    let of_journal = unfinished
        .as_ref()
        .filter(|journal| journal.has_content_of(fingerprint));
    let of_journal = of_journal.map(|journal| journal.contents.header.content_since);
    let finished = finished.and_then(|finished| finished.summary);
    let of_finished = finished.filter(|summary| summary.fingerprint.has_content_of(fingerprint));
    let of_finished = of_finished.map(|summary| summary.content_since.unwrap_or(summary.started_at));
    let since = of_journal.into_iter().chain(of_finished).min();
    Ok(Before {
        content_since: since.filter(|_| !paths.rehearsal),
        unfinished,
    })
}

/// Decides about files of an earlier rehearsal; `None` if they are simply replaced. Files with such
/// names that are not a rehearsal's are not replaced.
fn rehearse(
    unfinished: Option<Unfinished>,
    finished: Option<Finished>,
    paths: &OutputPaths,
    fingerprint: &Fingerprint,
    asked: Existing,
) -> Option<Result<OutputDecision, OutputError>> {
    if asked.overwrite {
        return None;
    }
    match unfinished {
        Some(Unfinished::Journal(contents)) if !contents.header.rehearsal => {
            return Some(Err(OutputError::Unfinished(names::journal(&paths.results))));
        }
        Some(Unfinished::Journal(contents))
            if asked.resume
                && fingerprint
                    .changed_for_resume(&contents.header.fingerprint)
                    .is_empty()
                && can_resume(&contents, asked) =>
        {
            return Some(Ok(OutputDecision::GoOn(Box::new(GoOn {
                contents: *contents,
                sets_aside: None,
                replaces: Replaces::Anything,
            }))));
        }
        Some(Unfinished::Unreadable { path, why }) => {
            return Some(Err(OutputError::UnreadableJournal { path, why }));
        }
        Some(Unfinished::OtherVersion { path, version }) if asked.resume || !version.rehearsal => {
            return Some(Err(OutputError::OtherVersion { path, version }));
        }
        _ => {}
    }
    let real = finished.filter(|finished| {
        let summary = finished.summary.as_ref();
        summary.is_some_and(|summary| !summary.rehearsal)
    });
    real.map(|finished| Err(OutputError::InTheWay(finished.path)))
}

/// Whether the run can be resumed. A refresh sends all rows, so it resumes only a refresh.
fn can_resume(contents: &Contents, asked: Existing) -> bool {
    asked.same == SameInput::IsDone || contents.header.looked_over.mode == DeltaMode::Refresh
}

/// Resumes the run of a journal, unless finished files are in the way.
fn go_on(
    contents: Contents,
    finished: Option<Finished>,
    asked: Existing,
) -> Result<OutputDecision, OutputError> {
    let replaces = if contents.header.replaces || asked.overwrite {
        Replaces::Anything
    } else if contents.finishing {
        // Some files may have their final names already. That they are this run's own is checked
        // when the others get theirs.
        Replaces::Same
    } else {
        Replaces::Nothing
    };
    let sets_aside = match (finished, asked.rotate) {
        (Some(_), Some(keep)) if replaces == Replaces::Nothing => Some(keep),
        (Some(finished), None) if replaces == Replaces::Nothing => {
            return Err(OutputError::InTheWay(finished.path));
        }
        _ => None,
    };
    Ok(OutputDecision::GoOn(Box::new(GoOn {
        contents,
        sets_aside,
        replaces,
    })))
}

/// Decides if only files of a finished run exist.
fn after_finished(
    paths: &OutputPaths,
    finished: Finished,
    fingerprint: &Fingerprint,
    asked: Existing,
    or_refuse: impl Fn(OutputError) -> Result<OutputDecision, OutputError>,
) -> Result<OutputDecision, OutputError> {
    let Finished { path, summary } = finished;
    let changed = summary
        .as_ref()
        .map(|summary| fingerprint.changed_since(&summary.fingerprint));
    match (summary, changed) {
        (Some(_), Some(changed))
            if changed.is_empty()
                && asked.resume
                && asked.rotate.is_some()
                && asked.same == SameInput::Again =>
        {
            or_refuse(OutputError::SameFinished(path))
        }
        (Some(summary), Some(changed)) if changed.is_empty() && asked.resume => {
            Ok(OutputDecision::AlreadySent(sent_before(paths, &summary)?))
        }
        (Some(_), Some(changed)) if changed.is_empty() => or_refuse(OutputError::SameFinished(path)),
        (_, changed) if asked.resume => or_refuse(OutputError::OtherFinished {
            path,
            changed: listed(&changed.unwrap_or_default()),
        }),
        _ => or_refuse(OutputError::InTheWay(path)),
    }
}

/// Describes a finished run of the same input, with what its retry rounds have fixed since.
fn sent_before(paths: &OutputPaths, summary: &OldSummary) -> Result<SentBefore, OutputError> {
    let failures = summary.failures();
    let rounds = Rounds::of(paths, summary.started_at)?;
    let remaining = rounds
        .as_ref()
        .map_or(failures, |rounds| rounds.newest.failures());
    Ok(SentBefore {
        exit_code: rounds
            .as_ref()
            .map_or(summary.exit_code, |rounds| rounds.newest.exit_code),
        finished_at: summary.finished_at,
        failures,
        // Somebody may have added rows.
        fixed: rounds
            .as_ref()
            .map_or(0, |rounds| rounds.gone_through)
            .min(failures.saturating_sub(remaining)),
        remaining,
        is_mended: failures > 0 && remaining == 0,
        failed: rounds
            .as_ref()
            .map_or(&paths.failed, |rounds| &rounds.failed)
            .clone(),
        rounds: sets::rounds_in_store(paths, summary.started_at)?,
    })
}

fn listed(parts: &[String]) -> String {
    let named: Vec<String> = parts.iter().map(|part| format!("the {part}")).collect();
    named.join(", ")
}
