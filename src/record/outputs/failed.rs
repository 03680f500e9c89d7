//! The failed file: the records that need work, byte for byte as in the input, after three columns
//! that say what to do. It can be used as an input.
//!
//! Each record keeps its own line end, encoding, delimiter and quoting; the three new columns use
//! the same encoding and delimiter. If the input is itself a failed file, its three old columns are
//! replaced. Lines above the header are kept, so that the flags for the input also fit this file.

use std::io::{BufWriter, Write};

use xxhash_rust::xxh3::Xxh3;

use super::erase::{line_end, raw_fields};
use super::files::{self, PartialFile, Replaces};
use crate::model::{Action, ErrorCode, Outcome, clean, guarded, guarded_cell, push_csv_record};
use crate::record::error::OutputError;

/// Encodes a text in the input's encoding, in the reader's form. `?` replaces characters that the
/// encoding lacks.
type Encode = Box<dyn Fn(&str) -> Vec<u8> + Send>;

/// Converts bytes from the reader's form to the bytes of the file.
type ToFile = Box<dyn Fn(Vec<u8>) -> Vec<u8> + Send>;

/// Splits a record into its fields as text, with `?` for invalid bytes.
type ToFields = Box<dyn FnMut(&[u8]) -> Vec<String> + Send>;

/// The format of the failed file: the input's own, unless another was requested.
pub(crate) struct FailedFormat {
    pub(crate) delimiter: u8,
    /// Bytes before the header: a byte order mark and skipped lines.
    pub(crate) preamble: Vec<u8>,
    /// The header's record.
    pub(crate) header: Vec<u8>,
    /// Indices of the columns of an earlier failed file, which are left out.
    pub(crate) own_columns: Vec<usize>,
    pub(crate) encode: Encode,
    pub(crate) to_file: ToFile,
    /// Text after each error, which the reader of the file needs.
    pub(crate) note: String,
    /// What the column `sync_row` holds.
    pub(crate) row: RowColumn,
    /// For Excel: each record is written anew from its fields, with CRLF at its end.
    pub(crate) fields: Option<ToFields>,
}

/// What the column `sync_row` of a failed file holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum RowColumn {
    /// The row of the input.
    #[default]
    OfInput,
    /// The row of the run of which the input is the failed file: the first kept value.
    FirstKept,
    /// Nothing: the input is a failed file that has lost its column.
    Unknown,
}

/// A failed file that is being written.
pub(in crate::record) struct FailedFile {
    writer: BufWriter<PartialFile>,
    format: FailedFormat,
    /// Line end for records that have none.
    line_end: &'static [u8],
    rows: u64,
    digest: Xxh3,
}

impl FailedFile {
    /// Writes the beginning of the file, up to and including the header.
    pub(in crate::record) fn create(file: PartialFile, format: FailedFormat) -> Result<Self, OutputError> {
        let mut failed = Self {
            writer: BufWriter::new(file),
            line_end: match &format.fields {
                Some(_) => b"\r\n",
                None => line_end(&format.header).unwrap_or(b"\n"),
            },
            format,
            rows: 0,
            digest: Xxh3::new(),
        };
        let header = std::mem::take(&mut failed.format.header);
        let line = failed.line(&["sync_row", "sync_action", "sync_error"], &header);
        let preamble = std::mem::take(&mut failed.format.preamble);
        let preamble = (failed.format.to_file)(preamble);
        failed.append(&preamble)?;
        failed.append(&line)?;
        failed.flush()?;
        Ok(failed)
    }

    /// Returns the line of a failed row.
    pub(in crate::record) fn line_of(&mut self, outcome: &Outcome) -> Vec<u8> {
        let code = outcome.error_code;
        let action = code.map_or(Action::Resend, ErrorCode::action);
        let error = format!(
            "{}: {}{}",
            code.map_or("", ErrorCode::name),
            clean(&outcome.message),
            self.format.note
        );
        let row = match self.format.row {
            RowColumn::OfInput => outcome.row.position.row.to_string(),
            RowColumn::FirstKept => outcome.row.kept.first().cloned().unwrap_or_default(),
            RowColumn::Unknown => String::new(),
        };
        self.line(
            &[
                guarded(&clean(&row)).as_ref(),
                action.name(),
                guarded(&error).as_ref(),
            ],
            &outcome.row.record,
        )
    }

    /// Appends the line of a failed row.
    pub(in crate::record) fn write(&mut self, line: &[u8]) -> Result<(), OutputError> {
        self.rows += 1;
        self.append(line)
    }

    pub(in crate::record) fn flush(&mut self) -> Result<(), OutputError> {
        let flushed = self.writer.flush();
        flushed.map_err(|source| self.writer.get_ref().write_error(source))
    }

    /// Returns the xxh3-128 of the file's bytes; `None` if it has no rows.
    pub(in crate::record) fn digest(&self) -> Option<String> {
        (self.rows > 0).then(|| format!("{:032x}", self.digest.digest128()))
    }

    /// Gives the file its final name. If it has no rows, removes it instead, together with an old
    /// one that may be replaced.
    pub(in crate::record) fn finish(mut self, replaces: Replaces) -> Result<(), OutputError> {
        self.flush()?;
        // Flushed above, so no bytes are left in the writer.
        let (file, _) = self.writer.into_parts();
        if self.rows > 0 {
            return file.finish(replaces);
        }
        let path = file.path().to_owned();
        file.discard()?;
        if replaces == Replaces::Anything {
            files::remove(&path)
        } else {
            Ok(())
        }
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), OutputError> {
        self.digest.update(bytes);
        let written = self.writer.write_all(bytes);
        written.map_err(|source| self.writer.get_ref().write_error(source))
    }

    /// Returns the three columns and the record, with a line end even if the record has none.
    fn line(&mut self, columns: &[&str; 3], record: &[u8]) -> Vec<u8> {
        let FailedFormat {
            delimiter,
            own_columns,
            encode,
            to_file,
            fields,
            ..
        } = &mut self.format;
        if let Some(fields) = fields {
            let fields = fields(record).into_iter().enumerate();
            let kept = fields.filter(|(column, _)| !own_columns.contains(column));
            let columns = columns.iter().map(|text| text.as_bytes().to_vec());
            let kept = kept.map(|(_, field)| guarded_cell(&field).as_bytes().to_vec());
            let mut line = Vec::new();
            push_csv_record(columns.chain(kept), *delimiter, &mut line);
            line.extend_from_slice(self.line_end);
            return line;
        }
        let mut line = Vec::new();
        push_csv_record(columns.iter().map(|text| encode(text)), *delimiter, &mut line);
        line.push(*delimiter);
        if own_columns.is_empty() {
            line.extend_from_slice(record);
        } else {
            line.extend(without(record, *delimiter, own_columns));
        }
        if line_end(record).is_none() {
            line.extend_from_slice(self.line_end);
        }
        to_file(line)
    }
}

/// Returns the record without some of its columns, otherwise byte for byte.
fn without(record: &[u8], delimiter: u8, columns: &[usize]) -> Vec<u8> {
    let end = line_end(record).unwrap_or_default();
    let body = record.strip_suffix(end).unwrap_or(record);
    let kept: Vec<&[u8]> = raw_fields(body, delimiter)
        .into_iter()
        .enumerate()
        .filter(|(column, _)| !columns.contains(column))
        .map(|(_, field)| field)
        .collect();
    let mut left = kept.join(&delimiter);
    left.extend_from_slice(end);
    left
}
