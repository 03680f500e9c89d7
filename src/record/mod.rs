//! Stage four: outcomes to files. One thread owns both files and nothing else writes to them.
//!
//! Outcomes come in the order in which calls finish, lines are written in the order of the input. What has to wait
//! for an earlier row waits in the window, whose size the slots bound: a row's slots are given back once its
//! line has been handed to the system.

mod failed;
mod files;
mod guard;
mod results;
mod window;

use std::io::Write;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::sync::mpsc::Receiver;

pub(crate) use failed::FailedFormat;
pub(crate) use files::{Output, OutputError, OutputPaths};

use crate::model::Outcome;
use failed::FailedFile;
use files::PartialFile;
use results::ResultsFile;
use window::ReorderWindow;

/// The files of a run that is under way, all still `.partial`.
pub(crate) struct Recorder {
    results: ResultsFile,
    failed: FailedFile,
    window: ReorderWindow,
}

/// The summary's file, which is written when all is over.
pub(crate) struct SummaryFile(PartialFile);

/// Creates all files of a run, or none: an output in no place to be written ends the run before it starts. `kept` are
/// the names of the columns that the results repeat.
pub(crate) fn create(
    paths: &OutputPaths,
    kept: &[&str],
    format: FailedFormat,
) -> Result<(Recorder, SummaryFile), OutputError> {
    let results = PartialFile::create(&paths.results)?;
    let failed = PartialFile::create(&paths.failed).inspect_err(|_| results.abandon())?;
    let summary = PartialFile::create(&paths.summary).inspect_err(|_| {
        results.abandon();
        failed.abandon();
    })?;
    let recorder = Recorder {
        results: ResultsFile::create(results, &paths.results, kept)?,
        failed: FailedFile::create(failed, format)?,
        window: ReorderWindow::default(),
    };
    Ok((recorder, SummaryFile(summary)))
}

impl SummaryFile {
    /// Writes the summary and gives the file its name.
    pub(crate) fn finish(mut self, text: &str) -> Result<(), OutputError> {
        let written = self.0.write_all(text.as_bytes());
        written.map_err(|source| self.0.write_error(source))?;
        self.0.finish()
    }
}

impl Recorder {
    /// Writes what comes in until the sender is gone, then what still waits for rows that will never come. Blocks.
    /// `recorded` sees every outcome once its line is written.
    ///
    /// After an error the receiver is dropped, which tells the sender to stop.
    pub(crate) fn record(
        &mut self,
        mut outcomes: Receiver<Vec<Outcome>>,
        slots: &Arc<Semaphore>,
        mut recorded: impl FnMut(&Outcome),
    ) -> Result<(), OutputError> {
        while let Some(batch) = outcomes.blocking_recv() {
            for outcome in batch {
                self.window.insert(outcome);
            }
            let in_order: Vec<Outcome> = std::iter::from_fn(|| self.window.next_in_order()).collect();
            self.write_all(&in_order)?;
            in_order.iter().for_each(&mut recorded);
            slots.add_permits(in_order.iter().map(|outcome| outcome.row.slots() as usize).sum());
        }
        let rest: Vec<Outcome> = self.window.take_rest().collect();
        self.write_all(&rest)?;
        rest.iter().for_each(recorded);
        Ok(())
    }

    /// Gives the files their names: every row has its line. A failed file without rows is removed.
    pub(crate) fn finish(self) -> Result<(), OutputError> {
        self.failed.finish()?;
        self.results.finish()
    }

    /// Writes the lines and hands them to the system.
    fn write_all(&mut self, outcomes: &[Outcome]) -> Result<(), OutputError> {
        for outcome in outcomes {
            self.results.write(outcome)?;
            if outcome.status.is_failure() {
                self.failed.write(outcome)?;
            }
        }
        self.results.flush()?;
        self.failed.flush()
    }
}

#[cfg(test)]
mod tests;
