//! Deletes the oldest sets of files that were set aside. Only what this tool has certainly made is deleted,
//! and never a failed file that was edited.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::aside::{families, files_beside, is_edited_failed_file, kept_edited};
use super::decision::KeptSets;
use super::found::OldSummary;
use crate::model::ShownPath as _;
use crate::record::error::OutputError;
use crate::record::outputs::files::{self, OutputPaths};
use crate::record::outputs::names::{self, FileName, Stamp};
use crate::record::outputs::page;

/// Deletes sets that were set aside and are not to be kept. Only certain sets are deleted: a
/// finished one must have a summary with the start in its name, an interrupted one is marked in its
/// name, and none may belong to a run in progress.
pub(crate) fn delete_older(paths: &OutputPaths, keep: KeptSets) -> Result<(), OutputError> {
    let mut sets: BTreeMap<Stamp, Vec<PathBuf>> = BTreeMap::new();
    for path in &families(paths) {
        for file in files_beside(path, |name| name.set.is_some())? {
            let name = file.file_name().unwrap_or_default();
            let of_run = names::stamp_of(name, path);
            let of_round = || {
                FileName::parse(name, path)?
                    .set
                    .filter(|_| names::is_of_round(name, path))
            };
            if let Some(stamp) = of_run.or_else(of_round) {
                sets.entry(stamp).or_default().push(file);
            }
        }
    }
    for (page, name) in page::pages_of(paths, |name| name.set.is_some()) {
        if let Some(stamp) = name.set {
            sets.entry(stamp).or_default().push(page);
        }
    }
    sets.retain(|stamp, files| is_ours(paths, stamp, files));
    let oldest = keep.max_age.map(|age| {
        Stamp::new(
            Timestamp::now().saturating_sub(age).unwrap_or(Timestamp::MIN),
            false,
        )
    });
    for (index, (stamp, files)) in sets.into_iter().rev().enumerate() {
        let is_old = oldest.as_ref().is_some_and(|oldest| stamp.is_before(oldest));
        let why = match index < keep.sets {
            false => format!("as one of more than {} older sets", keep.sets),
            true if is_old => "as older than `--rotate-max-age`".to_owned(),
            true => continue,
        };
        delete(paths, &stamp, files, &why);
    }
    Ok(())
}

/// Deletes the files of a set, except a failed file that was edited since, which contains the
/// user's work. A file that cannot be deleted does not stop the run.
fn delete(paths: &OutputPaths, stamp: &Stamp, files: Vec<PathBuf>, why: &str) {
    let edited: Vec<PathBuf> = files
        .iter()
        .filter(|path| is_edited_failed_file(paths, Some(stamp), path))
        .cloned()
        .collect();
    // What is left of a lock after a kill. Nobody holds it.
    let locks: Vec<PathBuf> = files
        .iter()
        .map(|path| {
            let of_journal = files::is_journal(path).then(|| path.with_extension(""));
            names::lock(of_journal.as_ref().unwrap_or(path))
        })
        .filter(|lock| files::exists(lock))
        .collect();
    for path in files.into_iter().chain(locks) {
        if edited.contains(&path) {
            kept_edited(&path);
            continue;
        }
        match files::remove(&path) {
            Ok(()) => tracing::info!(event = "old_set_deleted", "deleted, {why}: `{}`", path.shown()),
            Err(error) => tracing::warn!(
                event = "old_set_not_deleted",
                "not deleted, though it should be {why}: {error}; delete it by hand"
            ),
        }
    }
}

/// Whether a set was certainly made by this tool and no run in progress uses it.
fn is_ours(paths: &OutputPaths, stamp: &Stamp, files: &[PathBuf]) -> bool {
    // A round that was cut short does not keep its set for ever.
    let is_of_round = |path: &Path| {
        let name = path.file_name().unwrap_or_default();
        paths.all().into_iter().any(|of| names::is_of_round(name, of))
    };
    let under_way = files.iter().any(|path| {
        files::is_locked(&names::lock(path)) || !is_of_round(path) && files::exists(&names::journal(path))
    });
    let summary = OldSummary::read(&names::aside(&paths.summary, stamp));
    !under_way && (stamp.is_interrupted() || summary.is_some_and(|summary| stamp.is_of(summary.started_at)))
}
