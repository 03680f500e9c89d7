//! Which character separates the fields: found from several records, or given and then checked.

use std::fmt;
use std::str::FromStr;

use super::records::Records;
use super::{Encoding, InputError, fields};
use crate::model::Position;

/// How many records of the input's beginning are compared.
const SAMPLE_RECORDS: usize = 200;

/// The character between two fields: any ASCII character that cannot be part of the structure otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Delimiter(u8);

impl Delimiter {
    /// Of a file of one column, and of a workbook, which have none.
    pub(super) const COMMA: Self = Self(b',');

    const CANDIDATES: [Self; 4] = [Self::COMMA, Self(b';'), Self(b'\t'), Self(b'|')];

    pub(crate) fn byte(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Delimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            b'\t' => f.write_str("`tab`"),
            byte => write!(f, "`{}`", char::from(byte)),
        }
    }
}

impl FromStr for Delimiter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.as_bytes() {
            b"tab" | b"\\t" => Ok(Self(b'\t')),
            [b'"' | b'\r' | b'\n'] => Err("a quote or a line end cannot be the delimiter".to_owned()),
            [byte] if byte.is_ascii() => Ok(Self(*byte)),
            _ => Err(format!(
                "`{text}` is neither `auto`, `tab` nor one ASCII character"
            )),
        }
    }
}

/// The delimiter of an input, from its beginning. `whole` says that the head is all there is.
///
/// Among the candidates that split the header, the one under which the most records have as many fields as the
/// header wins; of two that tie, the one with more fields.
pub(crate) fn detect(head: &[u8], whole: bool) -> Option<(Delimiter, usize)> {
    Delimiter::CANDIDATES
        .into_iter()
        .filter_map(|candidate| {
            let counts = field_counts(head, whole, candidate);
            let header = *counts.first()?;
            let agreeing = counts.iter().filter(|&&count| count == header).count();
            // Per mille of the records, so that a stray ragged row does not outweigh anything.
            let agreement = agreeing * 1000 / counts.len();
            (header > 1).then_some((agreement, header, candidate))
        })
        .max_by_key(|&(agreement, header, _)| (agreement, header))
        .map(|(_, header, candidate)| (candidate, header))
}

/// Refuses a delimiter that finds one column where another would find several. `line` is the header's.
pub(crate) fn check(given: Delimiter, head: &[u8], whole: bool, line: u64) -> Result<(), InputError> {
    let columns = field_counts(head, whole, given).first().copied();
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

/// The number of fields of the first records, the header's first. A structural fault ends the list: the first read
/// will come upon it with the delimiter that was chosen.
fn field_counts(head: &[u8], whole: bool, delimiter: Delimiter) -> Vec<usize> {
    let mut records = Records::new(head, delimiter.byte(), Position::START);
    let mut parser = fields::FieldParser::new(delimiter.byte(), Encoding::Utf8);
    let mut counts = Vec::new();
    let mut read = 0;
    while counts.len() < SAMPLE_RECORDS
        && let Ok(Some(record)) = records.next()
    {
        read += record.bytes.len();
        // What is cut off in the middle says nothing, unless it is all there is.
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
        let given = |text: &str| check(text.parse().unwrap(), head, true, 1);
        assert!(given(";").is_ok());
        let error = given(",").unwrap_err().to_string();
        assert!(
            error.contains("delimiter `,` finds one column") && error.contains("`;` would find 3"),
            "{error}"
        );
    }

    #[test]
    fn the_delimiter_is_one_ascii_character() {
        assert_eq!("tab".parse(), Ok(Delimiter(b'\t')));
        assert_eq!("^".parse(), Ok(Delimiter(b'^')));
        for wrong in ["", "ab", "\"", "\n", "§"] {
            assert!(wrong.parse::<Delimiter>().is_err(), "{wrong:?}");
        }
    }
}
