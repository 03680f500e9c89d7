//! Moves older files out of the way: sets them aside together under the start of their run, and never
//! overwrites an edited failed file. Only renames and deletes; `record/existing/older.rs` deletes sets,
//! `record/existing/decision.rs` decides what to do.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;

use super::decision::KeptSets;
use super::found::{Found, OldSummary, Unfinished};
use super::older::delete_older;
use crate::model::{DeltaMode, ShownPath};
use crate::record::error::OutputError;
use crate::record::journal::header::Header;
use crate::record::outputs::files::{self, OutputPaths};
use crate::record::outputs::names::{self, FileName, Stamp};
use crate::record::outputs::page::{self, PageFile};
use crate::system::rename::rename_new;

/// Sets aside all existing files for a new run, and deletes surplus sets. Returns the new names of the
/// runs' files.
pub(in crate::record) fn set_aside(
    paths: &OutputPaths,
    keep: KeptSets,
    new: &Header,
) -> Result<Vec<OutputPaths>, OutputError> {
    let mut set_aside = Vec::new();
    let found = Found::look(paths)?;
    if let Some(unfinished) = &found.unfinished {
        let moved = move_unfinished(paths, unfinished, &mut set_aside)?;
        tell_of_unfinished(unfinished, new, &moved);
    }
    if found.finished.is_some() {
        set_aside.extend(set_finished_aside(paths)?);
    }
    delete_older(paths, keep)?;
    Ok(set_aside)
}

/// Sets aside a run that was cut short, so that none goes on with it: what it has sent is being undone.
///
/// # Errors
///
/// If its files cannot be read or renamed.
pub(crate) fn set_unfinished_aside(paths: &OutputPaths) -> Result<(), OutputError> {
    set_one_unfinished_aside(paths)?;
    // A retry round may have been cut short, too.
    let rounds = (1..).map(|round| paths.of_round(round));
    let exist = |paths: &OutputPaths| {
        let journal = names::journal(&paths.results);
        [&paths.results, &journal]
            .into_iter()
            .any(|path| files::exists(path))
    };
    rounds
        .take_while(exist)
        .try_for_each(|round| set_one_unfinished_aside(&round))
}

fn set_one_unfinished_aside(paths: &OutputPaths) -> Result<(), OutputError> {
    let found = Found::look(paths)?;
    let Some(unfinished) = &found.unfinished else {
        return Ok(());
    };
    let moved = move_unfinished(paths, unfinished, &mut Vec::new())?;
    let names = listed(&moved);
    tracing::info!(
        event = "unfinished_set_aside",
        files = names,
        "the run that was cut short is not resumed any more; its files were set aside: {names}"
    );
    Ok(())
}

/// Renames the files of an unfinished run. Adds its new paths to `set_aside` if it has left a summary.
fn move_unfinished(
    paths: &OutputPaths,
    unfinished: &Unfinished,
    set_aside: &mut Vec<OutputPaths>,
) -> Result<Vec<PathBuf>, OutputError> {
    let mut of_unfinished: Vec<PathBuf> = Vec::new();
    {
        let start = match unfinished {
            Unfinished::Journal(contents) => contents.header.started_at,
            Unfinished::Nothing(path)
            | Unfinished::Stray(path)
            | Unfinished::Unreadable { path, .. }
            | Unfinished::OtherVersion { path, .. } => changed_at(path),
        };
        // An unfinished run that ended early by itself has left its summary.
        if OldSummary::read(&paths.summary).is_some_and(|summary| !summary.finished) {
            of_unfinished.push(paths.summary.clone());
        }
        of_unfinished.extend(paths.unfinished());
        let stamp = free_stamp(&of_unfinished, Stamp::new(start, true));
        if of_unfinished.contains(&paths.summary) {
            set_page_aside(paths, &stamp);
            set_aside.push(paths.aside(&stamp));
        }
        move_together(&of_unfinished, stamp)
    }
}

/// Moves the page about a run with its files.
fn set_page_aside(paths: &OutputPaths, stamp: &Stamp) {
    if let (Some(path), Some(page)) = (&paths.report, paths.page()) {
        page::set_aside(&page, &names::aside(path, stamp));
    }
}

