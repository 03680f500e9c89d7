//! The first read: everything that can be known of an input before anything is sent, in one streaming pass.
//!
//! Of a file it sees all (design, rule 13): encoding, delimiter, structure, counts, digest. Of standard input it sees
//! the beginning, and hands back the bytes that it took.

use std::io::{self, Chain, Cursor, Read};

use super::digesting::Digesting;
use super::encoding::Utf8Evidence;
use super::records::Records;
use super::{Columns, Delimiter, Encoding, InputError, dialect, fields, formats};

/// How much of the beginning the delimiter is told from.
const HEAD_BYTES: u64 = 256 << 10;

/// The UTF-8 byte order mark.
pub(super) const BOM: &[u8] = b"\xEF\xBB\xBF";

/// A longer sample tells no more of an encoding.
const SAMPLE_CHARS: usize = 40;

/// What the user said of the input's form; what is not said is found.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ReadOptions {
    pub(crate) encoding: Option<Encoding>,
    pub(crate) delimiter: Option<Delimiter>,
}

/// What is known of an input once it was read.
#[derive(Clone, Debug)]
pub(crate) struct FirstRead {
    pub(crate) encoding: Encoding,
    /// How the encoding became known.
    pub(crate) encoding_from: EncodingFrom,
    /// A text of the input that shows whether a guessed encoding is right.
    pub(crate) sample: Option<String>,
    pub(crate) delimiter: Delimiter,
    pub(crate) delimiter_given: bool,
    pub(crate) has_bom: bool,
    /// The header's record, byte for byte, without a byte order mark.
    pub(crate) header: Vec<u8>,
    pub(crate) names: Vec<String>,
    pub(crate) columns: Columns,
    /// Nothing for a stream, of which only the beginning is known.
    pub(crate) totals: Option<Totals>,
}

/// How the encoding became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EncodingFrom {
    Flag,
    ByteOrderMark,
    /// The bytes are valid, or nearly all of them.
    Bytes,
    /// The bytes are not UTF-8, and this is the likeliest of the others.
    Guess,
}

/// What was counted over the whole of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Totals {
    /// Data rows: neither the header nor blank records.
    pub(crate) rows: u64,
    pub(crate) blank_records: u64,
    pub(crate) bytes: u64,
    /// xxh3-128 of all bytes.
    pub(crate) digest: u128,
}

/// The beginning that was taken from a stream, and the rest of it.
pub(crate) type Resumed<R> = Chain<Cursor<Vec<u8>>, R>;

impl FirstRead {
    /// Reads the whole of a file.
    pub(crate) fn of_file(input: impl Read, options: ReadOptions) -> Result<Self, InputError> {
        let mut input = Witness {
            input: Digesting::new(input),
            evidence: Utf8Evidence::default(),
        };
        let (head, whole) = read_head(&mut input)?;
        let start = Start::of(&head, whole, options)?;
        let body = Cursor::new(&head).chain(input);
        let mut records = Records::new(skip(body, start.bom_len), start.delimiter.byte(), start.bom_len);
        let mut seen = Seen::default();
        while let Some(record) = records.next()? {
            seen.take_in(&record);
        }
        let witness = &records.input().get_ref().1;
        let totals = Totals {
            rows: seen.rows,
            blank_records: seen.blank_records,
            bytes: witness.input.length(),
            digest: witness.input.digest(),
        };
        let verdict = witness.evidence.verdict();
        let first = Self::new(&start, seen, verdict, options, Some(totals))?;
        if totals.rows == 0 {
            Err(InputError::NoRows)
        } else {
            Ok(first)
        }
    }

    /// Reads the beginning of a stream, and gives the stream back as if nothing had been taken from it.
    pub(crate) fn of_stream<R: Read>(
        mut input: R,
        options: ReadOptions,
    ) -> Result<(Self, Resumed<R>), InputError> {
        let (head, whole) = read_head(&mut input)?;
        let start = Start::of(&head, whole, options)?;
        let mut evidence = Utf8Evidence::default();
        evidence.take_in(&head);
        if options.encoding.is_none() && !start.has_bom() && evidence.verdict_so_far() != Encoding::Utf8 {
            return Err(InputError::StreamEncoding);
        }
        let body = skip(Cursor::new(&head), start.bom_len);
        let mut records = Records::new(body, start.delimiter.byte(), start.bom_len);
        let mut seen = Seen::default();
        // A fault of structure behind the header ends the run where the rows come upon it.
        while let Some(record) = if seen.header.is_none() {
            records.next()?
        } else {
            records.next().unwrap_or(None)
        } {
            seen.take_in(&record);
        }
        if whole && seen.header.is_some() && seen.rows == 0 {
            return Err(InputError::NoRows);
        }
        let first = Self::new(&start, seen, Encoding::Utf8, options, None)?;
        Ok((first, Cursor::new(head).chain(input)))
    }

