//! An input file: the first read builds its table of blocks; later reads are checked against that
//! table.
//!
//! Size and modification time are compared over the first read. This misses a change within one
//! tick of the file system's clock (2 seconds on FAT), a change after which the time is set back
//! (`cp -p`, `rsync`), and a change that a network file system has not reported yet. In these cases
//! the table holds what the first read saw, and a later read stops at the first block that differs
//! on the disk.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::Change;
use super::blocks::{Blocks, Learning};
use super::verified::{Verified, read_at};
use crate::read::InputError;

/// An opened file. The handle is kept, so a file that is replaced meanwhile (renamed over) is still
/// read to its end in its old state.
pub(in crate::read) struct InputFile {
    file: Arc<File>,
    block_bytes: usize,
    /// Size and time when the file was opened.
    stamp: Stamp,
    /// `None` until the first read is over.
    blocks: Option<Arc<Blocks>>,
    /// The table while the first read builds it.
    learning: Arc<Mutex<Learning>>,
}

/// The file system's metadata about a file's content.
#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    bytes: u64,
    /// `None` if the system does not provide it.
    modified: Option<SystemTime>,
}

/// One read of a file from its start.
pub(in crate::read) enum Pass {
    First(FirstPass),
    Later(Verified),
}

/// The first read, which builds the table of blocks.
pub(in crate::read) struct FirstPass {
    file: Arc<File>,
    learning: Arc<Mutex<Learning>>,
}

impl InputFile {
    pub(super) fn new(file: File, metadata: &Metadata, block_bytes: usize) -> Self {
        let stamp = Stamp::new(metadata);
        Self {
            file: Arc::new(file),
            block_bytes,
            learning: Arc::new(Mutex::new(Learning::new(block_bytes, 0))),
            stamp,
            blocks: None,
        }
    }

    /// Starts a read from the beginning of the file. It is the first read until
    /// [`InputFile::settle`] has ended that. A file that begins with `random_access`, such as a
    /// workbook, is read completely into the table before any of it is decoded.
    pub(super) fn pass(&mut self, random_access: &[u8]) -> io::Result<Pass> {
        if self.blocks.is_none() {
            self.learning = Arc::new(Mutex::new(Learning::new(self.block_bytes, self.stamp.bytes)));
            let mut magic = vec![0; random_access.len()];
            read_at(&self.file, &mut magic, 0)?;
            if magic == random_access {
                self.learn()?;
            }
        }
        let file = Arc::clone(&self.file);
        Ok(match &self.blocks {
            Some(blocks) => Pass::Later(Verified::new(file, Arc::clone(blocks))),
            None => Pass::First(FirstPass {
                file,
                learning: Arc::clone(&self.learning),
            }),
        })
    }

    /// Ends the first read. Its result counts only if the file has not changed since it was opened.
    /// Later passes are checked.
    pub(super) fn settle<T>(&mut self, found: Result<T, InputError>) -> Result<T, InputError> {
        let found = found.and_then(|found| {
            self.learn()
                .map(|()| found)
                .map_err(|source| InputError::reading(0, None, source))
        });
        match self.change() {
            _ if matches!(found, Err(InputError::Changed { .. })) => found,
            Ok(None) => found,
            Ok(Some(change)) => Err(InputError::Changed { row: None, change }),
            Err(source) => Err(InputError::reading(0, None, source)),
        }
    }

    /// Reads the rest of the file, which a decoder may have left unread, and completes the table.
    fn learn(&mut self) -> io::Result<()> {
        if self.blocks.is_some() {
            return Ok(());
        }
        let mut rest = FirstPass {
            file: Arc::clone(&self.file),
            learning: Arc::clone(&self.learning),
        };
        let mut space = vec![0; self.block_bytes];
        while rest.read(&mut space)? > 0 {}
        let empty = Learning::new(self.block_bytes, 0);
        let learned = std::mem::replace(&mut *locked(&self.learning), empty);
        self.blocks = Some(Arc::new(learned.finish()));
        Ok(())
    }

    /// Returns how the file differs from the one that was opened, as far as the file system reports
    /// it.
    fn change(&self) -> io::Result<Option<Change>> {
        let now = Stamp::new(&self.file.metadata()?);
        let before = self.stamp.bytes;
        // Some systems report size 0 for files that they generate while they are read.
        let read = self.blocks.as_ref().filter(|_| now.bytes > 0);
        let sizes = [Some(now.bytes), read.map(|blocks| blocks.bytes)];
        let other = sizes.into_iter().flatten().find(|bytes| *bytes != before);
        Ok(match other {
            Some(after) => Some(Change::Resized { before, after }),
            None => (now != self.stamp).then_some(Change::Modified),
        })
    }
}

impl Stamp {
    fn new(metadata: &Metadata) -> Self {
        Self {
            bytes: metadata.len(),
            modified: metadata.modified().ok(),
        }
    }
}

impl Read for Pass {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::First(first) => first.read(space),
            Self::Later(later) => later.read(space),
        }
    }
}

impl Read for FirstPass {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let mut learning = locked(&self.learning);
        if learning.at_end || space.is_empty() {
            return Ok(0);
        }
        let count = read_at(&self.file, space, learning.bytes)?;
        learning.take_in(space.get(..count).unwrap_or_default());
        Ok(count)
    }
}

fn locked(learning: &Mutex<Learning>) -> MutexGuard<'_, Learning> {
    learning.lock().unwrap_or_else(PoisonError::into_inner)
}
