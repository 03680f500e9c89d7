//! The delimiter between fields: detected from several records, or given and then checked.

use std::fmt;
use std::str::FromStr;

use super::fields;
use super::records::Records;
use crate::model::Position;
use crate::read::{Encoding, InputError};

/// Records at the beginning of the input that are compared.
const SAMPLE_RECORDS: usize = 200;

/// The byte by which the scanner replaces a delimiter of several UTF-8 bytes: the unit separator,
/// which an input with such a delimiter must not contain.
pub(in crate::read) const STAND_IN: u8 = 0x1F;

/// The character between two fields: any except a quote or a line end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Delimiter(char);

impl Delimiter {
    /// The delimiter for a file of one column and for a workbook, which have none of their own.
    pub(in crate::read) const COMMA: Self = Self(',');

    const CANDIDATES: [Self; 4] = [Self::COMMA, Self(';'), Self('\t'), Self('|')];

    pub(in crate::read) fn is_ascii(self) -> bool {
        self.0.is_ascii()
    }
}

impl fmt::Display for Delimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            '\t' => f.write_str("`tab`"),
            character => write!(f, "`{character}`"),
        }
    }
}

impl FromStr for Delimiter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut characters = text.chars();
        match (text, characters.next(), characters.next()) {
            ("tab" | "\\t", ..) => Ok(Self('\t')),
            (_, Some('"' | '\r' | '\n'), None) => {
                Err("a quote or a line end cannot be the delimiter".to_owned())
            }
            (_, Some(character), None) => Ok(Self(character)),
            _ => Err(format!("`{text}` is neither `auto`, `tab` nor one character")),
        }
    }
}

/// How the bytes of a record are split into fields and decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub(crate) encoding: Encoding,
    /// The delimiter byte in the reader's form.
    pub(crate) byte: u8,
    /// The delimiter's character, if `byte` is only its stand-in.
    pub(crate) stands_for: Option<char>,
}

impl Dialect {
    /// Returns `None` if the encoding lacks the delimiter.
    pub(in crate::read) fn new(delimiter: Delimiter, encoding: Encoding) -> Option<Self> {
        let (byte, stands_for) = match u8::try_from(delimiter.0) {
            Ok(byte) if byte.is_ascii() => (byte, None),
            _ if encoding.is_read_as_utf8() => (STAND_IN, Some(delimiter.0)),
            _ => match encoding.encode(&delimiter.0.to_string()).as_slice() {
                [byte] if !byte.is_ascii() => (*byte, None),
                _ => return None,
            },
        };
        Some(Self {
            encoding,
            byte,
            stands_for,
        })
    }

    /// Encodes a text in the reader's form. `?` replaces characters that the encoding lacks.
    pub(crate) fn encode(self, text: &str) -> Vec<u8> {
        match self.stands_for {
            Some(character) => self.encoding.encode(&text.replace(character, "\u{1F}")),
            None => self.encoding.encode(text),
        }
    }

    /// Converts bytes from the reader's form to the bytes of the file.
    pub(crate) fn to_file(self, bytes: &[u8]) -> Vec<u8> {
        let Some(character) = self.stands_for else {
            return self.encoding.to_file(bytes).into_owned();
        };
        let mut utf8 = [0; 4];
        let delimiter = character.encode_utf8(&mut utf8).as_bytes();
        let parts: Vec<&[u8]> = bytes.split(|byte| *byte == STAND_IN).collect();
        self.encoding.to_file(&parts.join(delimiter)).into_owned()
    }
}

/// Detects the delimiter from the beginning of an input; returns it with the number of columns in
/// the header. `whole` means that the head is all of the input.
///
/// Only candidates that split the header are considered. The candidate under which the most records
/// have as many fields as the header wins; of two that tie, the one with more fields.
pub(crate) fn detect(head: &[u8], whole: bool) -> Option<(Delimiter, usize)> {
    Delimiter::CANDIDATES
        .into_iter()
        .filter_map(|candidate| {
            let counts = field_counts(head, whole, Dialect::new(candidate, Encoding::Utf8)?);
            let header = *counts.first()?;
            let agreeing = counts.iter().filter(|&&count| count == header).count();
            // Per mille of the records, so that a single irregular row has no weight.
            let agreement = agreeing * 1000 / counts.len();
            (header > 1).then_some((agreement, header, candidate))
        })
        .max_by_key(|&(agreement, header, _)| (agreement, header))
        .map(|(_, header, candidate)| (candidate, header))
}

