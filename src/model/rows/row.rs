//! One data row of the input as text, with its place in the file. How bytes become a row is the business of
//! [`crate::read`]; what is to be done with it, of [`crate::plan`].

use std::fmt;

use crate::model::ErrorCode;

/// Where a record stands in the input, counted as people and editors count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// The row number that a spreadsheet shows, from 1: the header is 1, blank records count.
    pub(crate) row: u64,
    /// The physical line on which the record starts, from 1. Differs from `row` once a field holds a newline.
    pub(crate) line: u64,
    /// The offset of the record's first byte from the start of the input, a byte order mark included; of UTF-16, of what
    /// it is as UTF-8.
    pub(crate) byte: u64,
}

impl Position {
    /// Of a file's first byte.
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
    /// How many data rows came before this one: dense, unlike the row number, which counts blank records too.
    pub(crate) sequence: u64,
    pub(crate) position: Position,
    /// The record byte for byte as it stands in the input, line end included.
    pub(crate) record: &'a [u8],
    /// The fields after decoding and unquoting. Where `error` is set they are good enough to name the row
    /// (undecodable bytes show as `?`), never to be sent.
    pub(crate) fields: Fields<'a>,
    /// What makes the row unusable whatever its columns mean.
    pub(crate) error: Option<RowError>,
}

/// The fields of one row: one text, and where in it each field ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'a> {
    text: &'a str,
    ends: &'a [usize],
}

impl<'a> Fields<'a> {
    /// `ends` holds, for each field, the offset in `text` behind its last byte, in ascending order.
    pub(crate) fn new(text: &'a str, ends: &'a [usize]) -> Self {
        Self { text, ends }
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The field of a column, from 0, or nothing where the record is too short.
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

/// Why a row cannot be sent: data, not a failure of the tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowError {
    pub(crate) code: ErrorCode,
    /// What is wrong and what to do about it, without any cell's value.
    pub(crate) message: String,
}

impl RowError {
    /// What a code means and what to do about it, where there is no more to say.
    pub(crate) fn from_code(code: ErrorCode) -> Self {
        let advice = code.advice().unwrap_or_default();
        Self::new(code, format!("{}: {advice}", code.meaning()))
    }

    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}
