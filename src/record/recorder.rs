//! The files of a run that is under way and who writes them: outcomes go into the journal as they happen, lines into the
//! other files in the input's order. How a run's files are found and opened is in `record/mod.rs`.

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

/// The files of a run that is under way, all still `.partial`, and its journal.
pub(crate) struct Recorder {
    journal: Journal,
    results: ResultsFile,
    failed: FailedFile,
    window: ReorderWindow<WaitingLine>,
    style: Style,
    /// How many columns the results repeat.
    kept: usize,
    clock: WallClock,
    /// Used again for every line.
    line: Vec<u8>,
    /// Which finished files that are there may be replaced.
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

    /// Takes what happened: into the journal, then into the files all lines whose turn it is. Returns how many of the
    /// window's slots are free again: all of a row that has its line, and of one that waits for earlier ones those that
    /// its line does not need. When this returns, the journal's lines are the system's; those of the other files may
    /// wait for [`Recorder::flush`].
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

    /// Says in the journal, before the next outcomes, how often the store had deleted what it knew.
    pub(crate) fn note_passes(&mut self, passes: u64) {
        self.journal.note_passes(passes);
    }

    /// Hands to the system what is buffered.
    pub(crate) fn flush(&mut self) -> Result<(), OutputError> {
        self.results.flush()?;
        self.failed.flush()
    }

    /// No more outcomes will come: writes the lines of those that waited for rows that have none.
    pub(crate) fn close(&mut self) -> Result<(), OutputError> {
        for line in self.window.take_rest() {
            self.write(&line.bytes, line.failed_at)?;
        }
        self.flush()
    }

    /// Writes the line of a row that the journal knows, behind all others: rows come in the input's order.
    pub(crate) fn write_known(&mut self, outcome: &Outcome) -> Result<(), OutputError> {
        self.write_line(outcome)
    }

    /// Writes the line of a row that the journal knows and that cannot be read any more, behind all others. Its kept columns
    /// are blank, and the failed file, which repeats records, does without it.
    pub(crate) fn write_without_record(&mut self, outcome: &mut Outcome) -> Result<(), OutputError> {
        outcome.row.kept = vec![String::new(); self.kept];
        self.line.clear();
        push_line(outcome, self.style, &mut self.clock, &mut self.line);
        self.results.append(&self.line)
    }

    /// Names the rows of the streak that ended the run, as the last that its journal says.
    pub(crate) fn name_streak(&mut self, rows: &[u64]) -> Result<(), OutputError> {
        self.journal.write_end(rows)
    }

    /// Gives the files their names: every row has its line. A failed file without rows is removed, and an old one
    /// with it. Returns the journal, to be removed when the summary has its name, too, and the failed file's digest.
    pub(crate) fn finish(mut self) -> Result<(Journal, Option<String>), OutputError> {
        if self.replaces == Replaces::Nothing {
            // Asked before the journal says that files may have their names: what is there now is somebody else's.
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
        Ok((self.journal, digest))
    }

    /// Writes the lines whose turn it is now; how many slots they held.
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

    /// Writes a line of the results and what is behind it, the failed file's, if there is anything.
    fn write(&mut self, line: &[u8], failed_at: usize) -> Result<(), OutputError> {
        let (result, failed) = line.split_at_checked(failed_at).unwrap_or_default();
        self.results.append(result)?;
        if failed.is_empty() {
            return Ok(());
        }
        self.failed.write(failed)
    }

    /// Makes an outcome's line of the results, and behind it that of the failed file if it needs one. Returns where that
    /// would begin.
    fn make_line(&mut self, outcome: &Outcome) -> usize {
        self.line.clear();
        push_line(outcome, self.style, &mut self.clock, &mut self.line);
        let failed_at = self.line.len();
        if outcome.status.is_failure() {
            self.line.extend(self.failed.line_of(outcome));
        }
        failed_at
    }

    /// What has to wait is kept as the line that it will be, which is a fraction of the row.
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
    /// How many lines wait for those of earlier rows, and about how many bytes that takes.
    pub(super) fn waits(&self) -> (usize, usize) {
        let lines = self.window.waiting();
        let bytes = lines
            .clone()
            .map(|line| line.bytes.len() + 2 * size_of::<usize>());
        let places = self.window.capacity() * size_of::<Option<WaitingLine>>();
        (lines.count(), bytes.sum::<usize>() + places)
    }
}

/// A line that waits for those of earlier rows.
struct WaitingLine {
    /// The line of the results, and right behind it that of the failed file, if there is one.
    bytes: Box<[u8]>,
    failed_at: usize,
    /// What it holds of the window.
    slots: u32,
}

impl WaitingLine {
    /// Bytes that it takes besides its own: its place in the window, which grows by doubling, and what an allocation
    /// costs.
    const BESIDES: usize = 2 * size_of::<Option<Self>>() + 2 * size_of::<usize>();
}
