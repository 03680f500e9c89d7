//! Finds the files beside a run's outputs that tell which respondents were updated after a row of
//! the run failed: by the run itself, by its retry rounds, interrupted ones included, and by later
//! runs under the same name. Lists them and reads journals; the caller reads the results.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::forms;
use super::found::OldSummary;
use super::rounds::{FinishedRun, Round};
use crate::model::{Fingerprint, StoreRun};
use crate::record::error::OutputError;
use crate::record::journal::entry::{self, UpdatedRow};
use crate::record::journal::lines::Lines;
use crate::record::journal::replay::Contents;
use crate::record::outputs::files::{self, OutputPaths};
use crate::record::outputs::names::{self, FileName, Stamp};
use crate::system::regular;

/// A file that says who was updated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UpdatesFile {
    pub(crate) path: PathBuf,
    pub(crate) of: UpdatesOf,
    pub(crate) form: UpdatesForm,
    /// The process was killed: rows may have been in flight that a journal does not have.
    pub(crate) was_killed: bool,
}

/// Whose updates a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UpdatesOf {
    /// The run itself: its rows are numbered as the failed file's `sync_row`.
    Run,
    /// A round of it, finished or not: `sync_row` has the row of the run.
    Round,
    /// A later run: every update counts.
    LaterRun,
}

/// How a file says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UpdatesForm {
    Results,
    /// Results that may end in the middle of a line. There is no journal.
    Partial,
    Journal,
}

/// A file of the run's family.
struct FileBeside {
    name: FileName,
    path: PathBuf,
    form: UpdatesForm,
    /// Of a trial of some rows.
    is_trial: bool,
}

/// What a file tells of its run.
struct Origin {
    /// The last time at which the run is known to have been under way.
    until: Timestamp,
    fingerprint: Fingerprint,
    /// The start of the run of which it is a round.
    retry_of: Option<Timestamp>,
    store: Option<StoreRun>,
    was_killed: bool,
}

/// Lists the files that tell who was updated, for a round of this run. `resumes`: what the round
/// itself has updated is not asked for.
pub(crate) fn updates_beside(
    run: &FinishedRun,
    round: &Round,
    resumes: bool,
) -> Result<Vec<UpdatesFile>, OutputError> {
    let beside = Beside::new(&run.paths, run.started_at);
    let mut found = Vec::new();
    for file in beside.files()? {
        let name = &file.name;
        let is_resumed =
            resumes && beside.is_own(&file) && name.round == Some(round.number) && name.round_aside.is_none();
        if is_resumed || beside.is_earlier_set(&file) && !beside.may_be_ahead(&file) {
            continue;
        }
        let origin = match file.name.round {
            // The run itself is known.
            None if beside.is_own(&file) => None,
            _ => beside.origin(&file)?,
        };
        if let Some(of) = beside.updates_of(&file, origin.as_ref(), run) {
            found.push(UpdatesFile {
                path: file.path,
                of,
                form: file.form,
                was_killed: origin.is_some_and(|origin| origin.was_killed),
            });
        }
    }
    Ok(found)
}

/// Returns the rounds of the run that started then, finished or not, as the store identifies them.
/// A round without a store is `None`.
pub(in crate::record) fn rounds_in_store(
    paths: &OutputPaths,
    started_at: Timestamp,
) -> Result<Vec<Option<StoreRun>>, OutputError> {
    let beside = Beside::new(paths, started_at);
    let mut rounds = Vec::new();
    for file in beside.files()? {
        if !(beside.is_own(&file) || beside.may_be_ahead(&file)) || file.name.round.is_none() {
            continue;
        }
        match beside.origin(&file) {
            Ok(Some(origin)) if origin.retry_of == Some(started_at) => rounds.push(origin.store),
            Ok(_) => {}
            // A retry refuses it. Until then it counts as one.
            Err(_) => rounds.push(None),
        }
    }
    Ok(rounds)
}

/// A run with the names of the files beside it.
struct Beside<'a> {
    paths: &'a OutputPaths,
    started_at: Timestamp,
    /// The path of its results without a stamp, and the stamp.
    family: PathBuf,
    own: Option<Stamp>,
}

impl<'a> Beside<'a> {
    fn new(paths: &'a OutputPaths, started_at: Timestamp) -> Self {
        let (family, own) = names::family(&paths.results);
        Self {
            paths,
            started_at,
            family,
            own,
        }
    }

