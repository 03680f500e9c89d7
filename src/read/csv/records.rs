//! Splits bytes into raw records: finds where each record starts and ends, and the structural
//! faults that make everything after them doubtful. `read/csv/fields.rs` splits a record into
//! fields.
//!
//! This scanner exists because CSV parsers are lenient: they read a quote that is never closed as a
//! very long field, and text after a closing quote as part of the field. In `1,"x⏎2,y⏎3,"z"` such a
//! parser sees one record with the right number of fields, and rows 2 and 3 are lost. Here both
//! faults are errors with a line number.
//!
//! Records end with LF, CRLF or CR. Quotes are `"`, and are doubled inside a quoted field (RFC
//! 4180). A quote opens a field only as its first byte; anywhere else in an unquoted field it is
//! text (`5" nail`).

use std::io::Read;

use memchr::{memchr, memchr_iter, memchr3};

use crate::model::Position;
use crate::read::InputError;

/// Maximum size of a record in bytes: no contact has 8 MiB of labels, but an unclosed quote does.
const MAX_RECORD_BYTES: usize = 8 << 20;

/// Maximum number of consecutive blank records, the row count of a spreadsheet. More are a mistake
/// or an attack, and cost time.
const MAX_BLANK_RUN: u64 = 1 << 20;

/// Bytes requested from the input at once. Larger reads were not faster in measurements.
const READ_SIZE: usize = 128 << 10;

/// Splits an input into raw records. Holds one record and at most `READ_SIZE` bytes beyond it.
#[derive(Debug)]
pub(crate) struct Records<R> {
    input: R,
    delimiter: u8,
    buffer: Vec<u8>,
    /// The start and the end of the current record in the buffer.
    start: usize,
    end: usize,
    /// The end of the bytes in the buffer that were read from the input.
    filled: usize,
    /// The positions of the current record and of the next one.
    at: Position,
    next: Position,
    at_end: bool,
    /// Whether the current record is blank, and the number of consecutive blank records that it
    /// ends.
    is_blank: bool,
    blank_run: u64,
}

/// One record, byte for byte, including its line end.
#[derive(Debug)]
pub(crate) struct RawRecord<'a> {
    /// Position of the record's first byte.
    pub(crate) position: Position,
    pub(crate) bytes: &'a [u8],
    /// Only delimiters, quotes and white space, such as `;;;;`: counted, but not a row.
    pub(crate) is_blank: bool,
}

/// The state of the scan between two bytes.
#[derive(Clone, Copy)]
enum State {
    Unquoted,
    /// Inside a quoted field that opened at this offset from the record's start.
    Quoted {
        opened: usize,
    },
    /// After a quote inside a quoted field: the end of the field, or the first half of a doubled
    /// quote.
    AfterQuote {
        opened: usize,
    },
}

impl<R: Read> Records<R> {
    /// `first` is the position of the input's first byte in the whole file, after a byte order mark
    /// and a preamble.
    pub(crate) fn new(input: R, delimiter: u8, first: Position) -> Self {
        Self {
            input,
            delimiter,
            buffer: vec![0; READ_SIZE],
            start: 0,
            end: 0,
            filled: 0,
            at: first,
            next: first,
            at_end: false,
            is_blank: false,
            blank_run: 0,
        }
    }

    /// The input, read to at most `READ_SIZE` bytes beyond the last record.
    pub(crate) fn input(&self) -> &R {
        &self.input
    }

