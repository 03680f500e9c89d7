//! Lists the files about the mailing list that the runs with one name have left: tables of respondents,
//! what was changed, what was not read back, and what was put back. `run` decides what is removed from
//! them, and `record/outputs/rewrite.rs` replaces them.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::private_csv::NEW;
use super::{restore, table, undo, verified};
use crate::record::error::OutputError;
use crate::record::outputs::files::{self, OutputPaths};
use crate::record::outputs::names::{
    self, FAILED, FileName, READ_BACK, RESPONDENTS, RESTORE, RESULTS, SUMMARY, UNDO, VERIFIED,
};
use crate::system::folders::with_suffix;

/// What the names of such files end with, and the first columns of each.
const KINDS: [(&str, &[&str]); 5] = [
    (RESPONDENTS, &table::HEADER),
    // Left by a kill.
    (READ_BACK, &table::HEADER),
    (UNDO, &undo::HEADER),
    (VERIFIED, &verified::HEADER),
    (RESTORE, &restore::HEADER),
];

/// A file about the mailing list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeptList {
    pub(crate) path: PathBuf,
    /// The names of its first columns.
    pub(crate) header: &'static [&'static str],
}

/// The files about the mailing list of the runs with one name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct KeptLists {
    pub(crate) files: Vec<KeptList>,
    /// Links, folders and the like under such names.
    pub(crate) no_files: Vec<PathBuf>,
    /// New versions of files that never replaced them.
    pub(crate) left_over: Vec<PathBuf>,
    pub(crate) undoings: Vec<KeptUndoing>,
}

/// The undoing of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeptUndoing {
    /// What the run has changed; it may be gone.
    pub(crate) undo: PathBuf,
    /// What the undoing writes.
    pub(crate) outputs: OutputPaths,
}

/// Lists the files beside the outputs at these paths, by their names. A missing folder has none.
pub(crate) fn kept_lists(paths: &OutputPaths) -> Result<KeptLists, OutputError> {
    let (mut kept, mut undone) = (KeptLists::default(), BTreeSet::new());
    let folder = files::folder(&paths.results);
    if !folder.is_dir() {
        return Ok(kept);
    }
    let stem = paths.stem();
    let fault = |source| OutputError::read(folder, source);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(fault)? {
        names.push(entry.map_err(fault)?.file_name());
    }
    names.sort();
    for name in names {
        let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(&stem)) else {
            continue;
        };
        if let Some(middle) = middle_of_undo(rest) {
            undone.insert(middle.to_owned());
        }
        let path = paths.results.with_file_name(&name);
        let finished = finished(rest);
        if let Some(header) = header(finished.unwrap_or(rest)) {
            kept.note(path, header, finished.is_some());
        }
    }
    kept.undoings = undone.iter().map(|middle| undoing(paths, middle)).collect();
    Ok(kept)
}

/// Lists a table of respondents under a name that was given, and its new version.
pub(crate) fn kept_table(path: &Path) -> KeptLists {
    let mut kept = KeptLists::default();
    if files::exists(path) {
        kept.note(path.to_owned(), &table::HEADER, false);
    }
    for new in [with_suffix(path, NEW), names::rewritten(path)] {
        if files::exists(&new) {
            kept.note(new, &table::HEADER, true);
        }
    }
    kept
}

impl KeptLists {
    fn note(&mut self, path: PathBuf, header: &'static [&'static str], is_new: bool) {
        let is_file = path.symlink_metadata().is_ok_and(|found| found.is_file());
        match (is_file, is_new) {
            (true, true) => self.left_over.push(path),
            (true, false) => self.files.push(KeptList { path, header }),
            // What is no file was never a new version.
            (false, true) => {}
            (false, false) => self.no_files.push(path),
        }
    }
}

/// Returns the name of the file of which this is an unfinished new version; `None` for any other.
fn finished(name: &str) -> Option<&str> {
    let rewritten = names::of_rewritten(OsStr::new(name)).and_then(OsStr::to_str);
    name.strip_suffix(NEW).or(rewritten)
}

/// Returns the first columns of a file, by its name without that of the job.
fn header(rest: &str) -> Option<&'static [&'static str]> {
    let mut kinds = KINDS.into_iter();
    let found = kinds.find(|(kind, _)| rest.strip_suffix(kind).and_then(FileName::parse_middle).is_some());
    found.map(|(_, header)| header)
}

