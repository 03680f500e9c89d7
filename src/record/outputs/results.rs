//! The results file: one line per data row. `record/outputs/result_line.rs` builds the lines.

use std::io::{BufWriter, Write};

use super::files::{PartialFile, Replaces};
use super::result_line::{Style, header};
use crate::record::error::OutputError;

/// Bytes that are buffered before they are written, unless the file is flushed earlier.
const BUFFER: usize = 64 << 10;

/// A results file that is being written.
pub(in crate::record) struct ResultsFile {
    writer: BufWriter<PartialFile>,
}

impl ResultsFile {
    pub(in crate::record) fn create(
        file: PartialFile,
        kept: &[&str],
        style: Style,
    ) -> Result<Self, OutputError> {
        let mut results = Self {
            writer: BufWriter::with_capacity(BUFFER, file),
        };
        results.append(&header(kept, style))?;
        results.flush()?;
        Ok(results)
    }

    /// Appends one or more lines.
    pub(in crate::record) fn append(&mut self, lines: &[u8]) -> Result<(), OutputError> {
        let written = self.writer.write_all(lines);
        written.map_err(|source| self.writer.get_ref().write_error(source))
    }

    pub(in crate::record) fn flush(&mut self) -> Result<(), OutputError> {
        let flushed = self.writer.flush();
        flushed.map_err(|source| self.writer.get_ref().write_error(source))
    }

    /// Gives the file its final name.
    pub(in crate::record) fn finish(mut self, replaces: Replaces) -> Result<(), OutputError> {
        self.flush()?;
        // Flushed above, so no bytes are left in the writer.
        let (file, _) = self.writer.into_parts();
        file.finish(replaces)
    }
}
