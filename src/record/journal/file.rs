//! The journal as a file: append-only, and the only truth while a run is unfinished.
//! `record/journal/entry.rs` defines its lines.
//!
//! Once [`Journal::write`] has returned, the system has the lines, and a killed process loses none.
//! A power cut loses at most the last second: a thread syncs the file at that interval. An error of
//! that thread is returned by the next write. The thread also sets the file's modification time,
//! which shows when a process was killed.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};

use super::entry::{self, ENDED, FINISHING, STREAK};
use super::header::Header;
use crate::model::Outcome;
use crate::record::error::OutputError;
use crate::record::outputs::files::{create_private, sync, sync_folder_of};

/// Interval between syncs: the maximum loss in a power cut, and the precision of the time at which
/// a process was killed.
pub(in crate::record) const SYNC_EVERY: Duration = Duration::from_secs(1);

/// An open journal.
pub(crate) struct Journal {
    file: File,
    path: PathBuf,
    lines: Vec<u8>,
    /// Whether the rows are those of a retry's round, whose first kept column is the row of the run.
    is_of_round: bool,
    /// Whether a streak was written.
    names_streak: bool,
    /// The last written number of invalidations by the store.
    passes: u64,
    syncing: Syncing,
}

impl Journal {
    /// Creates a journal with its first line; both survive a power cut.
    pub(in crate::record) fn create(
        path: &Path,
        header: &Header,
        replaces: bool,
    ) -> Result<Self, OutputError> {
        let file = create_private(path, replaces).map_err(|source| {
            if source.kind() == io::ErrorKind::AlreadyExists {
                OutputError::Unfinished(path.to_owned())
            } else {
                OutputError::create(path, source)
            }
        })?;
        let begun = Self::append_to(file, path).and_then(|mut journal| {
            header.write(&mut journal.lines);
            journal.write_lines()?;
            journal.sync()?;
            Ok(journal)
        });
        sync_folder_of(path);
        // A file without its first line is not a journal. If it cannot be removed, the next run
        // only asks for `--resume`.
        begun.inspect_err(|_| drop(fs::remove_file(path)))
    }

    /// Continues a journal whose file is positioned at its end.
    pub(in crate::record) fn append_to(file: File, path: &Path) -> Result<Self, OutputError> {
        let syncing = Syncing::start(&file).map_err(|source| OutputError::write(path, source))?;
        Ok(Self {
            file,
            path: path.to_owned(),
            lines: Vec::new(),
            is_of_round: false,
            names_streak: false,
            passes: 0,
            syncing,
        })
    }

    /// Sets whether the first kept column of the rows is the row of the run that a retry sends again.
    pub(in crate::record) fn of_round(self, is_of_round: bool) -> Self {
        Self { is_of_round, ..self }
    }

    /// Writes the outcomes that are not in the journal yet. On return, the system has them.
    pub(in crate::record) fn write(&mut self, outcomes: &[Outcome]) -> Result<(), OutputError> {
        for outcome in outcomes.iter().filter(|outcome| !outcome.journalled) {
            if self.is_of_round {
                entry::write_outcome_of_round(outcome, &mut self.lines);
            } else {
                entry::write_outcome(outcome, &mut self.lines);
            }
            if let Some(streak) = &outcome.streak {
                self.add_streak(streak);
            }
        }
        self.write_lines()
    }

    /// Notes, before the next outcomes, how often the store had invalidated entries. A store with
    /// a smaller number was restored from a backup.
    pub(in crate::record) fn note_passes(&mut self, passes: u64) {
        if passes != self.passes {
            self.passes = passes;
            entry::write_state(passes, &mut self.lines);
        }
    }

    /// Notes that the verdicts of these rows, and of no rows named before, are not final, because
    /// they belong to the streak that ended the run. Also notes that the process ends in an orderly
    /// way.
    pub(in crate::record) fn write_end(&mut self, rows: &[u64]) -> Result<(), OutputError> {
        if self.names_streak || !rows.is_empty() {
            self.add_streak(rows);
        }
        entry::write_entry(ENDED, &mut self.lines);
        self.write_lines()?;
        self.sync()
    }

    fn add_streak(&mut self, rows: &[u64]) {
        self.names_streak = true;
        entry::write_entry(STREAK, &mut self.lines);
        for row in rows {
            entry::write_again(*row, &mut self.lines);
        }
    }

    /// Notes that every row has its outcome: from here on the files get their final names.
    pub(in crate::record) fn write_finishing(&mut self) -> Result<(), OutputError> {
        entry::write_entry(FINISHING, &mut self.lines);
        self.write_lines()?;
        self.sync()
    }

    /// Removes the journal, once the run is over and its files have their names.
    pub(crate) fn remove(self) -> Result<(), OutputError> {
        let Self {
            file, path, syncing, ..
        } = self;
        // Closed first, because not every system can remove an open file.
        drop((file, syncing));
        fs::remove_file(&path).map_err(|source| OutputError::write(&path, source))
    }

    fn write_lines(&mut self) -> Result<(), OutputError> {
        let written = self.syncing.fault().map_or(Ok(()), Err);
        if self.lines.is_empty() {
            return written.map_err(|source| OutputError::write(&self.path, source));
        }
        let written = written.and_then(|()| self.file.write_all(&self.lines));
        self.lines.clear();
        self.syncing.dirty.store(true, Ordering::Release);
        written.map_err(|source| OutputError::write(&self.path, source))
    }

    fn sync(&self) -> Result<(), OutputError> {
        sync(&self.file).map_err(|source| OutputError::write(&self.path, source))
    }
}

/// A thread that syncs a file until this is dropped.
struct Syncing {
    dirty: Arc<AtomicBool>,
    fault: Arc<Mutex<Option<io::Error>>>,
    /// Nothing is ever sent; dropping it ends the thread.
    alive: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Waits for the thread, which has the file open as well.
impl Drop for Syncing {
    fn drop(&mut self) {
        drop(self.alive.take());
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

impl Syncing {
    fn start(file: &File) -> io::Result<Self> {
        let file = file.try_clone()?;
        let (alive, ended) = sync_channel::<()>(0);
        let (dirty, fault) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(None)));
        let (is_dirty, told) = (Arc::clone(&dirty), Arc::clone(&fault));
        let thread = thread::Builder::new().name("sync".to_owned()).spawn(move || {
            while ended.recv_timeout(SYNC_EVERY) == Err(RecvTimeoutError::Timeout) {
                // If this fails, the last write shows the time approximately.
                file.set_modified(SystemTime::now()).ok();
                if is_dirty.swap(false, Ordering::AcqRel)
                    && let Err(error) = sync(&file)
                {
                    *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                }
            }
        })?;
        Ok(Self {
            dirty,
            fault,
            alive: Some(alive),
            thread: Some(thread),
        })
    }

    /// Takes the last fault since the previous call.
    fn fault(&self) -> Option<io::Error> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
