//! The second read: one [`Row`] after the other, and at the end the proof that they are those of the first read.

use std::io::{self, Read};

use xxhash_rust::xxh3::Xxh3;

use super::fields::FieldParser;
use super::first_read::{BOM, Totals};
use super::records::{RawRecord, Records};
use super::{FirstRead, InputError};
use crate::model::{ErrorCode, Row, RowError};

/// The data rows of an input, in its order. Holds one record.
pub(crate) struct Rows<R> {
    records: Records<Digesting<R>>,
    parser: FieldParser,
    columns: usize,
    encoding: &'static str,
    header_seen: bool,
    sequence: u64,
    blank_records: u64,
    expected: Option<Totals>,
}

/// What was counted once all rows were read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowsEnd {
    pub(crate) rows: u64,
    pub(crate) blank_records: u64,
}

impl<R: Read> Rows<R> {
    /// `input` stands at its first byte; `first` is what the first read found in it.
    pub(crate) fn new(input: R, first: &FirstRead) -> Result<Self, InputError> {
        let mut input = Digesting {
            input,
            digest: Xxh3::new(),
            bytes: 0,
            limit: first.totals.map_or(u64::MAX, |totals| totals.bytes),
        };
        let mut bom_len = 0;
        if first.has_bom {
            let mut mark = [0; BOM.len()];
            input
                .read_exact(&mut mark)
                .map_err(|source| InputError::Read { byte: 0, source })?;
            bom_len = BOM.len() as u64;
        }
        Ok(Self {
            records: Records::new(input, first.delimiter.byte(), bom_len),
            parser: FieldParser::new(first.delimiter.byte(), first.encoding),
            columns: first.names.len(),
            encoding: first.encoding.name(),
            header_seen: false,
            sequence: 0,
            blank_records: 0,
            expected: first.totals,
        })
    }

    /// The next data row, or nothing at the end of the input.
    pub(crate) fn next(&mut self) -> Result<Option<Row<'_>>, InputError> {
        loop {
            if !self.records.advance()? {
                return Ok(None);
            }
            if self.records.current().is_blank {
                self.blank_records += 1;
            } else if self.header_seen {
                break;
            } else {
                self.header_seen = true;
            }
        }
        let RawRecord {
            position,
            bytes: record,
            ..
        } = self.records.current();
        let sequence = self.sequence;
        self.sequence += 1;
        let (fields, clean) = self.parser.parse(record);
        let error = if fields.len() != self.columns {
            Some(wrong_count(self.columns, fields.len()))
        } else if clean {
            None
        } else {
            Some(undecodable(self.encoding))
        };
        Ok(Some(Row {
            sequence,
            position,
            record,
            fields,
            error,
        }))
    }

    /// What was counted up to here, for a run that ends before its input.
    pub(crate) fn so_far(&self) -> RowsEnd {
        RowsEnd {
            rows: self.sequence,
            blank_records: self.blank_records,
        }
    }

    /// Checks at the end of the input that it is what the first read saw. Digest and length are compared, so that a
    /// file that was rewritten, cut or appended to meanwhile is told.
    pub(crate) fn finish(mut self) -> Result<RowsEnd, InputError> {
        let end = self.so_far();
        let Some(expected) = self.expected else {
            return Ok(end);
        };
        let grew = self.records.input_mut().has_more();
        let input = self.records.input();
        let same = input.bytes == expected.bytes && input.digest.digest128() == expected.digest;
        if same && !grew {
            return Ok(end);
        }
        let now = match (grew, input.bytes == expected.bytes) {
            (true, _) => "longer".to_owned(),
            (false, true) => "another content of the same length".to_owned(),
            (false, false) => format!("{} bytes", input.bytes),
        };
        Err(InputError::Changed {
            before: format!("{} bytes", expected.bytes),
            now,
        })
    }
}

fn wrong_count(columns: usize, fields: usize) -> RowError {
    RowError::new(
        ErrorCode::ColumnCount,
        format!(
            "the record has {fields} fields, the header has {columns}: {}",
            if fields > columns {
                "quote fields that hold the delimiter"
            } else {
                "add what is missing, or quote the field before that holds a line break"
            }
        ),
    )
}

fn undecodable(encoding: &str) -> RowError {
    RowError::new(
        ErrorCode::Encoding,
        // The dash is not ASCII on purpose: a failed file of such rows alone holds no other character that is plainly
        // UTF-8, and the next run would take its stray bytes for windows-1250.
        format!("the record holds bytes that {encoding} does not allow – retype the damaged text"),
    )
}

/// Passes at most `limit` bytes through and takes their digest.
struct Digesting<R> {
    input: R,
    digest: Xxh3,
    bytes: u64,
    limit: u64,
}

impl<R: Read> Digesting<R> {
    /// Whether the input goes on behind the limit. An input that cannot be read there has not grown.
    fn has_more(&mut self) -> bool {
        let mut byte = [0];
        self.bytes == self.limit && self.input.read(&mut byte).is_ok_and(|count| count > 0)
    }
}

impl<R: Read> Read for Digesting<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.limit - self.bytes).unwrap_or(usize::MAX);
        let length = space.len().min(left);
        let space = space.get_mut(..length).unwrap_or_default();
        let count = self.input.read(space)?;
        self.digest.update(space.get(..count).unwrap_or_default());
        self.bytes += count as u64;
        Ok(count)
    }
}
