//! Makes texts from outside safe for a spreadsheet, so that none is run as a formula. Pure.

use std::borrow::Cow;

use crate::model::trim_invisible;

/// Characters that begin a formula, or precede one when a spreadsheet removes white space. The
/// full-width ones count the same in East Asian versions.
const FORMULA_SIGNS: [char; 15] = [
    '=', '+', '-', '@', '\t', '\r', '\n', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}', '\u{FE66}',
    '\u{FE62}', '\u{FE63}', '\u{FE6B}',
];

/// Whether a spreadsheet may take the text for a formula. Some skip white space and invisible
/// characters in front.
fn is_formula(text: &str) -> bool {
    text.starts_with(FORMULA_SIGNS) || trim_invisible(text).starts_with(FORMULA_SIGNS)
}

/// Prefixes an apostrophe if a spreadsheet may take the text for a formula, which makes it a text.
pub(crate) fn guarded(text: &str) -> Cow<'_, str> {
    if is_formula(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Guards a value of a kept column, which is the user's own: numbers and phone numbers (`-5`, `+48
/// 600 700 800`) stay as they are.
pub(crate) fn guarded_value(text: &str) -> Cow<'_, str> {
    let harmless = |rest: &str| {
        rest.chars().any(|c| c.is_ascii_digit())
            && rest.chars().all(|c| {
                c.is_ascii_digit() || matches!(c, ' ' | '.' | ',' | '(' | ')' | '-' | '\u{A0}' | '%')
            })
    };
    match text.strip_prefix(['+', '-']) {
        Some(rest) if harmless(rest) => Cow::Borrowed(text),
        _ => guarded(text),
    }
}

/// Guards a cell of a failed file for Excel, which is read again: a cell that already looks guarded
/// is guarded once more.
pub(crate) fn guarded_cell(text: &str) -> Cow<'_, str> {
    let inner = text.trim_start_matches('\'');
    if inner.len() < text.len() && is_formula(inner) {
        Cow::Owned(format!("'{text}"))
    } else {
        guarded_value(text)
    }
}

/// Reverts [`guarded_cell`].
pub(crate) fn unguarded_cell(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if is_formula(rest.trim_start_matches('\'')) => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_text_from_outside_is_a_formula() {
        for text in [
            "=1+1",
            "+cmd|x",
            "-2+3",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "＝1",
            "＋1",
            "－1",
            "＠A1",
            "﹦1",
            " =1",
            "\u{A0}=1",
            "\u{200B}+1",
        ] {
            assert_eq!(guarded(text), format!("'{text}"));
        }
        assert_eq!(guarded("5=5"), "5=5");
        assert_eq!(guarded("-5"), "'-5", "an id is no number");
    }

    #[test]
    fn numbers_and_phone_numbers_in_kept_columns_stay() {
        for text in ["-5", "+48 600 700 800", "-1,5", "+48 (22) 600-700", "plain"] {
            assert_eq!(guarded_value(text), text);
        }
        for text in ["-2+3", "+A1", "=5", "--5x", "+", "@5"] {
            assert_eq!(guarded_value(text), format!("'{text}"));
        }
    }

    proptest! {
        #[test]
        fn a_cell_comes_back_as_it_was(text in "['=+@＝＋a-]{0,5}[0-9 ]{0,3}") {
            let guarded = guarded_cell(&text);
            prop_assert_eq!(unguarded_cell(&guarded), &text);
        }
    }
}
