//! Detects damage that spreadsheets and wrong encodings do to a label's value before this tool
//! reads it. Such a value is sent, because it may be intended; `check` reports it. Pure. The words are in `text`.

use crate::model::{trim_invisible, unguarded_cell};

/// A kind of damage, recognized by its appearance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Damage {
    /// `#N/D!`
    Error,
    /// `1,23E+11`
    Shortened,
    /// `08.maj`
    Date,
    /// `#####`
    TooNarrow,
    /// `Ĺ‚` instead of `ł`.
    OtherEncoding,
    /// U+FFFD instead of a letter.
    Lost,
    /// `'=1`
    Guarded,
}

/// The errors that Excel, `LibreOffice` and Google Sheets write for a formula without a value, in
/// English and in Polish.
const ERRORS: [&str; 30] = [
    "#N/A",
    "#N/A!",
    "#N/D",
    "#N/D!",
    "#VALUE!",
    "#ARG!",
    "#REF!",
    "#ADR!",
    "#NAME?",
    "#NAZWA?",
    "#DIV/0!",
    "#DZIEL/0!",
    "#NUM!",
    "#LICZBA!",
    "#NULL!",
    "#ZERO!",
    "#SPILL!",
    "#ROZLANIE!",
    "#CALC!",
    "#OBL!",
    "#FIELD!",
    "#POLE!",
    "#GETTING_DATA",
    "#BLOCKED!",
    "#CONNECT!",
    "#UNKNOWN!",
    "#BUSY!",
    "#EXTERNAL!",
    "#PYTHON!",
    "#ERROR!",
];

/// Abbreviated month names in Polish and in English.
const MONTHS: [&str; 24] = [
    "sty", "lut", "mar", "kwi", "maj", "cze", "lip", "sie", "wrz", "paź", "lis", "gru", "jan", "feb", "apr",
    "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "sept",
];

/// The UTF-8 bytes of Polish letters, misread as windows-1250 and windows-1252.
const OTHER_ENCODING: [&str; 26] = [
    "Ä…", "Ä‡", "Ä™", "Ĺ‚", "Ĺ„", "Ăł", "Ĺ›", "Ĺş", "ĹĽ", "Ä„", "Ä†", "Ä˜", "Ĺ\u{81}", "Ă“", "Ĺš", "Ĺą",
    "Ĺ»", "Å‚", "Å„", "Ã³", "Å›", "Åº", "Å¼", "Ã“", "Å»", "â€",
];

/// Maximum length of such a date in bytes: `sept.08`, and one more for a two-byte letter.
const LONGEST_DATE: usize = 8;

impl Damage {
    /// Returns the first sign of damage in a value. For nearly every value the first byte already
    /// excludes damage.
    pub(crate) fn find(value: &str) -> Option<Self> {
        let text = trim_invisible(value);
        let found = match text.as_bytes().first()? {
            b'#' => is_hashes_or_error(text),
            b'\'' if unguarded_cell(text) != text => Some(Self::Guarded),
            b'0'..=b'9' | b'-' if is_shortened(text) => Some(Self::Shortened),
            b'E' | b'e' if is_calc_error(text) => Some(Self::Error),
            byte if byte.is_ascii_alphanumeric() && text.len() <= LONGEST_DATE && is_day_and_month(text) => {
                Some(Self::Date)
            }
            _ => None,
        };
        if found.is_some() || text.is_ascii() {
            return found;
        }
        // Checked by a byte first, with which no letter of the supported languages begins.
        if text.as_bytes().contains(&0xEF) && text.contains('\u{FFFD}') {
            return Some(Self::Lost);
        }
        let may_be = text.contains(['Ä', 'Ĺ', 'Ă', 'Å', 'Ã', 'â']);
        (may_be && OTHER_ENCODING.iter().any(|letter| text.contains(letter))).then_some(Self::OtherEncoding)
    }

    /// The name in machine-readable reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Error => "spreadsheet_error",
            Self::Shortened => "shortened_number",
            Self::Date => "day_and_month",
            Self::TooNarrow => "column_too_narrow",
            Self::OtherEncoding => "letters_of_another_encoding",
            Self::Lost => "lost_letters",
            Self::Guarded => "guarded_formula",
        }
    }
}

fn is_hashes_or_error(text: &str) -> Option<Damage> {
    if ERRORS.contains(&text.to_uppercase().as_str()) {
        Some(Damage::Error)
    } else if text.len() > 2 && text.bytes().all(|byte| byte == b'#') {
        Some(Damage::TooNarrow)
    } else {
        None
    }
}

/// Whether a text is an error of `LibreOffice` such as `Err:508`.
fn is_calc_error(text: &str) -> bool {
    let number = text.get(4..).filter(|_| {
        text.get(..4)
            .is_some_and(|start| start.eq_ignore_ascii_case("err:"))
    });
    number.is_some_and(|number| number.len() == 3 && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a text is a number such as `1,23E+11` or `1E-05`. The exponent must have a sign, which
/// spreadsheets write and people hardly ever do.
fn is_shortened(text: &str) -> bool {
    let Some((number, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = number.strip_prefix('-').unwrap_or(number);
    let (whole, fraction) = number.split_once([',', '.']).unwrap_or((number, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or_default();
    whole.len() == 1 && digits(whole) && digits(fraction) && exponent.len() >= 2 && digits(exponent)
}

/// Whether a text is a date such as `08.maj`, `8-maj`, `maj.08` or `5-Aug`.
pub(super) fn is_day_and_month(text: &str) -> bool {
    let Some((one, other)) = text.split_once(['.', '-']) else {
        return false;
    };
    let is_number =
        |text: &str| matches!(text.len(), 1 | 2) && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_month = |text: &str| MONTHS.contains(&text.to_lowercase().as_str());
    is_number(one) && is_month(other) || is_month(one) && is_number(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_is_told_by_what_it_looks_like() {
        for (value, damage) in [
            ("#N/D!", Damage::Error),
            ("#n/a", Damage::Error),
            ("#CALC!", Damage::Error),
            ("#N/D!\u{200B}", Damage::Error),
            ("Err:508", Damage::Error),
            ("1,23E+11", Damage::Shortened),
            ("-4.5e-07", Damage::Shortened),
            ("08.maj", Damage::Date),
            ("8-maj", Damage::Date),
            ("maj.08", Damage::Date),
            ("5-Aug", Damage::Date),
            ("12.paź", Damage::Date),
            ("#######", Damage::TooNarrow),
            ("ZĹ‚oty", Damage::OtherEncoding),
            ("KrakÃ³w", Damage::OtherEncoding),
            ("Z\u{FFFD}oty", Damage::Lost),
            ("'=1+1", Damage::Guarded),
        ] {
            assert_eq!(Damage::find(value), Some(damage), "{value}");
        }
    }

    #[test]
    fn what_somebody_may_have_typed_is_no_damage() {
        for value in [
            "",
            "'tis",
            "#1",
            "#vip",
            "#",
            "8.5",
            "2026-11-24",
            "8 maj",
            "maj",
            "E+11",
            "1E5",
            "12E+03",
            "Złoty",
            "Ängelholm",
            "Århus",
            "Škoda",
            "a-b",
            "5-10",
            "marzec.08",
            "err: 508",
            "Err:50",
            "Ĺ",
        ] {
            assert_eq!(Damage::find(value), None, "{value}");
        }
    }
}
