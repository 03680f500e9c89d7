//! A journal's lines as they stand in its file, whole or not. What they say is the business of `record/journal/entry.rs`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Take};

use super::entry::MAX_LINE_BYTES;

/// The lines of a journal up to a certain byte, one after the other.
pub(in crate::record) struct Lines {
    file: Take<BufReader<File>>,
    line: Vec<u8>,
    /// Where the last line ended that was returned.
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

    /// The next line with its end; one that is torn or longer than any comes without.
    pub(in crate::record) fn next(&mut self) -> io::Result<Option<&[u8]>> {
        self.line.clear();
        let count = (&mut self.file)
            .take(MAX_LINE_BYTES)
            .read_until(b'\n', &mut self.line)?;
        self.at += count as u64;
        Ok((count > 0).then_some(self.line.as_slice()))
    }
}
