//! One data row of the input as text, with its position in the file. [`crate::read`] turns bytes
//! into rows; [`crate::plan`] decides what to do with them.

use std::fmt;

use crate::model::RowFault;

/// The position of a record in the input, counted as people and editors count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// The row number shown by a spreadsheet, from 1: the header is 1, and blank records count.
    pub(crate) row: u64,
    /// The physical line on which the record starts, from 1. Differs from `row` after a field with
    /// a line break.
    pub(crate) line: u64,
    /// Byte offset of the record from the start of the input, including a byte order mark. For
    /// UTF-16, the offset in the input converted to UTF-8.
    pub(crate) byte: u64,
}

impl Position {
    /// The position of a file's first byte.
    pub(crate) const START: Self = Self {
        row: 1,
        line: 1,
        byte: 0,
    };
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.row == self.line {
            write!(f, "row {}", self.row)
        } else {
            write!(f, "row {} (line {})", self.row, self.line)
        }
    }
}

/// One data row, borrowed from the reader's buffers until the next one is read.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    /// Number of data rows before this one. Unlike the row number it does not count blank records.
    pub(crate) sequence: u64,
    pub(crate) position: Position,
    /// The record byte for byte as in the input, including the line end.
    pub(crate) record: &'a [u8],
    /// The fields after decoding and unquoting. If `fault` is set, they are good enough to identify
    /// the row (undecodable bytes appear as `?`), but must not be sent.
    pub(crate) fields: Fields<'a>,
    /// Why the row cannot be used, whatever its columns mean.
    pub(crate) fault: Option<RowFault>,
}

/// The fields of one row: one text, and the end of each field in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'a> {
    text: &'a str,
    ends: &'a [usize],
}

impl<'a> Fields<'a> {
    /// Creates the fields. `ends` holds for each field the offset in `text` behind its last byte,
    /// in ascending order.
    pub(crate) fn new(text: &'a str, ends: &'a [usize]) -> Self {
        Self { text, ends }
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns the field of a column, from 0; `None` if the record is too short.
    pub(crate) fn get(&self, column: usize) -> Option<&'a str> {
        let end = *self.ends.get(column)?;
        let start = match column.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.text.get(start..end)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &'a str> + '_ {
        (0..self.len()).filter_map(|column| self.get(column))
    }
}
