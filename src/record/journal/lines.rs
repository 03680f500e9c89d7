//! Reads the lines of a journal file, complete or not. `record/journal/entry.rs` interprets them.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Take};

use super::entry::MAX_LINE_BYTES;

/// The lines of a journal up to a given byte.
pub(in crate::record) struct Lines {
    file: Take<BufReader<File>>,
    line: Vec<u8>,
    /// Offset of the end of the last line returned.
    pub(in crate::record) at: u64,
}

impl Lines {
    pub(in crate::record) fn new(file: File, bytes: u64) -> Self {
        Self {
            file: BufReader::with_capacity(64 << 10, file).take(bytes),
            line: Vec::new(),
            at: 0,
        }
    }

    /// Returns the next line with its line end, or `None` at the end. A torn or too long line has
    /// no line end.
    pub(in crate::record) fn next(&mut self) -> io::Result<Option<&[u8]>> {
        self.line.clear();
        let count = (&mut self.file)
            .take(MAX_LINE_BYTES)
            .read_until(b'\n', &mut self.line)?;
        self.at += count as u64;
        Ok((count > 0).then_some(self.line.as_slice()))
    }
}
