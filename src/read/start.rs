//! What the beginning of an input settles: whether it is UTF-16, what precedes the first record,
//! the delimiter, and whether the first record is a header. Pure; `read/first_read.rs` examines the
//! whole input.

use super::columns::header;
use super::csv::dialect::{self, Delimiter};
use super::csv::records::Records;
use super::csv::{fields, scanned};
use super::encoding::note::{self, LettersLost, Note};
use super::encoding::utf8::BOM;
use super::encoding::utf16;
use super::unpack::refused;
use super::{Dialect, Encoding, InputError, ReadOptions};
use crate::model::Position;

/// Records after the first that are searched for a header further down.
const RECORDS_BELOW: usize = 20;

/// How the delimiter became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DelimiterFrom {
    Flag,
    /// Excel's own line at the top of a file, `sep=;`.
    SepLine,
    /// The records agree on this delimiter.
    Records,
    /// The input has only one column.
    Nothing,
}

/// How it became known that an input is in a Unicode encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnicodeFrom {
    Mark,
    Nuls,
    Flag,
}

/// The form of a failed file that is used as an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FailedFile {
    /// In the form of its original input.
    Plain,
    ForExcel,
}

/// What the beginning of an input reveals.
pub(super) struct Start {
    /// The encoding, if the beginning alone determines it.
    pub(super) unicode: Option<(Encoding, UnicodeFrom)>,
    pub(super) has_bom: bool,
    /// Bytes between the byte order mark and the first record, after recoding to the reader's form.
    pub(super) preamble: Vec<u8>,
    /// Position of the first record.
    pub(super) position: Position,
    pub(super) delimiter: Delimiter,
    pub(super) delimiter_from: DelimiterFrom,
    /// The dialect, as far as the beginning determines the encoding.
    pub(super) dialect: Dialect,
    pub(super) has_header: bool,
    /// Set if this tool wrote the input as a failed file, whether or not it was edited since.
    pub(super) failed_file: Option<FailedFile>,
    /// The encoding that a failed file states for itself.
    pub(super) declared: Option<Encoding>,
    /// The records after the first, each with the value of `--skip-lines` that would make it the
    /// header.
    pub(super) below: Vec<(u64, Vec<u8>)>,
}

impl Start {
    /// `head` is the beginning of the input; `whole` means that it is all of the input.
    pub(super) fn read(head: &[u8], whole: bool, options: ReadOptions) -> Result<Self, InputError> {
        refused::refuse(head)?;
        let unicode = unicode(head, options.encoding)?;
        let encoding = unicode.map(|(encoding, _)| encoding).or(options.encoding);
        let given = options.delimiter.map(|given| dialect_of(given, encoding, head));
        let scanned = given.transpose()?.unwrap_or(Dialect {
            encoding: encoding.unwrap_or(Encoding::Utf8),
            byte: b',',
            stands_for: None,
        });
        let text =
            scanned::head(head, scanned, whole).map_err(|source| InputError::Read { byte: 0, source })?;
        refused::refuse_binary(&text)?;
        let (has_bom, text) = match text.strip_prefix(BOM) {
            Some(text) => (true, text),
            None => (false, &*text),
        };
        let sep_line = sep_line(text);
        let behind_sep = sep_line.map_or(0, |(length, _)| length);
        let behind = |bytes: usize| text.get(bytes..).unwrap_or_default();
        let skipped = skip_lines(behind(behind_sep), options.skip_lines)
            .ok_or(InputError::SkipsAll(options.skip_lines))?;
        let (preamble, body) = text.split_at(behind_sep + skipped);
        let position = Position {
            row: 1 + options.skip_lines,
            line: 1 + u64::from(sep_line.is_some()) + options.skip_lines,
            byte: (preamble.len() + if has_bom { BOM.len() } else { 0 }) as u64,
        };
        if body.trim_ascii().is_empty() && whole {
            return Err(InputError::Empty);
        }
        let line = position.line + blank_lines(body);
        let from_sep = sep_line.map(|(_, delimiter)| delimiter);
        let (delimiter, delimiter_from) = delimiter(body, whole, line, (from_sep, scanned), options)?;
        let dialect = Dialect::new(delimiter, scanned.encoding).unwrap_or(scanned);
        let mut records = records(body, dialect, position, options.of_workbook);
        let error_column = records
            .first()
            .and_then(|(_, record)| header::error_column(&fields::fields_of(record, dialect).0));
        let is_failed_file = error_column.is_some();
        let note = match error_column {
            Some(column) => note_of(
                records.iter().skip(1).map(|(_, record)| record.as_slice()),
                column,
                dialect,
            )?,
            None => None,
        };
        records.drain(..records.len().min(1));
        Ok(Self {
            unicode,
            has_bom,
            preamble: preamble.to_vec(),
            position,
            delimiter,
            delimiter_from,
            dialect,
            has_header: !options.no_header || is_failed_file,
            failed_file: match note {
                Some(note) if note.is_for_excel => Some(FailedFile::ForExcel),
                _ => is_failed_file.then_some(FailedFile::Plain),
            },
            declared: note.map(|note| note.encoding),
            below: records
                .into_iter()
                .map(|(line, record)| (line - u64::from(sep_line.is_some()) - 1, record))
                .collect(),
        })
    }
}

