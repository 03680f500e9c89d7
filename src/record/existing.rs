//! Outputs that are there already: what they are, and what is done about them (design, section 3). Looking reads files
//! and changes nothing; the decision is pure, and it is taken before the first call.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Deserialize;

use super::error::OutputError;
use super::files::{self, OutputPaths, Replaces};
use super::names;
use super::replay::Contents;
use crate::model::{Fingerprint, Status};

/// What the user said about outputs that exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Existing {
    pub(crate) resume: bool,
    /// How many sets to keep that were set aside.
    pub(crate) rotate: Option<usize>,
    pub(crate) overwrite: bool,
}

/// What is to be done before a run starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Start; `remove` an older run's journal and `.partial` files first, `replaces` its finished files at the end.
    Start { removes: bool, replaces: bool },
    /// Set the old files aside, then start.
    SetAside { keep: usize },
    /// Go on where the journal ends.
    GoOn(Box<GoOn>),
    /// The same was sent before, to the end: the exit code of that run.
    AlreadySent {
        exit_code: u8,
        finished_at: Option<Timestamp>,
        /// Rows of it that are failed, unconfirmed or invalid.
        failures: u64,
    },
}

/// A journal that is gone on with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GoOn {
    pub(super) contents: Contents,
    /// Finished files that are in the way are an older run's, to be set aside, and so many sets kept.
    pub(super) sets_aside: Option<usize>,
    pub(super) replaces: Replaces,
}

/// What is there.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) unfinished: Option<Unfinished>,
    pub(super) finished: Option<Finished>,
}

#[derive(Debug)]
pub(super) enum Unfinished {
    Journal(Contents),
    /// The run was killed before its journal's first line was whole, and so before its first call.
    Nothing(PathBuf),
    /// A file without a journal.
    Stray(PathBuf),
    /// A journal that is damaged, or of another version: nobody knows what was sent.
    Unreadable {
        path: PathBuf,
        why: String,
    },
}

impl Unfinished {
    fn of_journal(path: PathBuf) -> Result<Self, OutputError> {
        match Contents::read(&path) {
            Ok(Some(contents)) => Ok(Self::Journal(contents)),
            Ok(None) if is_one_torn_line(&path)? => Ok(Self::Nothing(path)),
            Ok(None) => Ok(Self::Unreadable {
                path,
                why: "its first line is damaged, or of another version of this program".to_owned(),
            }),
            Err(OutputError::DamagedJournal { path, byte }) => Ok(Self::Unreadable {
                path,
                why: format!("it is damaged at byte {byte}, and whole lines follow there"),
            }),
            Err(error) => Err(error),
        }
    }
}

/// A finished run, as far as its summary tells of it.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) path: PathBuf,
    pub(super) summary: Option<OldSummary>,
}

/// What is read back of a summary.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct OldSummary {
    pub(super) fingerprint: Fingerprint,
    pub(super) finished: bool,
    pub(super) exit_code: u8,
    pub(super) started_at: Timestamp,
    #[serde(default)]
    pub(super) finished_at: Option<Timestamp>,
    #[serde(default)]
    rehearsal: bool,
    #[serde(default)]
    statuses: BTreeMap<String, u64>,
    /// Of the failed file as it was written; nothing if there was none.
    #[serde(default)]
    pub(super) failed_digest: Option<String>,
}

impl OldSummary {
    fn failures(&self) -> u64 {
        let failed = Status::ALL.into_iter().filter(|status| status.is_failure());
        failed.filter_map(|status| self.statuses.get(status.name())).sum()
    }

    /// The summary at this path, if one can be read there.
    pub(super) fn read(path: &Path) -> Option<Self> {
        serde_json::from_reader(File::open(path).ok()?).ok()
    }
}

impl Found {
    pub(super) fn look(paths: &OutputPaths) -> Result<Self, OutputError> {
        let journal = names::journal(&paths.results);
        let unfinished = if files::exists(&journal) {
            Some(Unfinished::of_journal(journal)?)
        } else {
            paths
                .unfinished()
                .into_iter()
                .find(|path| files::exists(path))
                .map(Unfinished::Stray)
        };
        let summary = OldSummary::read(&paths.summary);
        // The summary of a run that was cut short belongs to its journal.
        let cut_short = match (&unfinished, &summary) {
            (Some(Unfinished::Journal(contents)), Some(summary)) => {
                !summary.finished && contents.header.is_of(summary.started_at, &summary.fingerprint)
            }
            (Some(_), Some(summary)) => !summary.finished,
            _ => false,
        };
        let finished = [&paths.results, &paths.failed, &paths.summary]
            .into_iter()
            .filter(|path| !(cut_short && **path == paths.summary))
            .find(|path| files::exists(path));
        Ok(Self {
            finished: finished.map(|path| Finished {
                path: path.clone(),
                summary: summary.filter(|summary| summary.finished && files::exists(&paths.results)),
            }),
            unfinished,
        })
    }
}

