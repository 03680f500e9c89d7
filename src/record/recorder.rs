//! Writes the files of a run in progress: outcomes to the journal as they happen, and lines to the
//! other files in the input's order. `record/mod.rs` finds and opens the files.

use jiff::tz::TimeZone;

use super::error::OutputError;
use super::existing::aside;
use super::existing::found::OldSummary;
use super::journal::file::Journal;
use super::journal::header::Header;
use super::outputs::failed::FailedFile;
use super::outputs::files::{self, OutputPaths, Replaces};
use super::outputs::result_line::{Style, WallClock, push_line};
use super::outputs::results::ResultsFile;
use super::window::ReorderWindow;
use crate::model::{Outcome, slots_for};

/// The files of a run in progress, which still have `.partial` names, and its journal.
pub(crate) struct Recorder {
    journal: Journal,
    results: ResultsFile,
    failed: FailedFile,
    window: ReorderWindow<WaitingLine>,
    style: Style,
    /// Number of columns that the results repeat.
    kept: usize,
    clock: WallClock,
    /// A buffer that is reused for every line.
    line: Vec<u8>,
    /// Which existing finished files may be replaced.
    replaces: Replaces,
    paths: OutputPaths,
    header: Header,
}

impl Recorder {
    pub(super) fn new(
        (journal, results, failed): (Journal, ResultsFile, FailedFile),
        (style, kept): (Style, usize),
        replaces: Replaces,
        (paths, header): (OutputPaths, Header),
    ) -> Self {
        Self {
            journal,
            results,
            failed,
            window: ReorderWindow::default(),
            style,
            kept,
            clock: WallClock::new(TimeZone::system()),
            line: Vec::new(),
            replaces,
            paths,
            header,
        }
    }

    /// Records outcomes: writes them to the journal, then writes all lines that are next in order
    /// to the other files. Returns the number of the window's slots that became free: all slots of
    /// a row whose line was written, and for a row that waits those that its line does not need. On
    /// return the system has the journal's lines; lines of the other files may wait for
    /// [`Recorder::flush`].
    pub(crate) fn record(&mut self, outcomes: &[Outcome]) -> Result<usize, OutputError> {
        self.journal.write(outcomes)?;
        let mut free = 0;
        for outcome in outcomes {
            let slots = outcome.row.slots();
            if self.window.is_next(outcome.row.sequence) {
                self.write_line(outcome)?;
                self.window.pass();
                free += slots as usize;
                free += self.write_waiting()?;
            } else {
                let line = self.waiting(outcome);
                free += (slots - line.slots) as usize;
                self.window.insert(outcome.row.sequence, line);
            }
        }
        Ok(free)
    }

    /// Notes in the journal, before the next outcomes, how often the store had invalidated entries.
    pub(crate) fn note_passes(&mut self, passes: u64) {
        self.journal.note_passes(passes);
    }

    /// Passes buffered lines to the system.
    pub(crate) fn flush(&mut self) -> Result<(), OutputError> {
        self.results.flush()?;
        self.failed.flush()
    }

    /// Ends recording: writes the lines that waited for rows which have none.
    pub(crate) fn close(&mut self) -> Result<(), OutputError> {
        for line in self.window.take_rest() {
            self.write(&line.bytes, line.failed_at)?;
        }
        self.flush()
    }

    /// Writes the line of a row that the journal knows, after all others: rows come in the input's
    /// order.
    pub(crate) fn write_known(&mut self, outcome: &Outcome) -> Result<(), OutputError> {
        self.write_line(outcome)
    }

    /// Writes the line of a row that the journal knows but that can no longer be read, after all
    /// others. Its kept columns are blank, and the failed file, which repeats records, omits it.
    pub(crate) fn write_without_record(&mut self, outcome: &mut Outcome) -> Result<(), OutputError> {
        outcome.row.kept = vec![String::new(); self.kept];
        self.line.clear();
        push_line(outcome, self.style, &mut self.clock, &mut self.line);
        self.results.append(&self.line)
    }

    /// Notes in the journal the rows of the streak that ended the run, as its last entry.
    pub(crate) fn name_streak(&mut self, rows: &[u64]) -> Result<(), OutputError> {
        self.journal.write_end(rows)
    }

