//! Later reads of a file, in whole blocks. A byte is passed on only once its block has the digest
//! of the first read. So all bytes that come from here are of the same content, and whatever is
//! decoded from them is of one file.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use super::Change;
use super::blocks::Blocks;

/// A later read. Ends where the first read ended; a file that is longer by then has changed.
#[derive(Debug)]
pub(in crate::read) struct Verified {
    watch: Watch,
    /// The current verified block; `index` is its number.
    block: Vec<u8>,
    index: Option<u64>,
    /// Offset in the file of the byte that is passed on next.
    at: u64,
}

/// A file and its table of blocks.
#[derive(Clone, Debug)]
pub(in crate::read) struct Watch {
    file: Arc<File>,
    blocks: Arc<Blocks>,
}

impl Verified {
    pub(super) fn new(file: Arc<File>, blocks: Arc<Blocks>) -> Self {
        Self {
            watch: Watch { file, blocks },
            block: Vec::new(),
            index: None,
            at: 0,
        }
    }

    /// Starts another read of the same file, from its beginning.
    pub(in crate::read) fn read_again(&self) -> Self {
        self.watch.read_again()
    }

    /// Returns a watch, for a caller whose library owns this reader and may hide its errors.
    pub(in crate::read) fn watch(&self) -> Watch {
        self.watch.clone()
    }
}

impl Read for Verified {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        if space.is_empty() {
            return Ok(0);
        }
        if self.at >= self.watch.blocks.bytes {
            return self.watch.check_end().map(|()| 0);
        }
        let (index, offset) = self.watch.blocks.place_of(self.at);
        if self.index != Some(index) {
            self.index = None;
            self.watch.load(index, &mut self.block)?;
            self.index = Some(index);
        }
        let mut rest = self.block.get(offset..).unwrap_or_default();
        let count = rest.read(space)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Verified {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.watch.blocks.bytes.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        let before_start =
            || io::Error::new(io::ErrorKind::InvalidInput, "a seek to before the file's start");
        self.at = at.ok_or_else(before_start)?;
        Ok(self.at)
    }
}

impl Watch {
    /// Starts another read of the same file, from its beginning.
    pub(in crate::read) fn read_again(&self) -> Verified {
        Verified::new(Arc::clone(&self.file), Arc::clone(&self.blocks))
    }

    /// Fails if any read of the file has failed, even if its error was ignored.
    pub(in crate::read) fn intact(&self) -> io::Result<()> {
        self.blocks.intact()
    }

    /// Fails if the file is longer than it was in the first read.
    pub(in crate::read) fn check_end(&self) -> io::Result<()> {
        let before = self.blocks.bytes;
        let more = read_at(&self.file, &mut [0], before);
        self.blocks.keep(match more {
            Ok(0) => Ok(()),
            Ok(_) => Err(Change::Grown { before }.into()),
            Err(error) => Err(error),
        })
    }

    /// Reads a block and checks it. Fails if any read of the file has failed before.
    fn load(&self, index: u64, block: &mut Vec<u8>) -> io::Result<()> {
        self.intact()?;
        self.blocks.keep(self.read_block(index, block))
    }

    fn read_block(&self, index: u64, block: &mut Vec<u8>) -> io::Result<()> {
        let (start, length) = self.blocks.extent(index);
        block.resize(length, 0);
        let mut filled = 0;
        while filled < length {
            let space = block.get_mut(filled..).unwrap_or_default();
            match read_at(&self.file, space, start + filled as u64)? {
                0 => break,
                count => filled += count,
            }
        }
        block.truncate(filled);
        Ok(self.blocks.check(index, block)?)
    }
}

/// Reads at an offset of the file. Readers share no file position, so they do not affect each
/// other. Retries if a signal interrupts the read.
pub(super) fn read_at(file: &File, space: &mut [u8], offset: u64) -> io::Result<usize> {
    loop {
        #[cfg(unix)]
        let result = std::os::unix::fs::FileExt::read_at(file, space, offset);
        #[cfg(windows)]
        let result = std::os::windows::fs::FileExt::seek_read(file, space, offset);
        match result {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}