    /// Returns the next record, or `None` at the end of the input.
    pub(crate) fn next(&mut self) -> Result<Option<RawRecord<'_>>, InputError> {
        Ok(if self.advance()? {
            Some(self.current())
        } else {
            None
        })
    }

    /// Moves to the next record; returns `false` at the end of the input.
    pub(crate) fn advance(&mut self) -> Result<bool, InputError> {
        self.start = self.end;
        self.at = self.next;
        let Some((end, quoted)) = self.find_end()? else {
            return Ok(false);
        };
        self.end = end;
        let bytes = self.buffer.get(self.start..self.end).unwrap_or_default();
        let is_filler = |byte: &u8| *byte == self.delimiter || *byte == b'"' || byte.is_ascii_whitespace();
        self.is_blank = bytes.iter().all(is_filler);
        self.blank_run = if self.is_blank { self.blank_run + 1 } else { 0 };
        if self.blank_run > MAX_BLANK_RUN {
            return Err(InputError::TooManyBlanks {
                line: self.at.line,
                limit: MAX_BLANK_RUN,
            });
        }
        self.next = Position {
            row: self.at.row + 1,
            line: self.at.line + 1 + if quoted { inner_line_ends(bytes) } else { 0 },
            byte: self.at.byte + bytes.len() as u64,
        };
        Ok(true)
    }

    /// The record to which the last call of [`Records::advance`] moved.
    pub(crate) fn current(&self) -> RawRecord<'_> {
        RawRecord {
            position: self.at,
            bytes: self.buffer.get(self.start..self.end).unwrap_or_default(),
            is_blank: self.is_blank,
        }
    }

    /// Returns the offset in the buffer of the end of the record that starts at `self.start`, and
    /// whether it has a quoted field. `None` at the end of the input.
    fn find_end(&mut self) -> Result<Option<(usize, bool)>, InputError> {
        let mut state = State::Unquoted;
        let mut quoted = false;
        // Relative to the start of the record, which moves when the buffer is refilled.
        let mut scanned = 0;
        loop {
            let rest = self
                .buffer
                .get(self.start + scanned..self.filled)
                .unwrap_or_default();
            let (at, byte) = match state {
                State::Unquoted => match memchr3(b'"', b'\n', b'\r', rest) {
                    Some(at) => (at, rest.get(at).copied()),
                    None => (rest.len(), None),
                },
                State::Quoted { .. } => match memchr(b'"', rest) {
                    Some(at) => (at, Some(b'"')),
                    None => (rest.len(), None),
                },
                State::AfterQuote { .. } => (0, rest.first().copied()),
            };
            scanned += at;
            let Some(byte) = byte else {
                if self.fill(scanned)? {
                    continue;
                }
                return match state {
                    State::Quoted { opened } => Err(self.unclosed(opened)),
                    _ if self.start == self.filled => Ok(None),
                    _ => Ok(Some((self.filled, quoted))),
                };
            };
            match (state, byte) {
                (State::Unquoted, b'"') => {
                    if self.starts_field(scanned) {
                        state = State::Quoted { opened: scanned };
                        quoted = true;
                    }
                    scanned += 1;
                }
                (State::Unquoted, b'\n') => return Ok(Some((self.start + scanned + 1, quoted))),
                (State::Unquoted, _) => {
                    // A CR: the next byte decides whether it stands alone.
                    let followed = self.byte(scanned + 1).is_some() || self.fill(scanned + 1)?;
                    let length = if followed && self.byte(scanned + 1) == Some(b'\n') {
                        2
                    } else {
                        1
                    };
                    return Ok(Some((self.start + scanned + length, quoted)));
                }
                (State::Quoted { opened }, _) => {
                    state = State::AfterQuote { opened };
                    scanned += 1;
                }
                (State::AfterQuote { opened }, b'"') => {
                    state = State::Quoted { opened };
                    scanned += 1;
                }
                (State::AfterQuote { .. }, b'\n' | b'\r') => state = State::Unquoted,
                (State::AfterQuote { .. }, byte) if byte == self.delimiter => {
                    state = State::Unquoted;
                    scanned += 1;
                }
                (State::AfterQuote { opened }, _) => {
                    return Err(InputError::TextAfterQuote {
                        row: self.at.row,
                        line: self.line_of(scanned),
                        opened: self.line_of(opened),
                    });
                }
            }
        }
    }

    fn byte(&self, offset: usize) -> Option<u8> {
        let at = self.start + offset;
        self.buffer.get(at).copied().filter(|_| at < self.filled)
    }

    fn starts_field(&self, offset: usize) -> bool {
        match offset.checked_sub(1) {
            None => true,
            Some(before) => self.byte(before) == Some(self.delimiter),
        }
    }

    fn line_of(&self, offset: usize) -> u64 {
        let before = self
            .buffer
            .get(self.start..self.start + offset)
            .unwrap_or_default();
        self.at.line + memchr_iter(b'\n', before).count() as u64
    }

    fn unclosed(&self, opened: usize) -> InputError {
        InputError::UnclosedQuote {
            row: self.at.row,
            line: self.line_of(opened),
        }
    }

    /// Reads more bytes into the buffer; returns `false` at the end of the input. `length` is the
    /// known length of the current record in bytes.
    fn fill(&mut self, length: usize) -> Result<bool, InputError> {
        if self.at_end {
            return Ok(false);
        }
        if length > MAX_RECORD_BYTES {
            return Err(InputError::RecordTooLong {
                row: self.at.row,
                line: self.at.line,
                limit: MAX_RECORD_BYTES >> 20,
            });
        }
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.filled, 0);
            self.filled -= self.start;
            self.start = 0;
        }
        if self.buffer.len() - self.filled < READ_SIZE / 2 {
            let grown = self.buffer.len() * 2;
            self.buffer.resize(grown, 0);
        }
        let space = self.buffer.get_mut(self.filled..).unwrap_or_default();
        let count = read_some(&mut self.input, space).map_err(|source| {
            InputError::reading(self.at.byte + self.filled as u64, Some(self.at.row), source)
        })?;
        self.filled += count;
        self.at_end = count == 0;
        Ok(count > 0)
    }
}

