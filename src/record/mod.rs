//! Stage four: outcomes to files. A single thread owns the files and writes them.
//!
//! ```text
//!             ┌─▶ journal: as outcomes happen, the only truth while the run is unfinished
//! outcomes ───┤
//!             └─▶ window ─▶ results, failed: in the input's order, derived
//! ```
//!
//! An outcome is written to the journal before anything else happens to it. Lines that wait for the
//! line of an earlier row are kept in the window, whose size the slots limit.
//! `record/existing/decision.rs` handles files that exist when a run starts;
//! `record/journal/replay.rs` puts the journal of a resumed run in order.

mod error;
mod existing;
mod journal;
mod lists;
mod outputs;
mod recorder;
mod window;

use std::collections::HashSet;
use std::io::Write;
use std::path::PathBuf;

pub(crate) use error::OutputError;
pub(crate) use existing::aside::set_unfinished_aside;
pub(crate) use existing::attempts::SentRows;
pub(crate) use existing::decision::{
    Before, Existing, KeptSets, OutputDecision, SameInput, SentBefore, before, decide,
};
pub(crate) use existing::found::has_finished;
pub(crate) use existing::kept::{KeptFiles, kept_files, remove_left_over};
pub(crate) use existing::older::delete_older as delete_old_sets;
pub(crate) use existing::rounds::{FinishedRun, NextRound, NoRetry, Round};
pub(crate) use existing::set_file::{
    NamedPage, is_interrupted_set, is_set_aside, is_under_way, job_of, of_round, page_beside,
};
pub(crate) use existing::sets::{UpdatesFile, UpdatesForm, UpdatesOf, updates_beside, updates_of_journal};
pub(crate) use existing::verdicts::{JournalRun, JournalVerdict, verdicts_of_journal};
pub(crate) use journal::file::Journal;
#[cfg(any(test, fuzzing))]
pub(crate) use journal::fuzzed::fuzzed_journal;
pub(crate) use journal::header::{Header, LookedOver};
pub(crate) use journal::resumed::{GoOn, alive_until};
pub(crate) use journal::settled::SettledRows;
pub(crate) use lists::kept::{KeptList, KeptLists, KeptUndoing, kept_lists, kept_table};
pub(crate) use lists::restore::RestoreFile;
pub(crate) use lists::table::TableFile;
pub(crate) use lists::undo::{
    Change, UndoFile, newest_undo_aside, set_undo_aside, survey_of_undo, undo_columns, undo_of_rounds,
};
pub(crate) use lists::verified::{VerifiedFile, VerifiedLine};
pub(crate) use outputs::erase::{ROW_OF_RUN, emptied_line};
pub(crate) use outputs::failed::{FailedFormat, RowColumn};
pub(crate) use outputs::files::{OutputPaths, folder as folder_of, is_same as are_same_file, resolved};
pub(crate) use outputs::names::{
    FAILED, READ_BACK, REPORT, RESPONDENTS, RESTORE, RESULTS, SANDBOX, SUMMARY, TRIAL, UNDO, VERIFIED,
    WORKBOOK, is_own_name, lock as lock_of,
};
pub(crate) use outputs::nights::{NIGHTS, UnsentNight, nights_beside, note_unsent, unsent_nights};
pub(crate) use outputs::page::{PageFile, is_page};
pub(crate) use outputs::result_line::Style;
pub(crate) use outputs::rewrite::{Edit, Rewritten, text_of as text_of_digest};
pub(crate) use outputs::space::check as check_space;
pub(crate) use recorder::Recorder;

use existing::aside;
use existing::found::OldSummary;
use outputs::failed::FailedFile;
use outputs::files::{PartialFile, Replaces};
use outputs::results::ResultsFile;
use outputs::{files, names};

/// The summary file, which is written at the end of the run.
pub(crate) struct SummaryFile {
    file: PartialFile,
    replaces: Replaces,
    /// The header of this run: an existing summary that matches it belongs to this run.
    header: Header,
}

/// The opened files of a run that may start.
pub(crate) struct OpenedOutputs {
    pub(crate) recorder: Recorder,
    pub(crate) summary: SummaryFile,
    /// Rows that have their verdict from an earlier start of this run.
    pub(crate) settled: SettledRows,
    /// Number of these rows; `knows_success` says whether a success is among them.
    pub(crate) settled_count: u64,
    pub(crate) knows_success: bool,
    /// Rows whose command a killed process may have repeated as a control call.
    pub(crate) repeated: HashSet<u64>,
    /// The files of runs that were set aside, by their new names.
    pub(crate) set_aside: Vec<OutputPaths>,
    /// The run's header, kept from its first start.
    pub(crate) header: Header,
}

/// The format of the results.
#[derive(Clone, Copy)]
pub(crate) struct ResultsFormat<'a> {
    pub(crate) style: Style,
    /// Names of the input columns that the results repeat.
    pub(crate) kept: &'a [&'a str],
}

/// Carries out the decision about existing files, and opens the files of this run. `header` is used
/// if the run starts anew.
///
/// The journal is created first, so that no other file exists without it.
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
    let mut set_aside = Vec::new();
    let mut header = header.writing_to(paths);
    let journal = match decision {
        OutputDecision::GoOn(go_on) => {
            if let Some(keep) = go_on.sets_aside {
                set_aside.extend(aside::set_finished_aside(paths)?);
                delete_old_sets(paths, keep)?;
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
            set_aside = aside::set_aside(paths, *keep, &header)?;
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
    let journal = journal.of_round(format.row == RowColumn::FirstKept);
    let replaces = match decision {
        OutputDecision::GoOn(go_on) => go_on.replaces,
        OutputDecision::Start { replaces: true, .. } => Replaces::Anything,
        _ => Replaces::Nothing,
    };
    // A `.partial` file beside a resumed journal belongs to that journal.
    let resumes = matches!(decision, OutputDecision::GoOn(_));
    let (results, failed, summary) = match create_files(paths, resumes, results_format, format) {
        Ok(made) => made,
        Err(error) => {
            if !resumes {
                // Nothing was sent. If the journal cannot be removed, the next run only asks for
                // `--resume`.
                journal.remove().ok();
            }
            return Err(error);
        }
    };
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
        set_aside,
        header,
    })
}

/// Creates the files beside the journal: all or none.
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
        // A file that cannot be removed is the lesser problem: there is an error to report.
        for path in &created {
            files::remove(path).ok();
        }
    }
    made
}

impl SummaryFile {
    /// Writes the summary and gives the file its final name. The file keeps its `.partial` name if
    /// this run was cut short and would have to replace the summary of a finished run.
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
            // Comparing bytes is no use here: two summaries of one run contain different times.
            Replaces::Same => Replaces::Nothing,
            replaces => replaces,
        })
    }
}

#[cfg(test)]
mod tests;