/// Logs what happens to the rows that an unfinished run has not sent.
fn tell_of_unfinished(unfinished: &Unfinished, new: &Header, moved: &[PathBuf]) {
    let names = listed(moved);
    let is_same = matches!(
        unfinished,
        Unfinished::Journal(contents) if contents.header.fingerprint == new.fingerprint
    );
    if is_same {
        tracing::info!(
            event = "unfinished_set_aside",
            sends = "all",
            files = names,
            "the last run was not finished; this one sends all rows of the same input, and its files were set aside: {names}"
        );
    } else if new.looked_over.mode == DeltaMode::ChangedOnly {
        tracing::info!(
            event = "unfinished_set_aside",
            sends = "changes",
            files = names,
            "the last run was not finished; this one sends what was not acknowledged, as far as it is in this input, and its \
             files were set aside: {names}"
        );
    } else {
        tracing::warn!(
            event = "unfinished_set_aside",
            sends = "other",
            files = names,
            "the last run was of another input and not finished: rows that are not in this one are not sent any more; its \
             files were set aside: {names}"
        );
    }
}

/// Sets aside the files of a finished run. Returns their new names.
pub(in crate::record) fn set_finished_aside(paths: &OutputPaths) -> Result<Option<OutputPaths>, OutputError> {
    let summary = OldSummary::read(&paths.summary);
    let mut existing = families(paths);
    // An export that is called like the workbook of its failed file stays.
    let input = summary
        .as_ref()
        .and_then(|summary| Path::new(&summary.input).file_name());
    existing.retain(|path| input.is_none() || path.file_name() != input);
    let start = summary.as_ref().map(|summary| summary.started_at);
    let start = start.unwrap_or_else(|| {
        existing
            .iter()
            .find(|path| files::exists(path))
            .map_or(Timestamp::UNIX_EPOCH, |path| changed_at(path))
    });
    let stamp = free_stamp(&existing, Stamp::new(start, false));
    // The rounds go first: a kill in between must not leave them beside the next run.
    let rounds = move_rounds(paths, &stamp)?;
    if let Some(journal) = rounds.iter().find(|path| files::is_journal(path)) {
        let names = listed(std::slice::from_ref(journal));
        tracing::warn!(
            event = "unfinished_set_aside",
            sends = "no_round",
            files = names,
            "a retry of the last run was not finished: corrections that it has not sent are not sent any more; its files were \
             set aside: {names}"
        );
    }
    set_page_aside(paths, &stamp);
    let moved = move_together(&existing, stamp.clone())?;
    if !moved.is_empty() {
        let names = listed(&moved);
        tracing::info!(
            event = "set_aside",
            files = names,
            of_rounds = rounds.len(),
            "the outputs of the last run have the time of its start in their names now: {names}{}",
            match rounds.len() {
                0 => String::new(),
                files => format!(", and {files} files of its retries"),
            }
        );
    }
    Ok((!moved.is_empty()).then(|| paths.aside(&stamp)))
}

fn listed(paths: &[PathBuf]) -> String {
    let names: Vec<String> = paths.iter().map(|path| format!("`{}`", path.shown())).collect();
    names.join(", ")
}

/// Removes the files of the retry rounds of a run that was replaced, except edited failed files.
pub(in crate::record) fn remove_rounds(paths: &OutputPaths) -> Result<(), OutputError> {
    for path in &families(paths) {
        for file in files_beside(path, |name| name.is_of_round_of(None))? {
            if is_edited_failed_file(paths, None, &file) {
                kept_edited(&file);
            } else {
                files::remove(&file)?;
            }
        }
    }
    for (page, _) in page::pages_of(paths, |name| name.is_of_round_of(None)) {
        // A page is made of the other files: one that stays is no reason to end the run.
        fs::remove_file(page).ok();
    }
    Ok(())
}

/// Renames the files of a run's retry rounds, so that they stay with its set. Returns the new names.
fn move_rounds(paths: &OutputPaths, stamp: &Stamp) -> Result<Vec<PathBuf>, OutputError> {
    let mut moved = Vec::new();
    for path in &families(paths) {
        for file in files_beside(path, |name| name.is_of_round_of(None))? {
            let aside = names::into_set(&file, path, stamp);
            let aside = if files::exists(&aside) {
                free_name(&aside, Stamp::new(changed_at(&file), false))
            } else {
                aside
            };
            rename_new(&file, &aside).map_err(|source| OutputError::rename(&aside, source))?;
            files::sync_folder_of(&aside);
            moved.push(aside);
        }
    }
    if let Some(of_run) = &paths.report {
        for (file, name) in page::pages_of(paths, |name| name.is_of_round_of(None)) {
            let results = names::of_round(&paths.results, name.round.unwrap_or_default());
            let aside = names::into_set(&file, of_run, stamp);
            page::set_aside(&PageFile::of_run(&file, &results), &aside);
        }
    }
    Ok(moved)
}

/// Returns the first name with a stamp from this one that does not exist yet.
fn free_name(path: &Path, mut stamp: Stamp) -> PathBuf {
    loop {
        let aside = names::aside(path, &stamp);
        if !files::exists(&aside) {
            return aside;
        }
        stamp = stamp.next();
    }
}