/// Refuses a delimiter that finds one column where another would find several. `dialect` is that of
/// `given`; `line` is the header's line.
pub(crate) fn check(
    given: Delimiter,
    dialect: Dialect,
    head: &[u8],
    whole: bool,
    line: u64,
) -> Result<(), InputError> {
    let columns = field_counts(head, whole, dialect).first().copied();
    match detect(head, whole) {
        Some((better, found)) if columns == Some(1) => Err(InputError::WrongDelimiter {
            line,
            given: given.to_string(),
            better: better.to_string(),
            columns: found,
        }),
        _ => Ok(()),
    }
}

/// Counts the fields of each of the first records, beginning with the header. A structural fault
/// ends the list: the first read will report it with the chosen delimiter.
fn field_counts(head: &[u8], whole: bool, dialect: Dialect) -> Vec<usize> {
    let mut records = Records::new(head, dialect.byte, Position::START);
    let mut parser = fields::FieldParser::new(dialect);
    let mut counts = Vec::new();
    let mut read = 0;
    while counts.len() < SAMPLE_RECORDS
        && let Ok(Some(record)) = records.next()
    {
        read += record.bytes.len();
        // A record that the head cuts off is no evidence, unless it is the only one.
        let cut = !whole && read == head.len() && !counts.is_empty();
        if !record.is_blank && !cut {
            counts.push(parser.parse(record.bytes).0.len());
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detected(text: &str) -> Option<String> {
        detect(text.as_bytes(), true).map(|(delimiter, columns)| format!("{delimiter} {columns}"))
    }

    #[test]
    fn the_delimiter_under_which_the_records_agree_is_found() {
        let cases = [
            ("id,l1\n1,a\n2,b\n", Some("`,` 2")),
            ("id;l1\n1;a,b\n2;c,d,e\n", Some("`;` 2")),
            ("id\tl1\tl2\n1\ta; b\tc\n", Some("`tab` 3")),
            ("id|l1\n1|a\n", Some("`|` 2")),
            ("id;\"a, b, c\"\n1;\"x;y\"\n", Some("`;` 2")),
            ("id;l1,l2\n1;a,b\n2;c,d\n", Some("`;` 2")),
            ("\n;;\nid;l1;l2\n1;a;b\n2;c\n", Some("`;` 3")),
            ("id\n1\n2\n", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(detected(text).as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn a_record_that_the_sample_cuts_off_does_not_count() {
        assert_eq!(
            detect(b"id,l1;l2\n1,a;b\n2,", false).map(|found| found.0),
            detect(b"id,l1;l2\n1,a;b\n", true).map(|found| found.0)
        );
    }

    #[test]
    fn a_delimiter_that_is_plainly_wrong_is_refused_with_the_better_one() {
        let head = b"id;l1;l2\n1;a;b\n";
        let given = |text: &str| {
            let delimiter = text.parse().unwrap();
            check(
                delimiter,
                Dialect::new(delimiter, Encoding::Utf8).unwrap(),
                head,
                true,
                1,
            )
        };
        assert!(given(";").is_ok());
        let error = given(",").unwrap_err().to_string();
        assert!(
            error.contains("delimiter `,` finds one column") && error.contains("`;` would find 3"),
            "{error}"
        );
    }

    #[test]
    fn the_delimiter_is_one_character() {
        assert_eq!("tab".parse(), Ok(Delimiter('\t')));
        assert_eq!("^".parse(), Ok(Delimiter('^')));
        assert_eq!("§".parse(), Ok(Delimiter('§')));
        for wrong in ["", "ab", "\"", "\n", "§§"] {
            assert!(wrong.parse::<Delimiter>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_delimiter_above_ascii_is_a_byte_or_stands_behind_one() {
        let byte =
            |label: &str| Dialect::new(Delimiter('§'), label.parse().unwrap()).map(|dialect| dialect.byte);
        assert_eq!(byte("windows-1250"), Some(0xA7));
        assert_eq!(byte("utf-16"), Some(STAND_IN));
        assert_eq!(byte("koi8-r"), None);
        let utf8 = Dialect::new(Delimiter('§'), Encoding::Utf8).unwrap();
        assert_eq!(utf8.to_file(b"a\x1Fb\n"), "a§b\n".as_bytes());
    }
}