/// Returns the stamp and the round of the run that an undoing is about, by a file of its run, which is
/// called like one of a job of its own: `contacts.restore.results.csv`.
fn middle_of_undo(rest: &str) -> Option<&str> {
    let word = RESTORE.strip_suffix("csv")?;
    let (middle, _) = rest.split_once(word)?;
    FileName::parse_middle(middle).map(|_| middle)
}

/// Returns the undoing of one of these runs. Labels are put back for real, so it is no rehearsal.
fn undoing(paths: &OutputPaths, middle: &str) -> KeptUndoing {
    let word = RESTORE.strip_suffix(".csv").unwrap_or_default();
    let path = |kind: &str| paths.beside(&format!("{middle}{word}{kind}"));
    KeptUndoing {
        undo: paths.beside(&format!("{middle}{UNDO}")),
        outputs: OutputPaths {
            results: path(RESULTS),
            failed: path(FAILED),
            summary: path(SUMMARY),
            report: None,
            rehearsal: false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(results: &Path) -> OutputPaths {
        OutputPaths {
            results: results.to_owned(),
            failed: results.with_file_name("f.csv"),
            summary: results.with_file_name("s.json"),
            report: None,
            rehearsal: false,
        }
    }

    #[test]
    fn files_about_the_list_are_told_by_their_names_and_others_are_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let own = [
            "a.20261124T075743Z-2.undo.csv",
            "a.20261124T075743Z.restore.csv",
            "a.20261124T075743Z.retry-1.undo.csv",
            "a.respondents.csv",
            "a.restore.csv",
            "a.retry-2.respondents.csv",
            "a.retry-2.verify.csv",
            "a.undo.csv",
            "a.verify.csv",
        ];
        let new = ["a.respondents.csv.new", "a.undo.csv.rewritten"];
        let others = [
            "a.trial.undo.csv",
            "a.restore.results.csv.journal",
            "a.20261124T075743Z.retry-1.restore.failed.csv",
            "a.my.restore.csv",
            "a.restored.csv",
            "a.undo.csv.bak",
            "aa.undo.csv",
            "undo.csv",
        ];
        for name in own.iter().chain(&new).chain(&others) {
            fs::write(path(name), "").unwrap();
        }
        fs::create_dir(path("a.retry-3.undo.csv")).unwrap();
        for results in ["a.results.csv", "a.csv", "a"] {
            let kept = kept_lists(&paths(&path(results))).unwrap();
            let found: Vec<PathBuf> = kept.files.iter().map(|list| list.path.clone()).collect();
            assert_eq!(found, own.map(path));
            assert_eq!(kept.left_over, new.map(path));
            assert_eq!(kept.no_files, [path("a.retry-3.undo.csv")]);
            let undone: Vec<PathBuf> = kept.undoings.iter().map(|found| found.undo.clone()).collect();
            assert_eq!(
                undone,
                [
                    "a.undo.csv",
                    "a.20261124T075743Z.undo.csv",
                    "a.20261124T075743Z.retry-1.undo.csv",
                ]
                .map(path)
            );
            let undoings = kept.undoings.into_iter();
            let results: Vec<PathBuf> = undoings.map(|found| found.outputs.results).collect();
            assert_eq!(
                results,
                [
                    "a.restore.results.csv",
                    "a.20261124T075743Z.restore.results.csv",
                    "a.20261124T075743Z.retry-1.restore.results.csv",
                ]
                .map(path)
            );
        }
        let kept = kept_lists(&paths(&path("a.restore.results.csv"))).unwrap();
        assert_eq!(kept, KeptLists::default());
    }

    #[test]
    fn a_table_is_known_by_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ids.csv");
        assert_eq!(kept_table(&path), KeptLists::default());
        fs::write(&path, "").unwrap();
        fs::write(folder.path().join("ids.csv.new"), "").unwrap();
        let kept = kept_table(&path);
        assert_eq!(kept.files.first().map(|list| list.header.len()), Some(3));
        assert_eq!(kept.left_over, [folder.path().join("ids.csv.new")]);
    }
}