/// The paths of a run's files, and that of its failed file as a workbook.
pub(super) fn families(paths: &OutputPaths) -> Vec<PathBuf> {
    let all = paths.all().into_iter().cloned();
    all.chain(names::workbook(&paths.failed)).collect()
}

/// Lists the files beside `path` that belong to its family, if `accept` takes their names.
pub(super) fn files_beside(
    path: &Path,
    accept: impl Fn(&FileName) -> bool,
) -> Result<Vec<PathBuf>, OutputError> {
    let folder = files::folder(path);
    let entries = fs::read_dir(folder).map_err(|source| OutputError::read(folder, source))?;
    let is_file = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_file());
    let is_meant =
        |entry: &fs::DirEntry| FileName::parse(&entry.file_name(), path).is_some_and(|name| accept(&name));
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| is_file(entry) && is_meant(entry))
        .map(|entry| path.with_file_name(entry.file_name()))
        .collect();
    // The journal of an unfinished round goes last, as that of a run does.
    found.sort_by_key(|path| (files::is_journal(path), path.clone()));
    Ok(found)
}

pub(super) fn kept_edited(path: &Path) {
    tracing::warn!(
        event = "edited_failed_file_kept",
        "an older failed file that was edited is not deleted: `{}`",
        path.shown()
    );
}

/// Whether a file of a set is a failed file, of the run or of a round, that was edited since.
/// `stamp` is `None` for the set that was not set aside. A workbook was always made by somebody.
pub(super) fn is_edited_failed_file(paths: &OutputPaths, stamp: Option<&Stamp>, path: &Path) -> bool {
    let workbook = names::workbook(&paths.failed);
    if workbook.is_some_and(|workbook| path.extension() == workbook.extension()) {
        return true;
    }
    let of_set = [&paths.failed, &paths.summary].map(|path| match stamp {
        Some(stamp) => names::aside(path, stamp),
        None => path.clone(),
    });
    let name = path.file_name().unwrap_or_default();
    let parsed = FileName::parse(name, &paths.failed);
    let of_set = match parsed.as_ref().and_then(|name| name.round) {
        Some(round) => of_set.map(|path| names::of_round(&path, round)),
        None => of_set,
    };
    // A failed file that was set aside alone has no summary of its own: it was edited.
    let [failed, summary] = match parsed.and_then(|name| name.round_aside) {
        Some(aside) => of_set.map(|path| names::aside(&path, &aside)),
        None => of_set,
    };
    let written = || OldSummary::read(&summary).and_then(|summary| summary.failed_digest);
    failed.file_name() == Some(name) && files::digest_of(path).ok() != written()
}

/// Sets a failed file aside if it was edited. `known` are the digests of what this tool wrote. A
/// file that cannot be read counts as edited.
pub(in crate::record) fn save_edited(failed: &Path, known: &[&str]) -> Result<(), OutputError> {
    if !files::exists(failed) || files::digest_of(failed).is_ok_and(|digest| known.contains(&digest.as_str()))
    {
        return Ok(());
    }
    for path in move_together(&[failed.to_owned()], Stamp::new(changed_at(failed), false))? {
        tracing::warn!(
            event = "edited_failed_file_set_aside",
            path = %path.shown(),
            "the failed file was edited since it was written, so it was set aside: `{}`",
            path.shown()
        );
    }
    Ok(())
}

/// Renames the files that exist, all with the same stamp, under which none of them exists yet. If a
/// kill interrupted an earlier attempt, the remaining files join those already renamed. Returns the
/// new names.
fn move_together(paths: &[PathBuf], stamp: Stamp) -> Result<Vec<PathBuf>, OutputError> {
    let stamp = free_stamp(paths, stamp);
    let mut moved = Vec::new();
    for path in paths.iter().filter(|path| files::exists(path)) {
        let aside = names::aside(path, &stamp);
        rename_new(path, &aside).map_err(|source| OutputError::rename(&aside, source))?;
        files::sync_folder_of(&aside);
        moved.push(aside);
    }
    Ok(moved)
}

/// Returns the first stamp under which none of the files that exist would be in the way.
pub(super) fn free_stamp(paths: &[PathBuf], mut stamp: Stamp) -> Stamp {
    while paths
        .iter()
        .any(|path| files::exists(path) && files::exists(&names::aside(path, &stamp)))
    {
        stamp = stamp.next();
    }
    stamp
}

/// When the file was last written; the Unix epoch if that is unknown.
fn changed_at(path: &Path) -> Timestamp {
    fs::metadata(path)
        .and_then(|metadata| metadata.modified())
        .ok()
        .and_then(|time: SystemTime| Timestamp::try_from(time).ok())
        .unwrap_or(Timestamp::UNIX_EPOCH)
}
