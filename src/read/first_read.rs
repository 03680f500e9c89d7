//! The first read: everything that can be known of an input before anything is sent, in one
//! streaming pass.
//!
//! It reads all of a file ([rule 13](crate::rules#rule-13)): encoding, delimiter, structure, counts, digest. Of standard
//! input it reads only the beginning, and hands back the bytes that it took.

use std::io::{self, Chain, Cursor, Read};

use super::csv::fields;
use super::csv::records::Records;
use super::csv::scanned::Scanned;
use super::encoding::evidence::Evidence;
use super::encoding::seen::{Seen, readings, sample};
use super::encoding::verdict::{Certainty, EncodingVerdict};
use super::source::digesting::Digesting;
use super::start::{DelimiterFrom, FailedFile, Start, UnicodeFrom};
use super::{Columns, Delimiter, Dialect, Encoding, InputError};
use crate::model::Position;

/// Bytes at the beginning from which the delimiter is detected.
const HEAD_BYTES: u64 = 256 << 10;

/// What the user specified about the input's form. Anything unset is detected.
#[derive(Clone, Copy, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a word of its own of the user, or of the container"
)]
pub(crate) struct ReadOptions {
    /// `None` to detect it.
    pub(crate) encoding: Option<Encoding>,
    /// `None` to detect it.
    pub(crate) delimiter: Option<Delimiter>,
    /// Lines to skip above the header; Excel's `sep=;` line is not counted.
    pub(crate) skip_lines: u64,
    /// The input has no header: the first record is a row, and the columns are called `1`, `2`, ….
    pub(crate) no_header: bool,
    /// One column is enough, since the values of the labels do not come from the input alone.
    pub(crate) one_column: bool,
    /// Errors may quote a cell, because only a person reads them.
    pub(crate) shows_cells: bool,
    /// A file without data rows is not refused: a user has taken all of them out.
    pub(crate) may_be_empty: bool,
    /// The bytes were made from a workbook: a record's row is also its line, however many line ends
    /// its cells contain.
    pub(crate) of_workbook: bool,
}

/// What is known of an input after the first read.
#[derive(Clone, Debug)]
pub(crate) struct FirstRead {
    pub(crate) dialect: Dialect,
    /// How the encoding became known.
    pub(crate) encoding_from: EncodingFrom,
    /// A text of the input that shows whether a guessed encoding is right. Set only for a guess.
    pub(crate) sample: Option<String>,
    pub(crate) delimiter: Delimiter,
    pub(crate) delimiter_from: DelimiterFrom,
    pub(crate) has_bom: bool,
    /// Bytes between a byte order mark and the first record, after recoding to the reader's form.
    pub(crate) preamble: Vec<u8>,
    /// Lines of the preamble that `--skip-lines` asked to skip.
    pub(crate) skipped_lines: usize,
    pub(crate) has_header: bool,
    /// The header's record in the reader's form; generated if the input has no header.
    pub(crate) header: Vec<u8>,
    /// The names in the header, one per column.
    pub(crate) names: Vec<String>,
    pub(crate) columns: Columns,
    /// `None` for a stream, of which only the beginning is known.
    pub(crate) totals: Option<Totals>,
    /// Set if this tool wrote the input as a failed file, whether or not it was edited since.
    pub(super) failed_file: Option<FailedFile>,
    /// Position of the first record.
    pub(super) position: Position,
    /// The input is a workbook: a record's row is also its line.
    pub(super) of_workbook: bool,
}

/// How the encoding became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EncodingFrom {
    Flag,
    /// `--encoding` was used, but the bytes indicate this encoding.
    FlagAgainst(&'static str),
    ByteOrderMark,
    /// The NUL bytes that UTF-16 has where other encodings have letters.
    NulBytes,
    /// All bytes are valid.
    Bytes,
    /// Nearly all bytes are valid.
    MostBytes,
    /// The failed file states its encoding.
    FailedFile,
    /// The bytes are not UTF-8; this is the most likely of the other encodings.
    Guess(Certainty),
}

/// Counts over the whole of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Totals {
    /// Data rows; the header and blank records are not counted.
    pub(crate) rows: u64,
    pub(crate) blank_records: u64,
    /// Bytes of the unpacked text.
    pub(crate) bytes: u64,
    /// The xxh3-128 of all bytes.
    pub(crate) digest: u128,
}

/// A stream whose beginning was read: those bytes again, then the rest.
pub(crate) type Resumed<R> = Chain<Cursor<Vec<u8>>, R>;

