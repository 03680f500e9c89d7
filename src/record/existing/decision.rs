//! What is done about outputs that are there already (design, section 3): pure decisions over what was found, taken
//! before the first call.

use std::time::Duration;

use jiff::Timestamp;

use super::found::{Finished, Found, Unfinished};
use crate::model::{DeltaMode, Fingerprint, ShownPath};
use crate::record::error::OutputError;
use crate::record::journal::replay::Contents;
use crate::record::journal::resumed::GoOn;
use crate::record::outputs::files::{OutputPaths, Replaces};
use crate::record::outputs::names;

/// What the user said about outputs that exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Existing {
    pub(crate) resume: bool,
    /// Which sets to keep that were set aside.
    pub(crate) rotate: Option<KeptSets>,
    pub(crate) overwrite: bool,
    /// What is done where the same input was sent before.
    pub(crate) same: SameInput,
}

/// Which older sets of files are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeptSets {
    /// The newest ones, so many.
    pub(crate) sets: usize,
    /// Of these, the ones whose run began no longer ago; without it, all.
    pub(crate) max_age: Option<Duration>,
}

/// What is done about an input that was sent before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SameInput {
    /// A row that has its verdict is not sent, as far as the files tell.
    #[default]
    IsDone,
    /// `--full-refresh`: all rows are sent, but for those that an unfinished refresh has sent.
    Again,
}

/// What is to be done before a run starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OutputDecision {
    /// Start; `remove` an older run's journal and `.partial` files first, `replaces` its finished files at the end.
    Start { removes: bool, replaces: bool },
    /// Set the old files aside, then start.
    SetAside { keep: KeptSets },
    /// Go on where the journal ends.
    GoOn(Box<GoOn>),
    /// The same was sent before, to the end.
    AlreadySent(SentBefore),
}

/// A run that came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SentBefore {
    pub(crate) exit_code: u8,
    pub(crate) finished_at: Option<Timestamp>,
    /// Rows of it that are failed, unconfirmed or invalid.
    pub(crate) failures: u64,
    /// The platform has acknowledged these since.
    pub(crate) is_mended: bool,
}

impl SentBefore {
    /// The same, and nothing of it is left to be done.
    pub(crate) fn mended(self) -> Self {
        Self {
            is_mended: self.failures > 0,
            ..self
        }
    }
}

/// Looks at what is there and decides. `fingerprint` is that of the run that is to start.
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
            let mut changed = fingerprint.changed_since(&contents.header.fingerprint);
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
        (None, Some(finished)) => after_finished(finished, fingerprint, asked, or_refuse),
    }
}

/// What earlier runs left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Before {
    /// When the first of those runs started that had this content, one behind the other; nothing if the last had another, or
    /// there is none. Rehearsals do not count.
    pub(crate) content_since: Option<Timestamp>,
    /// A run that is not finished, of whatever input.
    pub(crate) unfinished: Option<GoOn>,
}

/// Looks at what earlier runs left. `fingerprint` has the content that is to be sent.
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

/// What is done about what an earlier rehearsal left; nothing if it is simply replaced. What is not a rehearsal's, under
/// names that look like one's, is not.
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
                && contents.header.fingerprint == *fingerprint
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

/// A refresh sends all rows, so it resumes no run but a refresh.
fn can_resume(contents: &Contents, asked: Existing) -> bool {
    asked.same == SameInput::IsDone || contents.header.looked_over.mode == DeltaMode::Refresh
}

fn go_on(
    contents: Contents,
    finished: Option<Finished>,
    asked: Existing,
) -> Result<OutputDecision, OutputError> {
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
    Ok(OutputDecision::GoOn(Box::new(GoOn {
        contents,
        sets_aside,
        replaces,
    })))
}

fn after_finished(
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
            Ok(OutputDecision::AlreadySent(SentBefore {
                exit_code: summary.exit_code,
                finished_at: summary.finished_at,
                failures: summary.failures(),
                is_mended: false,
            }))
        }
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
