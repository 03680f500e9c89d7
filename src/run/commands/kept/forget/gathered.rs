//! Gathers the files that all runs with one name have left, also trials, rehearsals and undoings.
//! Refuses a run that is not finished: its journal would be needed whole.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::lists;
use crate::config::ErasureSettings;
use crate::model::ShownPath as _;
use crate::record::{
    KeptFiles, KeptList, KeptLists, KeptUndoing, OutputPaths, kept_files, kept_lists, kept_table,
};
use crate::run::Failure;
use crate::run::next_command::quoted;
use crate::text::Message;

/// The column with the id in what an undoing writes.
const ID_OF_UNDOING: &str = "id_respondent";

/// All files of the runs with one name.
#[derive(Default)]
pub(super) struct Gathered {
    /// The files of each run, with the column that has the id if its summary does not name another.
    pub(super) runs: Vec<(KeptFiles, String)>,
    pub(super) lists: Vec<KeptList>,
    /// Links, folders and the like where files about the mailing list would be.
    pub(super) no_files: Vec<PathBuf>,
    pub(super) left_over: BTreeSet<PathBuf>,
    seen: BTreeSet<PathBuf>,
}

impl Gathered {
    /// Gathers all files, or refuses them.
    pub(super) fn look(settings: &ErasureSettings) -> Result<Self, Failure> {
        for paths in &settings.outputs {
            if let Some(path) = paths.names_no_unicode() {
                let path = path.shown().to_string();
                return Err(Failure::usage(Message::new(|words| {
                    words.forget_no_unicode(&path)
                })));
            }
        }
        let mut gathered = Self::default();
        for family in families(&settings.outputs)? {
            gathered.note_runs(&family, settings)?;
            gathered.note_lists(family.lists);
        }
        let recorded = lists::tables(gathered.runs.iter().map(|(files, _)| files));
        for table in recorded.iter().chain(&settings.table) {
            gathered.note_lists(kept_table(table));
        }
        Ok(gathered)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.runs.is_empty() && self.lists.is_empty()
    }

    fn note_runs(&mut self, family: &Family, settings: &ErasureSettings) -> Result<(), Failure> {
        let paths = &family.paths;
        let found = kept_files(paths).map_err(Failure::output)?;
        // An undoing whose changes are gone cannot be finished any more.
        let is_needed = family.undo.as_ref().is_none_or(|undo| undo.exists());
        let mut unfinished = found
            .runs
            .iter()
            .filter(|run| run.is_resumable && !paths.rehearsal && is_needed);
        if let Some((run, path)) = unfinished.find_map(|run| Some((run, run.unfinished.last()?))) {
            return Err(match &family.undo {
                Some(undo) => unfinished_undoing(undo, path, settings),
                None => unfinished_run(run, path, settings),
            });
        }
        self.left_over.extend(found.left_over);
        let id_column = match family.undo {
            Some(_) => ID_OF_UNDOING,
            None => &settings.id_column,
        };
        for run in found.runs {
            // A name that was given is that of rehearsals, too.
            let run = without_seen(run, &mut self.seen);
            self.runs.push((run, id_column.to_owned()));
        }
        Ok(())
    }

    fn note_lists(&mut self, found: KeptLists) {
        let seen = &mut self.seen;
        let new = found.files.into_iter();
        self.lists
            .extend(new.filter(|list| seen.insert(list.path.clone())));
        let new = found.no_files.into_iter();
        self.no_files.extend(new.filter(|path| seen.insert(path.clone())));
        self.left_over.extend(found.left_over);
    }
}

/// The outputs of runs with one name, with the files about the mailing list beside them.
struct Family {
    paths: OutputPaths,
    /// What these runs undo; `None` for runs of an export.
    undo: Option<PathBuf>,
    lists: KeptLists,
}

/// Returns the outputs with those of their undoings.
fn families(outputs: &[OutputPaths]) -> Result<Vec<Family>, Failure> {
    let mut families = Vec::new();
    let mut next: Vec<(OutputPaths, Option<PathBuf>)> =
        outputs.iter().rev().map(|paths| (paths.clone(), None)).collect();
    while let Some((paths, undo)) = next.pop() {
        let lists = kept_lists(&paths).map_err(Failure::output)?;
        let undoings = lists.undoings.iter().cloned();
        next.extend(undoings.map(|KeptUndoing { undo, outputs }| (outputs, Some(undo))));
        families.push(Family { paths, undo, lists });
    }
    Ok(families)
}

/// Returns the results whose locks a run would take that writes or retries them.
pub(super) fn lockable(settings: &ErasureSettings) -> Result<BTreeSet<PathBuf>, Failure> {
    let mut results = BTreeSet::new();
    for Family { paths, .. } in families(&settings.outputs)? {
        let folder = paths.results.parent().unwrap_or(Path::new(""));
        if !folder.as_os_str().is_empty() && !folder.is_dir() {
            continue;
        }
        results.insert(paths.results.clone());
        let runs = kept_files(&paths).map_err(Failure::output)?.runs.into_iter();
        results.extend(runs.filter(|run| !run.is_round).filter_map(|run| run.results));
    }
    Ok(results)
}

/// Returns the files of a run without those that were seen, and notes them.
fn without_seen(run: KeptFiles, seen: &mut BTreeSet<PathBuf>) -> KeptFiles {
    let mut is_new = |path: &PathBuf| seen.insert(path.clone());
    KeptFiles {
        results: run.results.filter(&mut is_new),
        failed: run.failed.filter(&mut is_new),
        workbook: run.workbook.filter(&mut is_new),
        ..run
    }
}

fn unfinished_run(run: &KeptFiles, path: &Path, settings: &ErasureSettings) -> Failure {
    let mut command = format!("respondent-sync {}", if run.is_round { "retry" } else { "run" });
    let of_set = run.is_of_set.then(|| set_of_round(path)).flatten();
    if let Some(input) = of_set.as_ref().or(settings.input.as_ref()) {
        command = format!("{command} {}", word(input));
    }
    if let Some(config) = &settings.config {
        command = format!("{command} --config {}", word(config));
    }
    if !run.is_round {
        command += " --resume";
    }
    let path = path.shown().to_string();
    Failure::usage(Message::new(|words| words.forget_unfinished(&path, &command)))
}

/// Returns the name by which `retry` finds the set of a round's file, that of its input:
/// `contacts.20261124T075743Z.csv`.
fn set_of_round(path: &Path) -> Option<PathBuf> {
    let (set, _) = path.file_name()?.to_str()?.rsplit_once(".retry-")?;
    Some(path.with_file_name(format!("{set}.csv")))
}

fn unfinished_undoing(undo: &Path, path: &Path, settings: &ErasureSettings) -> Failure {
    let mut command = format!("respondent-sync undo {}", word(undo));
    if let Some(config) = &settings.config {
        command = format!("{command} --config {}", word(config));
    }
    let path = path.shown().to_string();
    Failure::usage(Message::new(|words| {
        words.forget_unfinished_undo(&path, &command)
    }))
}

fn word(path: &Path) -> String {
    quoted(&path.shown().to_string()).into_owned()
}