impl FirstRead {
    /// Reads the whole of a file.
    pub(crate) fn of_file(input: impl Read, options: ReadOptions) -> Result<Self, InputError> {
        let mut input = Witness {
            input: Digesting::new(input),
            evidence: Evidence::default(),
        };
        let (head, whole) = read_head(&mut input)?;
        let start = Start::read(&head, whole, options)?;
        let body = Cursor::new(&head).chain(input);
        let mut records = start.records(body)?;
        let mut seen = Seen::new(start.has_header);
        while let Some(record) = records.next()? {
            seen.take_in(&record);
        }
        let witness = &records.input().input().get_ref().1;
        let totals = Totals {
            rows: seen.rows,
            blank_records: seen.blank_records,
            bytes: witness.input.length(),
            digest: witness.input.digest(),
        };
        let evidence = witness.evidence.clone();
        let first = Self::new(start, &seen, evidence, options, Some(totals))?;
        if totals.rows == 0 && !options.may_be_empty {
            Err(InputError::NoRows)
        } else {
            Ok(first)
        }
    }

    /// Reads the beginning of a stream, and returns the stream as if nothing had been taken from
    /// it.
    pub(crate) fn of_stream<R: Read>(
        mut input: R,
        options: ReadOptions,
    ) -> Result<(Self, Resumed<R>), InputError> {
        let (head, whole) = read_head(&mut input)?;
        let start = Start::read(&head, whole, options)?;
        let mut evidence = Evidence::default();
        evidence.take_in(&head);
        let is_known = options.encoding.is_some() || start.unicode.is_some() || start.declared.is_some();
        if !is_known && evidence.verdict_so_far() != EncodingVerdict::Utf8 {
            return Err(InputError::StreamEncoding);
        }
        let mut records = start.records(head.as_slice())?;
        let mut seen = Seen::new(start.has_header);
        // A structural fault after the first record ends the run when the second read reaches it.
        while let Some(record) = if seen.first.is_none() {
            records.next()?
        } else {
            records.next().unwrap_or(None)
        } {
            seen.take_in(&record);
        }
        if whole && seen.first.is_some() && seen.rows == 0 {
            return Err(InputError::NoRows);
        }
        let first = Self::new(start, &seen, evidence, options, None)?;
        Ok((first, Cursor::new(head).chain(input)))
    }

