//! Finds the files beside a run's outputs that tell which respondents were updated after a row of
//! the run failed: by the run itself, by its retry rounds, interrupted ones included, and by later
//! runs under the same name. Lists them and reads journals; the caller reads the results.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::found::OldSummary;
use super::rounds::{FinishedRun, Round};
use crate::model::{Fingerprint, StoreRun};
use crate::record::error::OutputError;
use crate::record::journal::entry::{self, UpdatedRow};
use crate::record::journal::header::Header;
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

/// What a file tells of its run.
struct Origin {
    started_at: Timestamp,
    fingerprint: Fingerprint,
    /// The start of the run of which it is a round.
    retry_of: Option<Timestamp>,
    store: Option<StoreRun>,
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
    for (name, path) in beside.files()? {
        let is_resumed =
            resumes && beside.is_own(&name) && name.round == Some(round.number) && name.round_aside.is_none();
        if is_resumed {
            continue;
        }
        if let Some(form) = form(&name, &path)
            && let Some(of) = beside.updates_of(&name, (&path, form), run)?
        {
            found.push(UpdatesFile { path, of, form });
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
    for (name, path) in beside.files()? {
        let is_round = beside.is_own(&name) && name.round.is_some();
        let Some(form) = form(&name, &path).filter(|_| is_round) else {
            continue;
        };
        if let Some(origin) = beside.origin(&name, (&path, form))?
            && origin.retry_of == Some(started_at)
        {
            rounds.push(origin.store);
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

    /// Lists the files of the family: of all sets, and their rounds.
    fn files(&self) -> Result<Vec<(FileName, PathBuf)>, OutputError> {
        let folder = files::folder(&self.paths.results);
        let fault = |source| OutputError::read(folder, source);
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).map_err(fault)? {
            let entry = entry.map_err(fault)?;
            if let Some(name) = FileName::parse(&entry.file_name(), &self.family)
                && entry.file_type().is_ok_and(|kind| kind.is_file())
            {
                found.push((name, entry.path()));
            }
        }
        Ok(found)
    }

    /// Whether the file belongs to the set of the run.
    fn is_own(&self, name: &FileName) -> bool {
        name.set == self.own
    }

    /// Returns whose updates a file has; `None` if they are not later than the run.
    fn updates_of(
        &self,
        name: &FileName,
        (path, form): (&Path, UpdatesForm),
        run: &FinishedRun,
    ) -> Result<Option<UpdatesOf>, OutputError> {
        if self.is_own(name) && name.round.is_none() {
            return Ok((form == UpdatesForm::Results).then_some(UpdatesOf::Run));
        }
        if !self.is_own(name) && !self.is_later(name.set.as_ref()) {
            return Ok(None);
        }
        let Some(origin) = self.origin(name, (path, form))? else {
            return Ok(Some(UpdatesOf::LaterRun));
        };
        if self.is_own(name) && origin.retry_of == Some(self.started_at) {
            return Ok(Some(UpdatesOf::Round));
        }
        // The sandbox has an account of its own.
        let is_later = run.is_of_account_of(&origin.fingerprint)
            && (!self.is_own(name) || origin.started_at > self.started_at);
        Ok(is_later.then_some(UpdatesOf::LaterRun))
    }

    /// Returns what a file tells of its run; `None` if that is unknown.
    fn origin(
        &self,
        name: &FileName,
        (path, form): (&Path, UpdatesForm),
    ) -> Result<Option<Origin>, OutputError> {
        Ok(match form {
            // Without a first line it ends before its first call.
            UpdatesForm::Journal => Contents::read(path)?.map(|contents| Origin::of_header(contents.header)),
            UpdatesForm::Results | UpdatesForm::Partial => self.origin_of_results(name),
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
    fn origin_of_results(&self, name: &FileName) -> Option<Origin> {
        let (mut path, _) = names::family(&self.paths.summary);
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
    fn of_header(header: Header) -> Self {
        Self {
            started_at: header.started_at,
            fingerprint: header.fingerprint,
            retry_of: header.retry_of,
            store: header.store,
        }
    }

    fn of_summary(summary: OldSummary) -> Self {
        Self {
            started_at: summary.started_at,
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
