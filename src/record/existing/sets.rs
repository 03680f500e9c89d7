//! Finds the files beside a run's outputs that tell which respondents were updated after a row of
//! the run failed: by the run itself, by its earlier retry rounds, and by later runs under the same
//! name. Lists them and reads journals; the caller reads the results.

use std::fs;
use std::path::PathBuf;

use super::rounds::FinishedRun;
use crate::model::SentRow;
use crate::record::error::OutputError;
use crate::record::journal::entry;
use crate::record::journal::replay::Contents;
use crate::record::outputs::files;
use crate::record::outputs::names::{self, FileName, Stamp};

/// A file that says who was updated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UpdatesFile {
    pub(crate) path: PathBuf,
    pub(crate) of: UpdatesOf,
    /// The file may end in the middle of a line.
    pub(crate) is_partial: bool,
}

/// Whose updates a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UpdatesOf {
    /// The run itself: its rows are numbered as the failed file's `sync_row`.
    Run,
    /// An earlier round of it: the column `sync_row` has the row of the run.
    Round,
    /// A later run of another export: every update counts.
    LaterRun,
    /// The journal of a later run that was cut short: every update counts.
    LaterJournal,
}

/// Lists the files that tell who was updated, for a round of this run.
pub(crate) fn updates_beside(run: &FinishedRun, round: u32) -> Result<Vec<UpdatesFile>, OutputError> {
    let (family, own) = names::family(&run.paths.results);
    let folder = files::folder(&run.paths.results);
    let began = Stamp::new(run.started_at, true);
    let fault = |source| OutputError::read(folder, source);
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(fault)? {
        let entry = entry.map_err(fault)?;
        let Some(name) = FileName::parse(&entry.file_name(), &family) else {
            continue;
        };
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if let Some(of) = updates_of(&name, own.as_ref(), (round, &began)).filter(|_| is_file) {
            found.push(UpdatesFile {
                path: entry.path(),
                of,
                is_partial: name.unfinished.is_some(),
            });
        }
    }
    Ok(found)
}

/// Returns whose updates a file has. `None` for a file that says nothing, or says it no better than
/// another. `began` is the start of the run.
fn updates_of(name: &FileName, own: Option<&Stamp>, (round, began): (u32, &Stamp)) -> Option<UpdatesOf> {
    // A kill may have interrupted the setting aside of the run after its rounds.
    let is_ahead =
        own.is_none() && name.round.is_some() && name.set.as_ref().is_some_and(|set| set.is_as_old_as(began));
    if name.set.as_ref() == own || is_ahead {
        return match (name.round, &name.round_aside, name.unfinished) {
            (None, _, None) => Some(UpdatesOf::Run),
            (Some(of), None, None) if of < round => Some(UpdatesOf::Round),
            // An attempt of a round that was interrupted, and then started anew.
            (Some(_), Some(aside), Some(".partial")) if !aside.is_before(began) => Some(UpdatesOf::Round),
            _ => None,
        };
    }
    let is_later = match (own, &name.set) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(own), Some(other)) => other.is_after(own),
    };
    match (name.unfinished, name.round) {
        _ if !is_later => None,
        (None, _) => Some(UpdatesOf::LaterRun),
        (Some(".journal"), _) => Some(UpdatesOf::LaterJournal),
        _ => None,
    }
}

/// Passes every row to `see` that a run which was cut short has updated, or may have, by its
/// journal.
pub(crate) fn updates_of_journal(
    journal: &UpdatesFile,
    mut see: impl FnMut(&SentRow),
) -> Result<(), OutputError> {
    let Some(contents) = Contents::read(&journal.path)? else {
        return Ok(());
    };
    let fault = |source| OutputError::read(&journal.path, source);
    let mut outcomes = contents.outcomes(&journal.path).map_err(fault)?;
    while let Some(outcome) = outcomes.next().map_err(OutputError::Journal)? {
        if let Some(sent) = entry::sent_row(&outcome.line).filter(|sent| sent.may_be_applied) {
            see(&sent);
        }
    }
    Ok(())
}