/// Reads a failed file's note about itself from the first record that has one.
fn note_of<'a>(
    records: impl Iterator<Item = &'a [u8]>,
    column: usize,
    dialect: Dialect,
) -> Result<Option<Note>, InputError> {
    let mut parser = fields::FieldParser::new(dialect);
    for record in records {
        let error = parser.raw_field(record, column).unwrap_or_default();
        match note::read(error) {
            Ok(None) => {}
            Ok(note) => return Ok(note),
            Err(LettersLost) => return Err(InputError::LettersLost),
        }
    }
    Ok(None)
}

/// Returns the encoding that a byte order mark or the NUL bytes of UTF-16 reveal, or the given one
/// if it is UTF-16. Fails if the given encoding contradicts the bytes.
fn unicode(head: &[u8], given: Option<Encoding>) -> Result<Option<(Encoding, UnicodeFrom)>, InputError> {
    let utf16 = |big_endian| {
        if big_endian {
            Encoding::Utf16Be
        } else {
            Encoding::Utf16Le
        }
    };
    let has_mark = [BOM, b"\xFF\xFE", b"\xFE\xFF"]
        .iter()
        .any(|mark| head.starts_with(mark));
    let from = if has_mark {
        UnicodeFrom::Mark
    } else {
        UnicodeFrom::Nuls
    };
    let found = if head.starts_with(BOM) {
        Some(Encoding::Utf8)
    } else {
        utf16::detect(head).map(utf16)
    };
    match (found, given) {
        (Some(found), Some(given)) if found != given && !(found.is_utf16() && given.is_utf16()) => {
            Err(InputError::EncodingContradicted {
                given: given.name(),
                found: found.name(),
                by_mark: matches!(from, UnicodeFrom::Mark),
            })
        }
        (Some(found), None) => Ok(Some((found, from))),
        (Some(found), Some(_)) => Ok(Some((found, UnicodeFrom::Flag))),
        (None, given) => Ok(given
            .filter(|given| given.is_utf16())
            .map(|given| (given, UnicodeFrom::Flag))),
    }
}

/// Returns how a given delimiter appears in the input. A non-ASCII delimiter is a different byte in
/// each encoding, so the encoding must be known.
fn dialect_of(given: Delimiter, encoding: Option<Encoding>, head: &[u8]) -> Result<Dialect, InputError> {
    // The head may end within a character.
    let is_utf8 = || str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true);
    if encoding.is_none() && !given.is_ascii() && !is_utf8() {
        return Err(InputError::DelimiterNeedsEncoding(given.to_string()));
    }
    let encoding = encoding.unwrap_or(Encoding::Utf8);
    Dialect::new(given, encoding).ok_or_else(|| InputError::DelimiterLacking {
        given: given.to_string(),
        encoding: encoding.name(),
    })
}

/// Returns the length, with its line end, of Excel's `sep=;` line and the delimiter that it names.
/// Spreadsheets do not show the line as a row.
fn sep_line(text: &[u8]) -> Option<(usize, Delimiter)> {
    let length = skip_lines(text, 1).unwrap_or(text.len());
    let line = text.get(..length)?.trim_ascii_end();
    let unquoted = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\""));
    // A tab would be trimmed as white space at the line's end.
    let word = unquoted.unwrap_or(line);
    if word.eq_ignore_ascii_case(b"sep=") && text.get(word.len()) == Some(&b'\t') {
        return Some((length, "tab".parse().ok()?));
    }
    let (name, delimiter) = word.split_at_checked(4)?;
    let delimiter: Delimiter = str::from_utf8(delimiter).ok()?.parse().ok()?;
    (delimiter.is_ascii() && name.eq_ignore_ascii_case(b"sep=")).then_some((length, delimiter))
}

/// Returns the length of this many lines with their line ends; `None` if there are fewer.
fn skip_lines(text: &[u8], lines: u64) -> Option<usize> {
    let mut length = 0;
    for _ in 0..lines {
        let rest = text.get(length..)?;
        let end = memchr::memchr2(b'\n', b'\r', rest)?;
        length += end
            + if rest.get(end..)?.starts_with(b"\r\n") {
                2
            } else {
                1
            };
    }
    Some(length)
}

/// Counts blank lines before the first record that has content.
fn blank_lines(text: &[u8]) -> u64 {
    let blank = text.iter().take_while(|byte| byte.is_ascii_whitespace());
    blank.filter(|&&byte| byte == b'\n').count() as u64
}

