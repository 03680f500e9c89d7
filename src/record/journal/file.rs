//! The journal as a file: append-only, and the only truth while a run is unfinished. Its lines are the business of
//! `record/journal/entry.rs`.
//!
//! What is kept: once [`Journal::write`] has returned, the lines are the system's, and a process that is killed loses
//! none of them. A power cut loses at most the last second's: a thread syncs the file that often. An error of that
//! thread is the next write's. It also sets the file's modification time, so that of a killed process it is known when
//! that was.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime};

use super::entry::{self, ENDED, FINISHING, STREAK};
use super::header::Header;
use crate::model::Outcome;
use crate::record::error::OutputError;
use crate::record::outputs::files::{create_private, sync, sync_folder_of};

/// How much a power cut can take, in time, and how exactly it is known when a process was killed.
pub(in crate::record) const SYNC_EVERY: Duration = Duration::from_secs(1);

pub(crate) struct Journal {
    file: File,
    path: PathBuf,
    lines: Vec<u8>,
    /// A streak was named.
    names_streak: bool,
    /// What it says of the store.
    passes: u64,
    syncing: Syncing,
}

impl Journal {
    /// A new journal with its first line, both safe from a power cut.
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
        // One without its first line is no journal; what cannot be removed only asks for `--resume`.
        begun.inspect_err(|_| drop(fs::remove_file(path)))
    }

    /// Goes on with a journal whose file stands at its end.
    pub(in crate::record) fn append_to(file: File, path: &Path) -> Result<Self, OutputError> {
        let syncing = Syncing::start(&file).map_err(|source| OutputError::write(path, source))?;
        Ok(Self {
            file,
            path: path.to_owned(),
            lines: Vec::new(),
            names_streak: false,
            passes: 0,
            syncing,
        })
    }

    /// Writes the outcomes that it does not have already. When this returns, they are the system's.
    pub(in crate::record) fn write(&mut self, outcomes: &[Outcome]) -> Result<(), OutputError> {
        for outcome in outcomes.iter().filter(|outcome| !outcome.journalled) {
            entry::write_outcome(outcome, &mut self.lines);
            if let Some(streak) = &outcome.streak {
                self.add_streak(streak);
            }
        }
        self.write_lines()
    }

    /// Says, before the next outcomes, how often the store had deleted what it knew: one that knows of fewer deletions was
    /// restored from a backup.
    pub(in crate::record) fn note_passes(&mut self, passes: u64) {
        if passes != self.passes {
            self.passes = passes;
            entry::write_state(passes, &mut self.lines);
        }
    }

    /// Says of these rows, and of no others that were named before, that their verdicts are not final: they are of the
    /// streak that ended the run. The process ends here, in an orderly way.
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

    /// Says that every row has its outcome: from here on the files get their names.
    pub(in crate::record) fn write_finishing(&mut self) -> Result<(), OutputError> {
        entry::write_entry(FINISHING, &mut self.lines);
        self.write_lines()?;
        self.sync()
    }

    /// The run is over and its files have their names.
    pub(crate) fn remove(self) -> Result<(), OutputError> {
        // Closed first: not every system removes what is open.
        drop(self.file);
        fs::remove_file(&self.path).map_err(|source| OutputError::write(&self.path, source))
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

/// The thread that syncs a file as long as this lives.
struct Syncing {
    dirty: Arc<AtomicBool>,
    fault: Arc<Mutex<Option<io::Error>>>,
    /// Nothing is ever sent; that it is gone ends the thread.
    _alive: SyncSender<()>,
}

impl Syncing {
    fn start(file: &File) -> io::Result<Self> {
        let file = file.try_clone()?;
        let (alive, ended) = sync_channel::<()>(0);
        let (dirty, fault) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(None)));
        let (is_dirty, told) = (Arc::clone(&dirty), Arc::clone(&fault));
        thread::Builder::new().name("sync".to_owned()).spawn(move || {
            while ended.recv_timeout(SYNC_EVERY) == Err(RecvTimeoutError::Timeout) {
                // Where that is not possible, the last write says it, as well as it can.
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
            _alive: alive,
        })
    }

    /// What went wrong since this was asked last.
    fn fault(&self) -> Option<io::Error> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