    fn new(
        start: &Start,
        seen: Seen,
        verdict: Encoding,
        options: ReadOptions,
        totals: Option<Totals>,
    ) -> Result<Self, InputError> {
        let (encoding, encoding_from) = match options.encoding {
            Some(given) => (given, EncodingFrom::Flag),
            None if start.has_bom() => (Encoding::Utf8, EncodingFrom::ByteOrderMark),
            None if verdict == Encoding::Utf8 => (verdict, EncodingFrom::Bytes),
            None => (verdict, EncodingFrom::Guess),
        };
        let (header, line) = seen.header.ok_or(InputError::Empty)?;
        let delimiter = start.delimiter;
        let (names, clean) = fields::fields_of(&header, delimiter.byte(), encoding);
        if !clean {
            return Err(InputError::HeaderEncoding {
                line,
                encoding: encoding.name(),
            });
        }
        let guessed = encoding_from == EncodingFrom::Guess;
        let sample = seen
            .telling
            .filter(|_| guessed)
            .and_then(|record| sample(&record, delimiter, encoding));
        Ok(Self {
            encoding,
            encoding_from,
            sample,
            delimiter,
            delimiter_given: options.delimiter.is_some(),
            has_bom: start.has_bom(),
            columns: Columns::new(&names, line),
            names,
            header,
            totals,
        })
    }
}

/// What the beginning of an input settles.
struct Start {
    /// 0 or 3.
    bom_len: u64,
    delimiter: Delimiter,
}

impl Start {
    fn of(head: &[u8], whole: bool, options: ReadOptions) -> Result<Self, InputError> {
        formats::refuse(head)?;
        let text = head.strip_prefix(BOM).unwrap_or(head);
        let bom_len = (head.len() - text.len()) as u64;
        let line = 1 + text
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .filter(|&&byte| byte == b'\n')
            .count() as u64;
        let delimiter = match options.delimiter {
            Some(given) => {
                dialect::check(given, text, whole, line)?;
                given
            }
            None if text.trim_ascii().is_empty() && whole => return Err(InputError::Empty),
            None => match dialect::detect(text, whole) {
                Some((found, _)) => found,
                None => return Err(InputError::NoDelimiter { line }),
            },
        };
        Ok(Self { bom_len, delimiter })
    }

    fn has_bom(&self) -> bool {
        self.bom_len > 0
    }
}

/// What the records of the pass add up to.
#[derive(Default)]
struct Seen {
    /// The header's bytes and line: the first record that is not blank.
    header: Option<(Vec<u8>, u64)>,
    /// The first record with a byte above ASCII.
    telling: Option<Vec<u8>>,
    rows: u64,
    blank_records: u64,
}

impl Seen {
    fn take_in(&mut self, record: &super::records::RawRecord<'_>) {
        if record.is_blank {
            self.blank_records += 1;
            return;
        }
        if self.header.is_none() {
            self.header = Some((record.bytes.to_vec(), record.position.line));
        } else {
            self.rows += 1;
        }
        if self.telling.is_none() && !record.bytes.is_ascii() {
            self.telling = Some(record.bytes.to_vec());
        }
    }
}

/// The first field with a letter above ASCII, on one line.
fn sample(record: &[u8], delimiter: Delimiter, encoding: Encoding) -> Option<String> {
    let (fields, _) = fields::fields_of(record, delimiter.byte(), encoding);
    let telling = fields.into_iter().find(|field| !field.is_ascii())?;
    Some(
        telling
            .chars()
            .filter(|c| !c.is_control())
            .take(SAMPLE_CHARS)
            .collect(),
    )
}

/// The beginning of the input, and whether it is all of it.
fn read_head(input: &mut impl Read) -> Result<(Vec<u8>, bool), InputError> {
    let mut head = Vec::new();
    let count = input
        .by_ref()
        .take(HEAD_BYTES)
        .read_to_end(&mut head)
        .map_err(|source| InputError::Read {
            byte: head.len() as u64,
            source,
        })?;
    if count == 0 {
        return Err(InputError::Empty);
    }
    Ok((head, (count as u64) < HEAD_BYTES))
}

/// The input behind its byte order mark, which is known to be there.
fn skip<R: Read>(mut input: R, bytes: u64) -> R {
    // Taken from a buffer in memory, which cannot fail.
    io::copy(&mut input.by_ref().take(bytes), &mut io::sink()).ok();
    input
}

/// Passes bytes on and remembers what they say of the encoding.
struct Witness<R> {
    input: Digesting<R>,
    evidence: Utf8Evidence,
}

impl<R: Read> Read for Witness<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(space)?;
        self.evidence.take_in(space.get(..count).unwrap_or_default());
        Ok(count)
    }
}