fn delimiter(
    body: &[u8],
    whole: bool,
    line: u64,
    (from_sep, scanned): (Option<Delimiter>, Dialect),
    options: ReadOptions,
) -> Result<(Delimiter, DelimiterFrom), InputError> {
    if let Some(given) = options.delimiter {
        if !options.one_column {
            dialect::check(given, scanned, body, whole, line)?;
        }
        return Ok((given, DelimiterFrom::Flag));
    }
    if let Some(delimiter) = from_sep {
        if let Some(dialect) = Dialect::new(delimiter, scanned.encoding).filter(|_| !options.one_column) {
            dialect::check(delimiter, dialect, body, whole, line)?;
        }
        return Ok((delimiter, DelimiterFrom::SepLine));
    }
    match dialect::detect(body, whole) {
        Some((found, _)) => Ok((found, DelimiterFrom::Records)),
        None if options.one_column => Ok((Delimiter::COMMA, DelimiterFrom::Nothing)),
        None if body.iter().all(u8::is_ascii_whitespace) => Err(InputError::BlankStart {
            lines: memchr::memchr_iter(b'\n', body).count(),
        }),
        None => Err(InputError::NoDelimiter {
            line,
            skip: skip_to_header(body, whole, options.skip_lines),
        }),
    }
}

/// Suggests a value of `--skip-lines` if lines of another kind stand above the header.
fn skip_to_header(body: &[u8], whole: bool, skipped: u64) -> Option<u64> {
    const LINES: u64 = 20;
    (1..=LINES)
        .find(|lines| {
            let rest = skip_lines(body, *lines).and_then(|length| body.get(length..));
            rest.is_some_and(|rest| dialect::detect(rest, whole).is_some())
        })
        .map(|lines| skipped + lines)
}

/// Returns the first records that are not blank, each with its line. A structural fault ends the
/// list.
fn records(body: &[u8], dialect: Dialect, position: Position, of_workbook: bool) -> Vec<(u64, Vec<u8>)> {
    let mut records = Records::new(body, dialect.byte, position);
    let mut found = Vec::new();
    while found.len() <= RECORDS_BELOW
        && let Ok(Some(record)) = records.next()
    {
        if !record.is_blank {
            let Position { row, line, .. } = record.position;
            found.push((if of_workbook { row } else { line }, record.bytes.to_vec()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(text: &str, options: ReadOptions) -> Result<Start, InputError> {
        Start::read(text.as_bytes(), true, options)
    }

    #[test]
    fn excels_own_first_line_names_the_delimiter_and_is_no_row() {
        for line in ["sep=;\r\n", "SEP=;\n", "\"sep=;\"\r", "\u{FEFF}sep=;\n"] {
            let found = start(&format!("{line}id;a,b\n1;x\n"), ReadOptions::default()).unwrap();
            assert_eq!(found.delimiter_from, DelimiterFrom::SepLine, "{line:?}");
            assert_eq!((found.position.row, found.position.line), (1, 2));
            assert_eq!(found.position.byte, line.len() as u64);
        }
        let tab = start("sep=\t\nid\tl1\n", ReadOptions::default()).unwrap();
        assert_eq!(tab.delimiter.to_string(), "`tab`");
        let column = start("sep=;x,l1\n1,2\n", ReadOptions::default()).unwrap();
        assert_eq!(column.position.line, 1, "a column of an odd name");
    }

    #[test]
    fn lines_above_the_header_are_skipped_as_lines() {
        let options = ReadOptions {
            skip_lines: 2,
            ..ReadOptions::default()
        };
        let found = start("Raport \"2026\r\n\r\nid;l1\r\n1;a\r\n", options).unwrap();
        assert_eq!(found.preamble, b"Raport \"2026\r\n\r\n");
        assert_eq!(
            (found.position.row, found.position.line, found.position.byte),
            (3, 3, 16)
        );
        let all = start("id;l1\n1;a", options);
        assert!(matches!(all, Err(InputError::SkipsAll(2))));
        let error = start("Raport\n\nid;l1\n1;a\n", ReadOptions::default())
            .err()
            .unwrap();
        assert!(error.to_string().contains("`--skip-lines 1`"), "{error}");
    }

    #[test]
    fn a_failed_file_has_a_header_whatever_is_said() {
        let options = ReadOptions {
            no_header: true,
            ..ReadOptions::default()
        };
        assert!(!start("1;a\n2;b\n", options).unwrap().has_header);
        let ours = "sync_row;sync_action;sync_error;1;2\n1;fix;bad_id: x;1a;b\n";
        assert!(start(ours, options).unwrap().has_header);
    }

    #[test]
    fn an_encoding_that_the_bytes_contradict_is_refused() {
        let options = |label: &str| ReadOptions {
            encoding: Some(label.parse().unwrap()),
            ..ReadOptions::default()
        };
        let error = start("\u{FEFF}id;l1\n", options("windows-1250")).err().unwrap();
        assert!(error.to_string().contains("byte order mark"), "{error}");
        let utf16 = |mark: &str| utf16::encode(format!("{mark}id;l1\n1;a\n").as_bytes(), true);
        let found = |label, mark| {
            Start::read(&utf16(mark), true, options(label)).map(|start| start.unicode.unwrap().0)
        };
        assert_eq!(
            found("utf-16", "\u{FEFF}").unwrap(),
            Encoding::Utf16Be,
            "the mark knows better"
        );
        assert!(found("utf-8", "").is_err());
    }
}
