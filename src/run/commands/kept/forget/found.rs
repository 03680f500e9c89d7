//! What was found of a person, and the steps that remove it, one for each file.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Error;

use super::examine::{Change, ExaminedRun};
use crate::model::ShownPath as _;
use crate::record::{KeptFiles, Rewritten, remove_left_over, text_of_digest};
use crate::report::Console;
use crate::state::Store;
use crate::text::{Left, Traces, words};

/// Everything that was found.
pub(super) struct Found {
    pub(super) runs: Vec<ExaminedRun>,
    /// Files about the mailing list.
    pub(super) lists: Vec<Change>,
    /// Pages that name the person.
    pub(super) pages: Vec<PathBuf>,
    /// New versions of files that never replaced them.
    pub(super) left_over: BTreeSet<PathBuf>,
    pub(super) store: Option<(Store, PathBuf, u64)>,
    pub(super) left: Vec<(PathBuf, Left)>,
}

/// A step of the work, with its file.
pub(super) enum Step<'a> {
    LeftOver(&'a Path),
    Failed(&'a KeptFiles, &'a Change),
    Results(&'a Change),
    List(&'a Change),
    Page(&'a Path),
    Store(&'a mut Store, &'a Path, u64),
}

impl Found {
    /// Returns what is to be done, in order. A failed file comes before the results by which its rows
    /// are known.
    pub(super) fn steps(&mut self) -> Vec<Step<'_>> {
        let mut steps: Vec<Step<'_>> = self.left_over.iter().map(|path| Step::LeftOver(path)).collect();
        let is_one = |change: &&Change| !change.edits.is_empty();
        for run in &self.runs {
            steps.extend(
                run.failed
                    .iter()
                    .filter(is_one)
                    .map(|change| Step::Failed(&run.files, change)),
            );
            steps.extend(run.results.iter().filter(is_one).map(Step::Results));
        }
        steps.extend(self.lists.iter().filter(is_one).map(Step::List));
        steps.extend(self.pages.iter().map(|page| Step::Page(page)));
        steps.extend(
            self.store
                .iter_mut()
                .map(|(store, path, entries)| Step::Store(store, path, *entries)),
        );
        steps
    }

    /// Counts the files that have to be changed.
    pub(super) fn changes(&mut self) -> u64 {
        let steps = self.steps().into_iter();
        let changes = steps.filter(|step| step.traces().is_some());
        changes.count() as u64
    }

    /// Counts the files that were examined.
    fn files(&self) -> u64 {
        let of_run = |run: &ExaminedRun| u64::from(run.failed.is_some()) + u64::from(run.results.is_some());
        let others = self.lists.len() + self.pages.len() + self.left_over.len();
        self.runs.iter().map(of_run).sum::<u64>() + u64::from(self.store.is_some()) + others as u64
    }

    /// Lays out what was found.
    pub(super) fn page(&mut self, is_dry_run: bool, console: &Console) -> String {
        let screen = console.screen_of_output();
        let words = words(screen.lang);
        let lines: String = self
            .steps()
            .iter()
            .filter_map(|step| step.line(console))
            .collect();
        if lines.is_empty() {
            return screen.line(0, 0, &words.forget_found_nothing(self.files()));
        }
        screen.line(0, 0, &words.forget_removed(is_dry_run)) + &lines
    }
}

impl Step<'_> {
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Failed(_, change) | Self::Results(change) | Self::List(change) => &change.path,
            Self::LeftOver(path) | Self::Page(path) | Self::Store(_, path, _) => path,
        }
    }

    /// Returns what the file has of the person; `None` if it has nothing.
    fn traces(&self) -> Option<Traces> {
        match self {
            Self::LeftOver(_) => Some(Traces::LeftOver),
            Self::Failed(_, change) | Self::List(change) => Some(Traces::Records(change.edits.len() as u64)),
            Self::Results(change) => Some(Traces::Lines(change.edits.len() as u64)),
            Self::Page(_) => Some(Traces::Page),
            Self::Store(_, _, entries) => (*entries > 0).then_some(Traces::Entries(*entries)),
        }
    }

    pub(super) fn line(&self, console: &Console) -> Option<String> {
        let screen = console.screen_of_output();
        let traces = words(screen.lang).traces(self.traces()?);
        Some(screen.line(2, 4, &format!("{}: {traces}", self.path().shown())))
    }

    pub(super) fn carry_out(&mut self, respondents: &[String]) -> Result<(), Error> {
        match self {
            Self::Failed(files, change) => {
                let new = Rewritten::write(&change.path, &change.edits, change.digest)?;
                files.note_failed(&text_of_digest(change.digest), new.digest())?;
                new.put()?;
            }
            Self::LeftOver(path) => remove_left_over(path)?,
            Self::Results(change) | Self::List(change) => {
                Rewritten::write(&change.path, &change.edits, change.digest)?.put()?;
            }
            Self::Page(path) => fs::remove_file(path)?,
            Self::Store(store, ..) => drop(store.erase(respondents)?),
        }
        Ok(())
    }
}
