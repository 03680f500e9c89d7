//! Lists all files that the runs with one name have left: the newest set, sets that were set aside, and
//! retry rounds of both. Also changes the digest of a failed file in its summary. `run` decides what is
//! removed from them, and `record/outputs/rewrite.rs` replaces them.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use xxhash_rust::xxh3::xxh3_128;

use super::found::OldSummary;
use crate::model::RecordedSettings;
use crate::record::error::OutputError;
use crate::record::outputs::files::{self, OutputPaths};
use crate::record::outputs::names::{self, FileName, Stamp};
use crate::record::outputs::rewrite::{Edit, Rewritten};
use crate::system::regular;

/// The files of one run or of one retry round, as far as they exist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct KeptFiles {
    pub(crate) results: Option<PathBuf>,
    pub(crate) failed: Option<PathBuf>,
    pub(crate) summary: Option<PathBuf>,
    /// The failed file as a spreadsheet has saved it.
    pub(crate) workbook: Option<PathBuf>,
    /// Files of a run that did not come to its end.
    pub(crate) unfinished: Vec<PathBuf>,
    /// Links, folders and the like under such names.
    pub(crate) no_files: Vec<PathBuf>,
    /// An unfinished run can be resumed: it, or the round, was not set aside by itself.
    pub(crate) is_resumable: bool,
    /// The round's run was set aside under these results' name.
    pub(crate) is_of_set: bool,
    pub(crate) is_round: bool,
    /// The number of the round, from 1.
    pub(crate) round: Option<u32>,
    /// The start of the run, or of the round, in the names of files that were set aside by themselves.
    pub(crate) stamp: Option<Timestamp>,
}

/// All files of the runs with one name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    /// From the oldest set to the newest.
    pub(crate) runs: Vec<KeptFiles>,
    /// New versions of files that never replaced them.
    pub(crate) left_over: Vec<PathBuf>,
}

/// Lists the files of runs that write to these paths. A missing folder has none.
pub(crate) fn kept_files(paths: &OutputPaths) -> Result<Kept, OutputError> {
    let mut runs: BTreeMap<FileName, KeptFiles> = BTreeMap::new();
    let mut left_over = Vec::new();
    let workbook = names::workbook(&paths.failed);
    let families = [&paths.results, &paths.failed, &paths.summary];
    for family in families.into_iter().chain(&workbook) {
        let folder = files::folder(family);
        if !folder.is_dir() {
            continue;
        }
        let fault = |source| OutputError::read(folder, source);
        for entry in fs::read_dir(folder).map_err(fault)? {
            let entry = entry.map_err(fault)?;
            let (name, path) = (entry.file_name(), family.with_file_name(entry.file_name()));
            let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
            if let Some(of) = names::of_rewritten(&name)
                && FileName::parse(of, family).is_some()
                && is_file
            {
                left_over.push(path);
                continue;
            }
            let Some(mut name) = FileName::parse(&name, family) else {
                continue;
            };
            let unfinished = name.unfinished.take();
            let run = runs.entry(name.clone()).or_insert_with(|| KeptFiles {
                is_resumable: (name.set.is_none() || name.round.is_some()) && name.round_aside.is_none(),
                is_of_set: name.set.is_some(),
                is_round: name.round.is_some(),
                round: name.round,
                stamp: own_stamp(&name).and_then(Stamp::time),
                ..KeptFiles::default()
            });
            if !is_file {
                run.no_files.push(path);
            } else if unfinished.is_some() {
                run.unfinished.push(path);
            } else if family == &paths.results {
                run.results = Some(path);
            } else if family == &paths.failed {
                run.failed = Some(path);
            } else if family == &paths.summary {
                run.summary = Some(path);
            } else {
                run.workbook = Some(path);
            }
        }
    }
    for run in runs.values_mut() {
        run.unfinished.sort();
    }
    Ok(Kept {
        runs: runs.into_values().collect(),
        left_over,
    })
}

/// Returns the stamp that says when the run, or the round, started.
fn own_stamp(name: &FileName) -> Option<&Stamp> {
    match name.round {
        Some(_) => name.round_aside.as_ref(),
        None => name.set.as_ref(),
    }
}