    /// Lists the files of the family that say who was updated: of all sets, of their rounds, and of
    /// the last trial.
    fn files(&self) -> Result<Vec<FileBeside>, OutputError> {
        let folder = files::folder(&self.paths.results);
        let fault = |source| OutputError::read(folder, source);
        let trial = names::of_trial(&self.family);
        let of_trial = |name: &FileName| name.set.is_none() && name.round.is_none();
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).map_err(fault)? {
            let entry = entry.map_err(fault)?;
            let (name, path) = (entry.file_name(), entry.path());
            let of_run = FileName::parse(&name, &self.family).map(|name| (name, false));
            let of_trial = || {
                let name = FileName::parse(&name, &trial).filter(of_trial);
                name.map(|name| (name, true))
            };
            if let Some((name, is_trial)) = of_run.or_else(of_trial)
                && let Some(form) = form(&name, &path)
                && entry.file_type().is_ok_and(|kind| kind.is_file())
            {
                found.push(FileBeside {
                    name,
                    path,
                    form,
                    is_trial,
                });
            }
        }
        Ok(found)
    }

    /// Whether the file belongs to the set of the run.
    fn is_own(&self, file: &FileBeside) -> bool {
        file.name.set == self.own && !file.is_trial
    }

    /// Whether the file may be of a round of the run that was set aside before a kill, and the run
    /// itself was not.
    fn may_be_ahead(&self, file: &FileBeside) -> bool {
        let FileName { set, round, .. } = &file.name;
        let began = Stamp::new(self.started_at, true);
        self.own.is_none() && round.is_some() && set.as_ref().is_some_and(|set| set.is_as_old_as(&began))
    }

    /// Whether the file belongs to a set that is not later than that of the run.
    fn is_earlier_set(&self, file: &FileBeside) -> bool {
        // The name of a trial has no time.
        !self.is_own(file) && !file.is_trial && !self.is_later(file.name.set.as_ref())
    }

    /// Returns whose updates a file has that is of no earlier set; `None` if they are not later than
    /// the run.
    fn updates_of(&self, file: &FileBeside, origin: Option<&Origin>, run: &FinishedRun) -> Option<UpdatesOf> {
        let is_own = self.is_own(file);
        if is_own && file.name.round.is_none() {
            return (file.form == UpdatesForm::Results).then_some(UpdatesOf::Run);
        }
        let Some(origin) = origin else {
            return (!self.is_earlier_set(file)).then_some(UpdatesOf::LaterRun);
        };
        if (is_own || self.may_be_ahead(file)) && origin.retry_of == Some(self.started_at) {
            return Some(UpdatesOf::Round);
        }
        // The sandbox has an account of its own.
        let is_later = run.is_of_account_of(&origin.fingerprint)
            && !self.is_earlier_set(file)
            && (!is_own && !file.is_trial || origin.until > self.started_at);
        is_later.then_some(UpdatesOf::LaterRun)
    }

    /// Returns what a file tells of its run; `None` if that is unknown.
    fn origin(&self, file: &FileBeside) -> Result<Option<Origin>, OutputError> {
        Ok(match file.form {
            UpdatesForm::Journal => {
                let contents = Contents::read(&file.path)?;
                contents.map(|contents| Origin::of_journal(contents, &file.path))
            }
            UpdatesForm::Results | UpdatesForm::Partial => self.origin_of_results(file),
        })
    }

    /// Whether a set is later than that of the run.
    fn is_later(&self, set: Option<&Stamp>) -> bool {
        match (&self.own, set) {
            (None, Some(set)) => Stamp::new(self.started_at, true).is_before(set),
            (Some(own), Some(set)) => set.is_after(own),
            (_, None) => true,
        }
    }

    /// Reads the summary that goes with results.
    fn origin_of_results(&self, file: &FileBeside) -> Option<Origin> {
        let (mut path, _) = names::family(&self.paths.summary);
        let name = &file.name;
        if file.is_trial {
            path = names::of_trial(&path);
        }
        if let Some(set) = &name.set {
            path = names::aside(&path, set);
        }
        if let Some(round) = name.round {
            path = names::of_round(&path, round);
        }
        if let Some(aside) = &name.round_aside {
            path = names::aside(&path, aside);
        }
        OldSummary::read(&path).map(Origin::of_summary)
    }
}

impl Origin {
    fn of_journal(contents: Contents, path: &Path) -> Self {
        let header = contents.header;
        Self {
            was_killed: !contents.ended,
            until: forms::modified(path).unwrap_or(header.started_at),
            fingerprint: header.fingerprint,
            retry_of: header.retry_of,
            store: header.store,
        }
    }

    fn of_summary(summary: OldSummary) -> Self {
        Self {
            was_killed: false,
            until: summary.finished_at.unwrap_or(summary.started_at),
            fingerprint: summary.fingerprint,
            retry_of: summary.retry_of,
            store: summary.store,
        }
    }
}

/// Returns how a file says who was updated; `None` if another one says it better.
fn form(name: &FileName, path: &Path) -> Option<UpdatesForm> {
    match name.unfinished {
        None => Some(UpdatesForm::Results),
        Some(".journal") => Some(UpdatesForm::Journal),
        Some(".partial") => {
            let journal = names::journal(&path.with_extension(""));
            (!files::exists(&journal)).then_some(UpdatesForm::Partial)
        }
        _ => None,
    }
}

/// Passes every row to `see` that a run which was cut short has updated, or may have, by its
/// journal: also a row that would be sent again by a resume.
pub(crate) fn updates_of_journal(path: &Path, mut see: impl FnMut(&UpdatedRow)) -> Result<(), OutputError> {
    let fault = |source| OutputError::read(path, source);
    let file = regular::open(path).map_err(fault)?;
    let length = file.metadata().map_err(fault)?.len();
    let mut lines = Lines::new(file, length);
    while let Some(line) = lines.next().map_err(fault)? {
        if let Some(updated) = entry::updated_row(line) {
            see(&updated);
        }
    }
    Ok(())
}
