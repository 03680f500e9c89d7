//! Checks whether a cell is an id. Ids are text and stay unchanged. But a spreadsheet or a CRM may
//! have mangled one beyond recognition, and a label sent to a stranger cannot be taken back:
//! whatever is not clearly an id is refused, with the likely cause.

use crate::model::{Digits, RowFault, is_invisible, trim_invisible};
use crate::plan::damage::{Damage, is_day_and_month};

/// The content of a cell in an id column.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::plan) enum Parsed<'a> {
    Id {
        digits: Digits<'a>,
        /// Whether invisible characters around the id were removed.
        trimmed: bool,
    },
    Blank,
    /// Why this is not an id.
    Bad(RowFault),
}

/// Returns the cell without invisible characters around it.
pub(in crate::plan) fn trimmed(cell: &str) -> &str {
    trim_invisible(cell)
}

/// Reads a cell of an id column.
pub(in crate::plan) fn parse(cell: &str) -> Parsed<'_> {
    let text = trimmed(cell);
    if text.is_empty() {
        return Parsed::Blank;
    }
    match Digits::new(text) {
        Some(digits) => Parsed::Id {
            digits,
            trimmed: text.len() != cell.len(),
        },
        None => Parsed::Bad(reason(text)),
    }
}

/// Returns why a text that is not all digits is not an id; the most certain causes are checked
/// first.
fn reason(text: &str) -> RowFault {
    if text.starts_with('[') && text.ends_with(']') {
        RowFault::IdPlaceholder
    } else if is_scientific(text) {
        RowFault::IdShortened
    } else if Damage::find(text) == Some(Damage::Error) {
        RowFault::IdFormulaError
    } else if is_day_and_month(text) {
        RowFault::IdDate
    } else if text.starts_with("=\"") || text.starts_with('\'') {
        RowFault::IdAsText
    } else if is_decimal(text) {
        RowFault::IdDecimal
    } else if text
        .chars()
        .all(|c| c.is_ascii_digit() || is_invisible(c) || matches!(c, ',' | '.' | '\''))
    {
        RowFault::IdSeparators
    } else if text.chars().all(char::is_numeric) {
        RowFault::IdOtherDigits
    } else if text.contains('@') {
        RowFault::IdAddress
    } else {
        RowFault::IdNotDigits
    }
}

/// Whether a text is in scientific notation, such as `1,23E+11` or `1.2e5`.
fn is_scientific(text: &str) -> bool {
    let Some((number, exponent)) = text.split_once(['e', 'E']) else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(exponent.trim_start_matches(['+', '-'])) && digits(&number.replace(['.', ','], ""))
}

/// Whether a text is a decimal such as `12345.0` or `12345,00`: one separator, followed by zeros
/// only.
fn is_decimal(text: &str) -> bool {
    let Some((number, fraction)) = text.split_once(['.', ',']) else {
        return false;
    };
    Digits::new(number).is_some()
        && !fraction.is_empty()
        && fraction.bytes().all(|byte| byte == b'0')
        && fraction != "000"
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_id_is_refused_with_its_likely_cause() {
        let cases = [
            ("[ID_RESPONDENT]", RowFault::IdPlaceholder),
            ("1,23E+11", RowFault::IdShortened),
            ("1.5e5", RowFault::IdShortened),
            ("1.23456789012345E+15", RowFault::IdShortened),
            ("#N/D!", RowFault::IdFormulaError),
            ("08.maj", RowFault::IdDate),
            ("12345.0", RowFault::IdDecimal),
            ("12345,00", RowFault::IdDecimal),
            ("12 345", RowFault::IdSeparators),
            ("12\u{A0}345", RowFault::IdSeparators),
            ("12,345", RowFault::IdSeparators),
            ("１２３", RowFault::IdOtherDigits),
            ("anna@example.com", RowFault::IdAddress),
            ("=\"0012\"", RowFault::IdAsText),
            ("'0012", RowFault::IdAsText),
            ("12a", RowFault::IdNotDigits),
            ("-5", RowFault::IdNotDigits),
            ("=1+1", RowFault::IdNotDigits),
        ];
        for (cell, cause) in cases {
            assert_eq!(parse(cell), Parsed::Bad(cause), "{cell}");
        }
    }

    #[test]
    fn invisible_characters_around_an_id_are_taken_off_and_told() {
        let id = |cell| match parse(cell) {
            Parsed::Id { digits, trimmed } => (digits.as_str().to_owned(), trimmed),
            other => panic!("{other:?}"),
        };
        assert_eq!(id("0012"), ("0012".to_owned(), false));
        assert_eq!(id("\u{A0} 0012\u{200B}\u{FEFF}\t"), ("0012".to_owned(), true));
        assert_eq!(parse(" \u{A0}\u{200B}"), Parsed::Blank);
    }

    proptest! {
        #[test]
        fn only_ascii_digits_are_ever_an_id(cell in "(?s).{0,12}") {
            if let Parsed::Id { digits, .. } = parse(&cell) {
                prop_assert!(digits.as_str().bytes().all(|byte| byte.is_ascii_digit()));
                prop_assert!(cell.contains(digits.as_str()));
            }
        }
    }
}