/// Removes a new version that never replaced its file.
pub(crate) fn remove_left_over(path: &Path) -> Result<(), OutputError> {
    files::remove(path)
}

impl KeptFiles {
    /// Returns the settings of the run, as far as its summary has them.
    pub(crate) fn settings(&self) -> RecordedSettings {
        let summary = self.summary.as_deref().and_then(OldSummary::read);
        summary.and_then(|summary| summary.settings).unwrap_or_default()
    }

    /// Has the summary call the new version of the failed file unedited, if the old one is. `old` and
    /// `new` are the digests of both. The summary is first: after a kill in between, the same new version
    /// is made again.
    pub(crate) fn note_failed(&self, old: &str, new: &str) -> Result<(), OutputError> {
        let Some(path) = &self.summary else { return Ok(()) };
        let written = OldSummary::read(path).and_then(|summary| summary.failed_digest);
        if written.as_deref() != Some(old) {
            return Ok(());
        }
        let mut bytes = Vec::new();
        regular::open(path)
            .and_then(|mut file| file.read_to_end(&mut bytes))
            .map_err(|source| OutputError::read(path, source))?;
        match edit_of_digest(&bytes, old, new) {
            Some(edit) => Rewritten::write(path, &[edit], xxh3_128(&bytes))?.put(),
            None => Ok(()),
        }
    }
}

/// Returns the edit of the digest of the failed file in a summary. All other bytes stay.
fn edit_of_digest(summary: &[u8], old: &str, new: &str) -> Option<Edit> {
    const KEY: &str = "\"failed_digest\"";
    let text = str::from_utf8(summary).ok()?;
    let behind_key = text.find(KEY)? + KEY.len();
    let behind = text.get(behind_key..)?;
    let at = behind.find(old)?;
    // Only what separates a key from its value is in between.
    let is_value = behind.get(..at)?.trim_matches([' ', '\t', '\r', '\n', ':']) == "\"";
    is_value.then(|| Edit {
        at: (behind_key + at) as u64,
        length: old.len() as u64,
        by: new.as_bytes().to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_apart_by_their_names_and_others_are_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in [
            "a.results.csv",
            "a.failed.csv",
            "a.failed.xlsx",
            "a.summary.json",
            "a.20261124T075743Z.results.csv",
            "a.20261124T075743Z.retry-1.failed.csv",
            "a.retry-1.results.csv.journal",
            "a.results.csv.rewritten",
            "a.results.csv.bak",
            "a.mine.results.csv",
            "b.results.csv",
        ] {
            fs::write(path(name), "").unwrap();
        }
        let kept = kept_files(&OutputPaths {
            results: path("a.results.csv"),
            failed: path("a.failed.csv"),
            summary: path("a.summary.json"),
            report: None,
            rehearsal: false,
        })
        .unwrap();
        let whole = KeptFiles {
            results: Some(path("a.results.csv")),
            failed: Some(path("a.failed.csv")),
            workbook: Some(path("a.failed.xlsx")),
            summary: Some(path("a.summary.json")),
            is_resumable: true,
            ..KeptFiles::default()
        };
        let round = KeptFiles {
            unfinished: vec![path("a.retry-1.results.csv.journal")],
            is_resumable: true,
            is_round: true,
            round: Some(1),
            ..KeptFiles::default()
        };
        assert!(
            kept.runs.contains(&whole) && kept.runs.contains(&round),
            "{kept:?}"
        );
        assert_eq!(kept.runs.len(), 4);
        let stamps: Vec<Timestamp> = kept.runs.iter().filter_map(|run| run.stamp).collect();
        assert_eq!(stamps, ["2026-11-24T07:57:43Z".parse().unwrap()]);
        assert_eq!(kept.left_over, [path("a.results.csv.rewritten")]);
    }

    #[test]
    fn the_digest_is_found_where_it_is_the_value_of_its_key() {
        let edit = edit_of_digest(br#"{"a":"0f","failed_digest": "0f","b":1}"#, "0f", "1e").unwrap();
        assert_eq!((edit.at, edit.length, edit.by), (28, 2, b"1e".to_vec()));
        assert_eq!(
            edit_of_digest(br#"{"failed_digest":null,"a":"0f"}"#, "0f", "1e"),
            None
        );
    }
}
