//! The second read: one [`Row`] after the other, and at the end the proof that they are those of the first read.

use std::io::Read;

use super::csv::fields::{FieldParser, MAX_COLUMNS};
use super::csv::records::{RawRecord, Records};
use super::csv::scanned::Scanned;
use super::encoding::evidence::is_telling;
use super::first_read::{EncodingFrom, Totals, records};
use super::source::digesting::Digesting;
use super::start::FailedFile;
use super::{Change, Encoding, FirstRead, InputError};
use crate::model::{ErrorCode, Fields, Position, Row, RowError, is_blank};

/// So many places of blank records are remembered.
const BLANK_PLACES: usize = 5;

/// The data rows of an input, in its order. Holds one record.
pub(crate) struct Rows<R> {
    records: Records<Scanned<Digesting<R>>>,
    parser: FieldParser,
    columns: usize,
    encoding: Encoding,
    /// Nobody said what the encoding is, and the bytes are not UTF-8.
    encoding_guessed: bool,
    of_workbook: bool,
    /// Signs for lost letters stand in it for those that somebody has to type anew.
    failed_file: Option<FailedFile>,
    header_seen: bool,
    sequence: u64,
    blank_records: u64,
    /// Where the first blank records stand.
    blank_places: Vec<Position>,
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
        Ok(Self {
            records: records(Digesting::new(input), first.position, first.dialect)?,
            parser: match first.failed_file {
                Some(FailedFile::ForExcel) => FieldParser::new(first.dialect).without_guards(),
                _ => FieldParser::new(first.dialect),
            },
            columns: first.names.len(),
            encoding: first.dialect.encoding,
            encoding_guessed: matches!(
                first.encoding_from,
                EncodingFrom::Guess(_) | EncodingFrom::FailedFile
            ),
            of_workbook: first.of_workbook,
            failed_file: first.failed_file,
            header_seen: !first.has_header,
            sequence: 0,
            blank_records: 0,
            blank_places: Vec::new(),
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
                if self.blank_places.len() < BLANK_PLACES {
                    self.blank_places.push(self.position());
                }
            } else if self.header_seen {
                break;
            } else {
                self.header_seen = true;
            }
        }
        let position = self.position();
        let RawRecord { bytes: record, .. } = self.records.current();
        let sequence = self.sequence;
        self.sequence += 1;
        let (fields, clean) = self.parser.parse(record);
        let error = if !has_columns(&fields, self.columns) {
            Some(wrong_count(self.columns, fields.len()))
        } else if !clean {
            Some(undecodable(self.encoding.name()))
        } else if self.encoding_guessed && is_utf8(record) {
            Some(other_encoding(self.encoding.name()))
        } else if self.failed_file.is_some() && fields.iter().any(|field| field.contains('\u{FFFD}')) {
            Some(still_lost())
        } else {
            None
        };
        Ok(Some(Row {
            sequence,
            position,
            record,
            fields,
            error,
        }))
    }

    /// Where the current record stands. A sheet has no lines but its rows.
    fn position(&self) -> Position {
        let position = self.records.current().position;
        let line = if self.of_workbook {
            position.row
        } else {
            position.line
        };
        Position { line, ..position }
    }

    /// Where the first blank records stand.
    pub(crate) fn blank_places(&self) -> &[Position] {
        &self.blank_places
    }

    /// What was counted up to here, for a run that ends before its input.
    pub(crate) fn so_far(&self) -> RowsEnd {
        RowsEnd {
            rows: self.sequence,
            blank_records: self.blank_records,
        }
    }

    /// Checks at the end of the input that its text is that of the first read: below, each block of a file was; this is
    /// the proof for whatever unpacked them.
    pub(crate) fn finish(self) -> Result<RowsEnd, InputError> {
        let end = self.so_far();
        let Some(expected) = self.expected else {
            return Ok(end);
        };
        let input = self.records.input().input();
        if (input.length(), input.digest()) == (expected.bytes, expected.digest) {
            return Ok(end);
        }
        Err(InputError::Changed {
            row: Some(self.records.current().position.row),
            change: Change::Unpacked {
                before: expected.bytes,
            },
        })
    }
}

/// Whether a record has a field for each column. Blank fields behind the last column do not count: spreadsheets write
/// delimiters there, if not more than a spreadsheet has columns.
fn has_columns(fields: &Fields<'_>, columns: usize) -> bool {
    let behind = (columns + 1..=MAX_COLUMNS).contains(&fields.len());
    fields.len() == columns || behind && fields.iter().skip(columns).all(is_blank)
}

/// Whether a record above ASCII is UTF-8, and not by accident.
fn is_utf8(record: &[u8]) -> bool {
    !record.is_ascii() && str::from_utf8(record).is_ok_and(is_telling)
}

fn wrong_count(columns: usize, fields: usize) -> RowError {
    RowError::new(
        ErrorCode::ColumnCount,
        format!(
            "the record has {} fields, the header has {columns}: {}",
            if fields > MAX_COLUMNS {
                format!("more than {MAX_COLUMNS}")
            } else {
                fields.to_string()
            },
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
        format!("the record holds bytes that {encoding} does not allow: retype the damaged text"),
    )
}

fn still_lost() -> RowError {
    RowError::new(
        ErrorCode::Encoding,
        "the record still holds the sign for letters that were lost (U+FFFD): retype them",
    )
}

fn other_encoding(encoding: &str) -> RowError {
    RowError::new(
        ErrorCode::Encoding,
        format!(
            "the record is UTF-8 in a file of {encoding}: retype the damaged text, or give `--encoding {encoding}` if it \
             is meant so"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::ReadOptions;

    /// Reads one content for the first time and another for the second: the rows that were read, and how it ended.
    fn reread(first: &[u8], second: &[u8]) -> (Vec<String>, Result<RowsEnd, InputError>) {
        let known = FirstRead::of_file(first, ReadOptions::default()).unwrap();
        let mut rows = Rows::new(second, &known).unwrap();
        let mut seen = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            let fields: Vec<&str> = row.fields.iter().collect();
            let code = row.error.map_or("", |error| error.code.name());
            seen.push(format!(
                "{} {} {}{code}",
                row.sequence,
                row.position.row,
                fields.join("|")
            ));
        }
        (seen, rows.finish())
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_does_and_faulty_ones_are_told() {
        let input = b"\xEF\xBB\xBFid;l1\r\n1;a\r\n;\r\n2;\"b\nc\"\r\n3\r\n4;\xC5\r\n5;\xC5\xBC";
        let (seen, end) = reread(input, input);
        assert_eq!(
            seen,
            [
                "0 2 1|a",
                "1 4 2|b\nc",
                "2 5 3column_count",
                "3 6 4|?encoding",
                "4 7 5|ż"
            ]
        );
        let RowsEnd { rows, blank_records } = end.unwrap();
        assert_eq!((rows, blank_records), (5, 1));
    }

    #[test]
    fn another_text_than_that_of_the_first_read_is_told_at_the_end() {
        let first = b"id,l1\n1,a\n2,b\n";
        for second in [b"id,l1\n1,a\n2,X\n".as_slice(), b"id,l1\n1,a\n"] {
            let (_, end) = reread(first, second);
            let error = end.unwrap_err().to_string();
            assert!(error.contains("it had 14 bytes once unpacked"), "{error}");
        }
    }
}
