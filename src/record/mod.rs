//! Stage four: outcomes to files. One thread owns the files and nothing else writes to them.
//!
//! ```text
//!             ┌─▶ journal: as they happen, the only truth while the run is unfinished
//! outcomes ───┤
//!             └─▶ window ─▶ results, failed: in the input's order, derived
//! ```
//!
//! An outcome is in the journal before anything else happens to it; what has to wait for an earlier row's line waits in
//! the window, whose size the slots bound. What is there already when a run starts is looked at in
//! `record/existing/decision.rs`; a journal that is gone on with is put in order in `record/journal/replay.rs`.

mod error;
mod existing;
mod journal;
mod outputs;
mod recorder;
mod window;

use std::collections::HashSet;
use std::io::Write;
use std::path::PathBuf;

pub(crate) use error::OutputError;
pub(crate) use existing::aside::delete_older as delete_old_sets;
pub(crate) use existing::decision::{
    Before, Existing, KeptSets, OutputDecision, SameInput, SentBefore, before, decide,
};
pub(crate) use journal::file::Journal;
#[cfg(any(test, fuzzing))]
pub(crate) use journal::fuzzed::fuzzed_journal;
pub(crate) use journal::header::{Header, LookedOver};
pub(crate) use journal::resumed::{GoOn, alive_until};
pub(crate) use journal::settled::SettledRows;
pub(crate) use outputs::failed::FailedFormat;
pub(crate) use outputs::files::OutputPaths;
pub(crate) use outputs::names::lock as lock_of;
pub(crate) use outputs::result_line::Style;
pub(crate) use outputs::space::check as check_space;
pub(crate) use recorder::Recorder;

use existing::aside;
use existing::found::OldSummary;
use outputs::failed::FailedFile;
use outputs::files::{PartialFile, Replaces};
use outputs::results::ResultsFile;
use outputs::{files, names};

/// The summary's file, which is written when all is over.
pub(crate) struct SummaryFile {
    file: PartialFile,
    replaces: Replaces,
    /// Of this run: a summary that tells of the same one is its own.
    header: Header,
}

/// A run that may start.
pub(crate) struct OpenedOutputs {
    pub(crate) recorder: Recorder,
    pub(crate) summary: SummaryFile,
    /// The rows that have their verdict from before.
    pub(crate) settled: SettledRows,
    /// How many those are, and whether a success is among them.
    pub(crate) settled_count: u64,
    pub(crate) knows_success: bool,
    /// Those whose command a killed process may have been repeating as a control call.
    pub(crate) repeated: HashSet<u64>,
    /// What this run is, from its first start on.
    pub(crate) header: Header,
}

/// How the results are written.
#[derive(Clone, Copy)]
pub(crate) struct ResultsFormat<'a> {
    pub(crate) style: Style,
    /// The names of the columns that they repeat.
    pub(crate) kept: &'a [&'a str],
}

/// Does what was decided about the files that are there, and opens those of this run. `header` is that of a run that
/// starts anew.
///
/// The journal is first, so that there is none of the other files without it.
pub(crate) fn open(
    paths: &OutputPaths,
    decision: &OutputDecision,
    header: Header,
    results_format: ResultsFormat<'_>,
    format: FailedFormat,
) -> Result<OpenedOutputs, OutputError> {
    let journal_path = names::journal(&paths.results);
    let (mut settled, mut settled_count, mut knows_success) = (SettledRows::none(), 0, false);
    let mut repeated = HashSet::new();
    let mut header = header.writing_to(paths);
    let journal = match decision {
        OutputDecision::GoOn(go_on) => {
            if let Some(keep) = go_on.sets_aside {
                aside::set_finished_aside(paths)?;
                aside::delete_older(paths, keep)?;
            }
            if go_on.contents.torn > 0 {
                tracing::warn!(
                    event = "journal_torn",
                    "the last {} bytes of the journal are not whole: what they tell of is sent again",
                    go_on.contents.torn
                );
            }
            header = go_on.contents.header.resumed_by(&header);
            let rewritten = go_on.contents.rewrite(&paths.results, &header)?;
            settled = rewritten.rows;
            (settled_count, knows_success) = (rewritten.count, rewritten.knows_success);
            repeated = go_on.contents.repeated();
            rewritten.journal
        }
        OutputDecision::SetAside { keep } => {
            aside::set_aside(paths, *keep, &header)?;
            Journal::create(&journal_path, &header, false)?
        }
        OutputDecision::Start { removes, .. } => {
            if *removes {
                for path in &paths.unfinished() {
                    files::remove(path)?;
                }
            }
            Journal::create(&journal_path, &header, false)?
        }
        OutputDecision::AlreadySent(_) => return Err(OutputError::InTheWay(paths.results.clone())),
    };
    let replaces = match decision {
        OutputDecision::GoOn(go_on) => go_on.replaces,
        OutputDecision::Start { replaces: true, .. } => Replaces::Anything,
        _ => Replaces::Nothing,
    };
    // What is `.partial` beside a journal that was just opened is that journal's.
    let resumes = matches!(decision, OutputDecision::GoOn(_));
    let made = create_files(paths, resumes, results_format, format).inspect_err(|_| {
        if !resumes {
            // Nothing was sent; what cannot be removed only asks for `--resume`.
            files::remove(&journal_path).ok();
        }
    });
    let (results, failed, summary) = made?;
    Ok(OpenedOutputs {
        recorder: Recorder::new(
            (journal, results, failed),
            (results_format.style, results_format.kept.len()),
            replaces,
            (paths.clone(), header.clone()),
        ),
        summary: SummaryFile {
            file: summary,
            replaces,
            header: header.clone(),
        },
        settled,
        settled_count,
        knows_success,
        repeated,
        header,
    })
}

/// Creates the files beside the journal, all or none.
fn create_files(
    paths: &OutputPaths,
    resumes: bool,
    results_format: ResultsFormat<'_>,
    format: FailedFormat,
) -> Result<(ResultsFile, FailedFile, PartialFile), OutputError> {
    let mut created = Vec::new();
    let mut create = |path: &PathBuf| {
        let file = PartialFile::create(path, resumes)?;
        created.push(names::partial(path));
        Ok(file)
    };
    let all = || {
        let (results, failed) = (create(&paths.results)?, create(&paths.failed)?);
        let summary = create(&paths.summary)?;
        Ok((
            ResultsFile::create(results, results_format.kept, results_format.style)?,
            FailedFile::create(failed, format)?,
            summary,
        ))
    };
    let made = all();
    if made.is_err() && !resumes {
        // One that cannot be removed is the lesser trouble: there is an error to report.
        for path in &created {
            files::remove(path).ok();
        }
    }
    made
}

impl SummaryFile {
    /// Writes the summary and gives the file its name, unless a finished run's is there that this run, cut short,
    /// does not replace yet.
    pub(crate) fn finish(mut self, text: &str, run_is_complete: bool) -> Result<(), OutputError> {
        let written = self.file.write_all(text.as_bytes());
        written.map_err(|source| self.file.write_error(source))?;
        let old = OldSummary::read(self.file.path());
        let own = old.is_some_and(|old| self.header.is_of(old.started_at, &old.fingerprint));
        if files::exists(self.file.path()) && !own && !run_is_complete {
            return self.file.keep();
        }
        self.file.finish(match self.replaces {
            _ if own => Replaces::Anything,
            // Bytes never tell here: two summaries of one run have different times.
            Replaces::Same => Replaces::Nothing,
            replaces => replaces,
        })
    }
}

#[cfg(test)]
mod tests;