    /// Gives the files their final names, once every row has its line. A failed file without rows
    /// is removed, together with an old one. Returns the journal, to be removed after the summary
    /// has its name, and the digest of the failed file.
    pub(crate) fn finish(mut self) -> Result<(Journal, Option<String>), OutputError> {
        if self.replaces == Replaces::Nothing {
            // Checked before the journal allows naming: a file that exists now is not this run's.
            let cut_short = OldSummary::read(&self.paths.summary).is_some_and(|summary| {
                !summary.finished && self.header.is_of(summary.started_at, &summary.fingerprint)
            });
            let found = self
                .paths
                .all()
                .into_iter()
                .find(|path| files::exists(path) && !(cut_short && **path == self.paths.summary));
            if let Some(found) = found {
                return Err(OutputError::InTheWay(found.clone()));
            }
        }
        self.journal.write_finishing()?;
        let digest = self.failed.digest();
        if self.replaces != Replaces::Nothing {
            let old = OldSummary::read(&self.paths.summary).and_then(|summary| summary.failed_digest);
            let known = [old.as_deref(), digest.as_deref()];
            aside::save_edited(
                &self.paths.failed,
                &known.into_iter().flatten().collect::<Vec<_>>(),
            )?;
        }
        self.failed.finish(self.replaces)?;
        self.results.finish(self.replaces)?;
        if self.replaces == Replaces::Anything {
            aside::remove_rounds(&self.paths)?;
        }
        Ok((self.journal, digest))
    }

    /// Writes the lines that are next in order; returns the number of slots they held.
    fn write_waiting(&mut self) -> Result<usize, OutputError> {
        let mut free = 0;
        while let Some(line) = self.window.next_in_order() {
            self.write(&line.bytes, line.failed_at)?;
            free += line.slots as usize;
        }
        Ok(free)
    }

    fn write_line(&mut self, outcome: &Outcome) -> Result<(), OutputError> {
        let failed_at = self.make_line(outcome);
        let line = std::mem::take(&mut self.line);
        self.write(&line, failed_at)?;
        self.line = line;
        Ok(())
    }

    /// Writes a line of the results and the line of the failed file after it, if there is one.
    fn write(&mut self, line: &[u8], failed_at: usize) -> Result<(), OutputError> {
        let (result, failed) = line.split_at_checked(failed_at).unwrap_or_default();
        self.results.append(result)?;
        if failed.is_empty() {
            return Ok(());
        }
        self.failed.write(failed)
    }

    /// Builds the line of the results for an outcome, followed by the line of the failed file if it
    /// needs one. Returns the offset where the second line begins.
    fn make_line(&mut self, outcome: &Outcome) -> usize {
        self.line.clear();
        push_line(outcome, self.style, &mut self.clock, &mut self.line);
        let failed_at = self.line.len();
        if outcome.status.is_failure() {
            self.line.extend(self.failed.line_of(outcome));
        }
        failed_at
    }

    /// Builds the entry for a row that has to wait. It keeps only the finished lines, which are a
    /// fraction of the row.
    fn waiting(&mut self, outcome: &Outcome) -> WaitingLine {
        let failed_at = self.make_line(outcome);
        let bytes: Box<[u8]> = self.line.as_slice().into();
        let slots = slots_for(bytes.len() + WaitingLine::BESIDES).min(outcome.row.slots());
        WaitingLine {
            bytes,
            failed_at,
            slots,
        }
    }
}

#[cfg(test)]
impl Recorder {
    /// Number of waiting lines, and their approximate size in bytes.
    pub(super) fn waits(&self) -> (usize, usize) {
        let lines = self.window.waiting();
        let bytes = lines
            .clone()
            .map(|line| line.bytes.len() + 2 * size_of::<usize>());
        let places = self.window.capacity() * size_of::<Option<WaitingLine>>();
        (lines.count(), bytes.sum::<usize>() + places)
    }
}

/// A line that waits for the lines of earlier rows.
struct WaitingLine {
    /// The line of the results, followed by the line of the failed file if there is one.
    bytes: Box<[u8]>,
    /// Offset in `bytes` where the line of the failed file begins.
    failed_at: usize,
    /// Slots of the window that the line holds.
    slots: u32,
}

impl WaitingLine {
    /// Memory in bytes that a line uses besides its own bytes: its place in the window, which grows
    /// by doubling, and the overhead of an allocation.
    const BESIDES: usize = 2 * size_of::<Option<Self>>() + 2 * size_of::<usize>();
}