    fn new(
        start: Start,
        seen: &Seen,
        evidence: Evidence,
        options: ReadOptions,
        totals: Option<Totals>,
    ) -> Result<Self, InputError> {
        let delimiter = start.delimiter;
        let (is_utf8, has_strays) = (evidence.is_utf8_for_sure(), evidence.has_strays());
        // Only the beginning of a stream was seen, and it may end within a character.
        let verdict = match totals {
            Some(_) => evidence.verdict(),
            None => evidence.verdict_so_far(),
        };
        // A failed file's own statement counts unless the file has been saved as UTF-8 since.
        let declared = start.declared.filter(|_| !is_utf8);
        let (encoding, encoding_from) = match (start.unicode, options.encoding, verdict) {
            (Some((encoding, UnicodeFrom::Mark)), ..) => (encoding, EncodingFrom::ByteOrderMark),
            (Some((encoding, UnicodeFrom::Nuls)), ..) => (encoding, EncodingFrom::NulBytes),
            (None, Some(encoding @ Encoding::SingleByte(_)), _) if is_utf8 => {
                (encoding, EncodingFrom::FlagAgainst(Encoding::Utf8.name()))
            }
            (None, Some(encoding), EncodingVerdict::Guess(told, Certainty::Told(_))) if encoding != told => {
                (encoding, EncodingFrom::FlagAgainst(told.name()))
            }
            (Some((encoding, UnicodeFrom::Flag)), ..) | (None, Some(encoding), _) => {
                (encoding, EncodingFrom::Flag)
            }
            (None, None, EncodingVerdict::Guess(told, Certainty::Told(_)))
                if let Some(declared) =
                    declared.filter(|declared| declared.is_single_byte() && *declared != told) =>
            {
                return Err(InputError::NoteContradicted {
                    declared: declared.name(),
                    told: told.name(),
                });
            }
            (None, None, _) if let Some(declared) = declared => (declared, EncodingFrom::FailedFile),
            (None, None, EncodingVerdict::Utf8) if has_strays => (Encoding::Utf8, EncodingFrom::MostBytes),
            (None, None, EncodingVerdict::Utf8) => (Encoding::Utf8, EncodingFrom::Bytes),
            (None, None, EncodingVerdict::Guess(encoding, certainty)) => {
                (encoding, EncodingFrom::Guess(certainty))
            }
            (None, None, EncodingVerdict::Unclear(candidates)) => {
                return Err(InputError::EncodingUnclear {
                    readings: readings(
                        candidates,
                        seen.sample().filter(|_| options.shows_cells),
                        delimiter,
                    ),
                });
            }
        };
        let dialect = Dialect::new(delimiter, encoding)
            .filter(|dialect| dialect.stands_for == start.dialect.stands_for)
            .ok_or_else(|| InputError::DelimiterNeedsEncoding(delimiter.to_string()))?;
        let (first, line) = seen.first.clone().ok_or(InputError::Empty)?;
        let (mut names, clean) = fields::fields_of(&first, dialect);
        if names.len() > fields::MAX_COLUMNS {
            return Err(InputError::TooManyColumns {
                line,
                limit: fields::MAX_COLUMNS,
            });
        }
        let header = if start.has_header {
            if !clean {
                return Err(InputError::HeaderEncoding {
                    line,
                    encoding: encoding.name(),
                });
            }
            first
        } else {
            names = (1..=names.len()).map(|number| number.to_string()).collect();
            header_of(&names, dialect, &first)
        };
        let sample = seen
            .sample()
            .filter(|_| matches!(encoding_from, EncodingFrom::Guess(_)))
            .and_then(|record| sample(record, dialect));
        let below = start
            .below
            .iter()
            .map(|(skip, record)| (*skip, fields::fields_of(record, dialect).0));
        Ok(Self {
            dialect,
            encoding_from,
            sample,
            delimiter,
            delimiter_from: start.delimiter_from,
            has_bom: start.has_bom,
            skipped_lines: usize::try_from(options.skip_lines).unwrap_or_default(),
            has_header: start.has_header,
            columns: Columns::new(&names, line)
                .with_records_below(below.collect())
                .listing_names(options.shows_cells),
            names,
            header,
            totals,
            position: start.position,
            failed_file: start.failed_file,
            of_workbook: options.of_workbook,
            preamble: start.preamble,
        })
    }
}

impl Start {
    /// Returns the records of an input that stands at its first byte.
    fn records<R: Read>(&self, input: R) -> Result<Records<Scanned<R>>, InputError> {
        records(input, self.position, self.dialect)
    }
}

/// Returns the records from `first` on of an input that stands at its first byte.
pub(super) fn records<R: Read>(
    input: R,
    first: Position,
    dialect: Dialect,
) -> Result<Records<Scanned<R>>, InputError> {
    let mut input = Scanned::new(input, dialect);
    io::copy(&mut input.by_ref().take(first.byte), &mut io::sink())
        .map_err(|source| InputError::reading(0, Some(first.row), source))?;
    Ok(Records::new(input, dialect.byte, first))
}

/// Makes a header for an input that has none, so that its failed file can be used as an input.
fn header_of(names: &[String], dialect: Dialect, first: &[u8]) -> Vec<u8> {
    let names: Vec<&[u8]> = names.iter().map(String::as_bytes).collect();
    let mut header = names.join(&dialect.byte);
    let line_end = first
        .iter()
        .rev()
        .take(2)
        .take_while(|byte| matches!(byte, b'\n' | b'\r'))
        .count();
    header.extend_from_slice(first.get(first.len() - line_end..).unwrap_or_default());
    header
}

/// Reads the beginning of the input; `true` means that it is all of the input.
fn read_head(input: &mut impl Read) -> Result<(Vec<u8>, bool), InputError> {
    let mut head = Vec::new();
    let count = input
        .by_ref()
        .take(HEAD_BYTES)
        .read_to_end(&mut head)
        .map_err(|source| InputError::reading(head.len() as u64, None, source))?;
    if count == 0 {
        return Err(InputError::Empty);
    }
    Ok((head, (count as u64) < HEAD_BYTES))
}

/// Passes bytes on and collects what they indicate about the encoding.
struct Witness<R> {
    input: Digesting<R>,
    evidence: Evidence,
}

impl<R: Read> Read for Witness<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(space)?;
        self.evidence.take_in(space.get(..count).unwrap_or_default());
        Ok(count)
    }
}