/// Reads some bytes; retries if a signal interrupts the read.
fn read_some(input: &mut impl Read, space: &mut [u8]) -> std::io::Result<usize> {
    loop {
        match input.read(space) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Counts the line ends inside a record, without the one that ends it.
fn inner_line_ends(record: &[u8]) -> u64 {
    let all = memchr_iter(b'\n', record).count() as u64;
    all - u64::from(record.ends_with(b"\n"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::read::source::drip::Drip;

    fn split(text: &[u8], step: usize) -> Result<Vec<(Position, Vec<u8>, bool)>, InputError> {
        let mut records = Records::new(Drip { rest: text, step }, b';', Position::START);
        let mut all = Vec::new();
        while let Some(record) = records.next()? {
            all.push((record.position, record.bytes.to_vec(), record.is_blank));
        }
        Ok(all)
    }

    fn texts(text: &str) -> Vec<String> {
        let records = split(text.as_bytes(), 3).unwrap();
        records
            .into_iter()
            .map(|(_, bytes, _)| String::from_utf8(bytes).unwrap())
            .collect()
    }

    #[test]
    fn records_end_with_lf_crlf_or_cr_and_the_last_one_with_nothing() {
        assert_eq!(texts("a;b\n1;2\n"), ["a;b\n", "1;2\n"]);
        assert_eq!(texts("a;b\r\n1;2"), ["a;b\r\n", "1;2"]);
        assert_eq!(texts("a;b\r1;2\r"), ["a;b\r", "1;2\r"]);
        assert_eq!(texts(""), Vec::<String>::new());
    }

    #[test]
    fn quoted_fields_hold_line_ends_and_doubled_quotes() {
        assert_eq!(
            texts("1;\"a\nb\"\n2;\"say \"\"x\"\"\r\n\"\r\n"),
            ["1;\"a\nb\"\n", "2;\"say \"\"x\"\"\r\n\"\r\n"]
        );
    }

    #[test]
    fn a_quote_inside_an_unquoted_field_is_text() {
        assert_eq!(texts("1;5\" nail\n2; \"x\n"), ["1;5\" nail\n", "2; \"x\n"]);
    }

    #[test]
    fn rows_count_blank_records_and_lines_count_newlines_in_fields() {
        let records = split(b"h\n\"a\nb\"\n; ;\n\nz\n", 4).unwrap();
        let seen: Vec<_> = records
            .iter()
            .map(|(at, _, blank)| (at.row, at.line, at.byte, *blank))
            .collect();
        assert_eq!(
            seen,
            [
                (1, 1, 0, false),
                (2, 2, 2, false),
                (3, 4, 8, true),
                (4, 5, 12, true),
                (5, 6, 13, false)
            ]
        );
    }

    #[test]
    fn a_quote_that_is_never_closed_is_found_where_it_opens() {
        // The csv crate reads this as one record of two fields: rows 2 and 3 vanish.
        let error = split(b"1;\"x\n2;y\n3;\"z\"", 2).unwrap_err();
        assert!(
            matches!(
                error,
                InputError::TextAfterQuote {
                    row: 1,
                    line: 3,
                    opened: 1
                }
            ),
            "{error}"
        );
        let error = split(b"1;2\n3;\"x\n4;5\n", 2).unwrap_err();
        assert!(
            matches!(error, InputError::UnclosedQuote { row: 2, line: 2 }),
            "{error}"
        );
    }

    #[test]
    fn text_after_a_closing_quote_is_refused() {
        for text in ["1;\"Firma \"ABC\" sp.\"\n", "\"x\" ;1\n"] {
            let error = split(text.as_bytes(), 1).unwrap_err();
            assert!(
                matches!(
                    error,
                    InputError::TextAfterQuote {
                        row: 1,
                        line: 1,
                        opened: 1
                    }
                ),
                "{error}"
            );
        }
    }

    #[test]
    fn a_record_over_the_limit_is_refused() {
        let text = vec![b'x'; MAX_RECORD_BYTES + (1 << 20)];
        let error = split(&text, usize::MAX).unwrap_err();
        assert!(
            matches!(
                error,
                InputError::RecordTooLong {
                    row: 1,
                    line: 1,
                    limit: 8
                }
            ),
            "{error}"
        );
    }

    proptest! {
        /// The concatenated records equal the input, however the reads are cut.
        #[test]
        fn nothing_is_lost_between_records(text in "[a;\"\r\n ]{0,60}", step in 1_usize..9) {
            let whole = split(text.as_bytes(), usize::MAX);
            let dripped = split(text.as_bytes(), step);
            match (whole, dripped) {
                (Ok(whole), Ok(dripped)) => {
                    let joined: Vec<u8> = whole.iter().flat_map(|(_, bytes, _)| bytes.clone()).collect();
                    prop_assert_eq!(joined, text.as_bytes());
                    prop_assert_eq!(whole, dripped);
                }
                (Err(whole), Err(dripped)) => prop_assert_eq!(whole.to_string(), dripped.to_string()),
                (whole, dripped) => prop_assert!(false, "{:?} but {:?}", whole, dripped),
            }
        }
    }
}
