//! The second read: yields one [`Row`] after the other, and proves at the end that they are those
//! of the first read.

use std::io::Read;

use super::csv::fields::{FieldParser, MAX_COLUMNS};
use super::csv::records::{RawRecord, Records};
use super::csv::scanned::Scanned;
use super::encoding::evidence::is_telling;
use super::first_read::{EncodingFrom, Totals, records};
use super::source::digesting::Digesting;
use super::start::FailedFile;
use super::{Change, Encoding, FirstRead, InputError};
use crate::model::{Fields, Position, Row, RowFault, is_blank};

/// Positions of blank records that are kept for the report.
const BLANK_PLACES: usize = 5;

/// The data rows of an input, in its order. Holds one record at a time.
pub(crate) struct Rows<R> {
    records: Records<Scanned<Digesting<R>>>,
    parser: FieldParser,
    /// Columns in the header.
    columns: usize,
    encoding: Encoding,
    /// The encoding was not given by the user, and the bytes are not UTF-8.
    encoding_guessed: bool,
    of_workbook: bool,
    /// Set for a failed file, in which replacement characters stand for lost letters that must be
    /// typed again.
    failed_file: Option<FailedFile>,
    /// Whether the header was passed, or there is none.
    header_seen: bool,
    /// Data rows yielded so far.
    sequence: u64,
    blank_records: u64,
    /// Positions of the first blank records, at most [`BLANK_PLACES`].
    blank_places: Vec<Position>,
    /// Totals of the first read; `None` for a stream.
    expected: Option<Totals>,
}

/// Counts of a finished or stopped read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowsEnd {
    pub(crate) rows: u64,
    pub(crate) blank_records: u64,
}

impl<R: Read> Rows<R> {
    /// `input` must stand at its first byte; `first` is the result of its first read.
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

    /// Returns the next data row, or `None` at the end of the input.
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
        let fault = if !has_columns(&fields, self.columns) {
            Some(wrong_count(self.columns, fields.len()))
        } else if !clean {
            Some(RowFault::Undecodable {
                encoding: self.encoding.name(),
            })
        } else if self.encoding_guessed && is_utf8(record) {
            Some(RowFault::OtherEncoding {
                encoding: self.encoding.name(),
            })
        } else if self.failed_file.is_some() && fields.iter().any(|field| field.contains('\u{FFFD}')) {
            Some(RowFault::LettersLost)
        } else {
            None
        };
        Ok(Some(Row {
            sequence,
            position,
            record,
            fields,
            fault,
        }))
    }

    /// Position of the current record. The line of a workbook's record is its row, since a sheet
    /// has no lines.
    fn position(&self) -> Position {
        let position = self.records.current().position;
        let line = if self.of_workbook {
            position.row
        } else {
            position.line
        };
        Position { line, ..position }
    }

    /// Positions of the first blank records.
    pub(crate) fn blank_places(&self) -> &[Position] {
        &self.blank_places
    }

    /// Counts up to here, for a run that ends before its input does.
    pub(crate) fn so_far(&self) -> RowsEnd {
        RowsEnd {
            rows: self.sequence,
            blank_records: self.blank_records,
        }
    }

    /// Checks at the end of the input that its text is that of the first read. The blocks of a file
    /// have been verified already; this check proves that unpacking them gave the same text.
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

/// Whether a record has a field for each column. Blank fields after the last column are ignored,
/// because spreadsheets write extra delimiters there; but the record must not exceed
/// [`MAX_COLUMNS`].
fn has_columns(fields: &Fields<'_>, columns: usize) -> bool {
    let behind = (columns + 1..=MAX_COLUMNS).contains(&fields.len());
    fields.len() == columns || behind && fields.iter().skip(columns).all(is_blank)
}

/// Whether a record contains non-ASCII bytes and is UTF-8 by more than accident.
fn is_utf8(record: &[u8]) -> bool {
    !record.is_ascii() && str::from_utf8(record).is_ok_and(is_telling)
}

fn wrong_count(columns: usize, fields: usize) -> RowFault {
    if fields < columns {
        return RowFault::TooFewFields { fields, columns };
    }
    RowFault::TooManyFields {
        fields,
        columns,
        at_least: fields > MAX_COLUMNS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::ReadOptions;

    /// Does a first read of one content and a second read of another. Returns the rows that were
    /// read and how it ended.
    fn reread(first: &[u8], second: &[u8]) -> (Vec<String>, Result<RowsEnd, InputError>) {
        let known = FirstRead::of_file(first, ReadOptions::default()).unwrap();
        let mut rows = Rows::new(second, &known).unwrap();
        let mut seen = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            let fields: Vec<&str> = row.fields.iter().collect();
            let code = row.fault.map_or("", |fault| fault.code().name());
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