/// Whether a journal ends before its first line does.
fn is_one_torn_line(path: &Path) -> Result<bool, OutputError> {
    // It cannot be read as a journal, so it is not one of more than a line, unless it was damaged: it is looked at whole
    // only if it is short.
    const MOST_HEADER: u64 = 16 << 10;
    const START: &[u8] = b"{\"journal\":";
    let fault = |source| OutputError::read(path, source);
    if fs::metadata(path).map_err(fault)?.len() >= MOST_HEADER {
        return Ok(false);
    }
    let bytes = fs::read(path).map_err(fault)?;
    // Anything else is somebody's file.
    let is_header = bytes.starts_with(START) || START.starts_with(&bytes);
    Ok(is_header && !bytes.contains(&b'\n'))
}

/// Looks at what is there and decides. `fingerprint` is that of the run that is to start.
pub(crate) fn decide(
    paths: &OutputPaths,
    fingerprint: &Fingerprint,
    asked: Existing,
) -> Result<Decision, OutputError> {
    let start_anew = Decision::Start {
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
        } => Ok(Decision::SetAside { keep }),
        _ => Err(error),
    };
    match (unfinished, finished) {
        (None, None) => Ok(Decision::Start {
            removes: false,
            replaces: false,
        }),
        (Some(Unfinished::Journal(contents)), finished) => {
            let mut changed = fingerprint.changed_since(&contents.header.fingerprint);
            if !contents.header.writes_to(paths) {
                changed.push("place of the failed file or the summary".to_owned());
            }
            if changed.is_empty() && !asked.resume {
                or_refuse(OutputError::Unfinished(names::journal(&paths.results)))
            } else if changed.is_empty() {
                go_on(contents, finished, asked)
            } else {
                or_refuse(OutputError::OtherRun {
                    path: names::journal(&paths.results),
                    changed: listed(&changed),
                })
            }
        }
        (Some(Unfinished::Nothing(path)), None) if asked.resume || asked.overwrite => {
            tracing::debug!(
                "`{}` is of a run that was killed before its first call",
                path.display()
            );
            Ok(Decision::Start {
                removes: true,
                replaces: asked.overwrite,
            })
        }
        (Some(Unfinished::Nothing(path)), _) => or_refuse(OutputError::Unfinished(path)),
        (Some(Unfinished::Unreadable { path, why }), _) if !asked.overwrite => {
            Err(OutputError::UnreadableJournal { path, why })
        }
        (Some(Unfinished::Unreadable { .. }), _) => Ok(start_anew),
        (Some(Unfinished::Stray(path)), _) => or_refuse(OutputError::NotResumable {
            path,
            why: "there is no journal",
        }),
        (None, Some(finished)) => after_finished(finished, fingerprint, asked, or_refuse),
    }
}

/// What is done about what an earlier rehearsal left; nothing if it is simply replaced. What is not a rehearsal's, under
/// names that look like one's, is not.
fn rehearse(
    unfinished: Option<Unfinished>,
    finished: Option<Finished>,
    paths: &OutputPaths,
    fingerprint: &Fingerprint,
    asked: Existing,
) -> Option<Result<Decision, OutputError>> {
    if asked.overwrite {
        return None;
    }
    match unfinished {
        Some(Unfinished::Journal(contents)) if !contents.header.rehearsal => {
            return Some(Err(OutputError::Unfinished(names::journal(&paths.results))));
        }
        Some(Unfinished::Journal(contents))
            if asked.resume && contents.header.fingerprint == *fingerprint =>
        {
            return Some(Ok(Decision::GoOn(Box::new(GoOn {
                contents,
                sets_aside: None,
                replaces: Replaces::Anything,
            }))));
        }
        Some(Unfinished::Unreadable { path, why }) => {
            return Some(Err(OutputError::UnreadableJournal { path, why }));
        }
        _ => {}
    }
    let real = finished.filter(|finished| {
        let summary = finished.summary.as_ref();
        summary.is_some_and(|summary| !summary.rehearsal)
    });
    real.map(|finished| Err(OutputError::InTheWay(finished.path)))
}

fn go_on(contents: Contents, finished: Option<Finished>, asked: Existing) -> Result<Decision, OutputError> {
    let replaces = if contents.header.replaces || asked.overwrite {
        Replaces::Anything
    } else if contents.finishing {
        // Some may have their names already; that they are this run's own is looked at when the others get theirs.
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
    Ok(Decision::GoOn(Box::new(GoOn {
        contents,
        sets_aside,
        replaces,
    })))
}

fn after_finished(
    finished: Finished,
    fingerprint: &Fingerprint,
    asked: Existing,
    or_refuse: impl Fn(OutputError) -> Result<Decision, OutputError>,
) -> Result<Decision, OutputError> {
    let Finished { path, summary } = finished;
    let changed = summary
        .as_ref()
        .map(|summary| fingerprint.changed_since(&summary.fingerprint));
    match (summary, changed) {
        (Some(summary), Some(changed)) if changed.is_empty() && asked.resume => Ok(Decision::AlreadySent {
            exit_code: summary.exit_code,
            finished_at: summary.finished_at,
            failures: summary.failures(),
        }),
        (Some(_), Some(changed)) if changed.is_empty() => or_refuse(OutputError::SameFinished(path)),
        (_, changed) if asked.resume => or_refuse(OutputError::OtherFinished {
            path,
            changed: listed(&changed.unwrap_or_default()),
        }),
        _ => or_refuse(OutputError::InTheWay(path)),
    }
}

fn listed(parts: &[String]) -> String {
    let named: Vec<String> = parts.iter().map(|part| format!("the {part}")).collect();
    named.join(", ")
}
