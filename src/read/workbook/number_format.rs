//! A number as a spreadsheet's number format shows it. Pure.
//!
//! There are two exceptions. There are no thousands separators and the decimal sign is a point,
//! since both depend on the computer. And there is no exponent unless digits are lost.

/// Digits that a spreadsheet keeps; a longer number loses some.
const DIGITS_KEPT: usize = 15;

/// A part of a section of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Text(char),
    /// `0`: a digit, or a zero if there is none.
    Zero,
    /// `#`, `?`: a digit if there is one.
    Hash,
    Point,
    /// A comma after the last digit, which divides by a thousand.
    Scale,
    Percent,
}

impl Token {
    fn is_digit(self) -> bool {
        matches!(self, Self::Zero | Self::Hash)
    }
}

/// Counts the digit places.
fn digits_among(tokens: &[Token]) -> usize {
    tokens.iter().filter(|token| token.is_digit()).count()
}

/// Formats a number; an empty format is the general one.
pub(super) fn shown(value: f64, format: &str) -> String {
    let written = || {
        let (section, shows_sign) = section(value, format)?;
        section_of(value, shows_sign, &tokens(section)?)
    };
    written().unwrap_or_else(|| general(value))
}

/// Formats a number with as many digits as a spreadsheet keeps, without an exponent.
fn general(value: f64) -> String {
    let digits = decimal(value.abs());
    if is_too_long(&digits) {
        return scientific(value);
    }
    let sign = if value < 0.0 && digits != "0" { "-" } else { "" };
    format!("{sign}{digits}")
}

/// Returns the section for a number of this sign, and whether the minus still has to be written.
/// `None` for an empty or general format, or one with conditions.
fn section(value: f64, format: &str) -> Option<(&str, bool)> {
    let sections = sections(format);
    let has_condition =
        |section: &&str| section.contains("[<") || section.contains("[>") || section.contains("[=");
    if matches!(format, "" | "@") || sections.iter().any(has_condition) {
        return None;
    }
    let place = match sections.len() {
        0 | 1 => 0,
        _ if value < 0.0 => 1,
        2 => 0,
        _ if value == 0.0 => 2,
        _ => 0,
    };
    Some((*sections.get(place)?, place == 0))
}

/// Splits a format at its semicolons, except those in quotes or after a backslash.
fn sections(format: &str) -> Vec<&str> {
    let mut sections = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, character) in format.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if !quoted => escaped = true,
            '"' => quoted = !quoted,
            ';' if !quoted => {
                sections.extend(format.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    sections.extend(format.get(start..));
    sections
}

/// Parses a section. Returns `None` if it has more than digits and text (fractions, exponents,
/// `General`, unquoted words).
fn tokens(section: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut characters = section.chars();
    while let Some(character) = characters.next() {
        match character {
            '0' => tokens.push(Token::Zero),
            '#' | '?' => tokens.push(Token::Hash),
            '.' => tokens.push(Token::Point),
            ',' => tokens.push(Token::Scale),
            '%' => tokens.push(Token::Percent),
            '"' => tokens.extend(characters.by_ref().take_while(|c| *c != '"').map(Token::Text)),
            '\\' => tokens.push(Token::Text(characters.next()?)),
            // The width of a character, or a character that fills the cell.
            '_' | '*' => drop(characters.next()),
            '[' => {
                let inner: String = characters.by_ref().take_while(|c| *c != ']').collect();
                // `[$zł-415]` is a currency; `[Red]` is a colour.
                let currency = inner.strip_prefix('$').and_then(|inner| inner.split('-').next());
                tokens.extend(currency.unwrap_or_default().chars().map(Token::Text));
            }
            // These letters have another meaning in a format. Everything else is unquoted text.
            'd' | 'm' | 'y' | 'h' | 's' | 'e' | 'g' | 'b' | 'n' | 'D' | 'M' | 'Y' | 'H' | 'S' | 'E' | 'G'
            | 'B' | 'N' | '/' | '@' => {
                return None;
            }
            other => tokens.push(Token::Text(other)),
        }
    }
    let points = tokens.iter().filter(|token| **token == Token::Point).count();
    (points <= 1).then_some(tokens)
}

/// Formats a number with one section.
fn section_of(value: f64, shows_sign: bool, tokens: &[Token]) -> Option<String> {
    let point = tokens
        .iter()
        .position(|token| *token == Token::Point)
        .unwrap_or(tokens.len());
    let (whole, behind) = tokens.split_at_checked(point)?;
    // Commas scale after the last digit, before the point or after the decimals.
    let scales = |part: &[Token]| {
        let digits_end = part
            .iter()
            .rposition(|token| token.is_digit())
            .map_or(0, |at| at + 1);
        let rest = part.get(digits_end..).unwrap_or_default().iter();
        rest.filter(|token| **token == Token::Scale).count()
    };
    let scale = scales(whole) + scales(behind);
    let percents = tokens.iter().filter(|token| **token == Token::Percent).count();
    let mut exponent = i32::try_from(2 * percents).ok()? - i32::try_from(3 * scale).ok()?;
    let mut magnitude = value.abs();
    while exponent > 0 {
        (magnitude, exponent) = (magnitude * 10.0, exponent - 1);
    }
    while exponent < 0 {
        (magnitude, exponent) = (magnitude / 10.0, exponent + 1);
    }
    let most = digits_among(behind);
    let least = behind.iter().rposition(|token| *token == Token::Zero);
    let least = least.map_or(0, |at| digits_among(behind.get(..=at).unwrap_or_default()));
    let rounded = rounded(&decimal(magnitude), most);
    if is_too_long(&rounded) {
        return None;
    }
    let (digits, fraction) = rounded.split_once('.').unwrap_or((&rounded, ""));
    let kept = fraction.trim_end_matches('0').len().max(least);
    let fraction = format!("{:0<kept$}", fraction.get(..fraction.len().min(kept))?);
    let mut text = with_digits(whole, digits);
    for token in behind {
        match token {
            Token::Point if !fraction.is_empty() => {
                text.push('.');
                text.push_str(&fraction);
            }
            Token::Text(character) => text.push(*character),
            Token::Percent => text.push('%'),
            Token::Point | Token::Zero | Token::Hash | Token::Scale => {}
        }
    }
    let text = text.trim().to_owned();
    let is_zero = rounded.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    Some(if value < 0.0 && !is_zero && shows_sign {
        format!("-{text}")
    } else {
        text
    })
}

/// Formats the part before the point: digits fill the places from the right, and surplus digits go
/// to the first place.
fn with_digits(tokens: &[Token], digits: &str) -> String {
    let first_zero = tokens.iter().position(|token| *token == Token::Zero);
    let zeros = first_zero.map_or(0, |at| digits_among(tokens.get(at..).unwrap_or_default()));
    // A zero is written only if the format asks for one.
    let digits = if digits == "0" { "" } else { digits };
    let digits = format!("{digits:0>zeros$}");
    let mut text = String::new();
    let mut place = digits_among(tokens);
    let mut taken = 0;
    for token in tokens {
        match token {
            Token::Text(character) => text.push(*character),
            Token::Percent => text.push('%'),
            Token::Zero | Token::Hash => {
                place -= 1;
                let end = digits.len().saturating_sub(place);
                text.push_str(digits.get(taken..end.max(taken)).unwrap_or_default());
                taken = end.max(taken);
            }
            Token::Point | Token::Scale => {}
        }
    }
    text
}

/// Returns the digits of a number that is not negative, as many as a spreadsheet keeps.
fn decimal(value: f64) -> String {
    let kept: f64 = format!("{value:.14e}").parse().unwrap_or(value);
    kept.to_string()
}

/// Rounds to this many decimals in the usual way: half rounds up. Rounding the double itself would
/// give other results for numbers that are only nearly half.
fn rounded(decimal: &str, places: usize) -> String {
    let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
    if fraction.len() <= places {
        return decimal.to_owned();
    }
    let (kept, dropped) = fraction.split_at(places);
    let mut digits: Vec<u8> = [whole, kept].concat().into_bytes();
    if dropped.starts_with(['5', '6', '7', '8', '9']) {
        let mut carry = true;
        for digit in digits.iter_mut().rev() {
            carry = *digit == b'9';
            *digit = if carry { b'0' } else { *digit + 1 };
            if !carry {
                break;
            }
        }
        if carry {
            digits.insert(0, b'1');
        }
    }
    let mut text: String = digits.into_iter().map(char::from).collect();
    if places > 0 {
        text.insert(text.len() - places, '.');
    }
    text
}

fn is_too_long(digits: &str) -> bool {
    digits.split('.').next().unwrap_or_default().len() > DIGITS_KEPT
}

/// Formats a number as `1.23456789012345E+18`, as a spreadsheet shows it once digits are lost. In
/// this form no id can seem complete.
fn scientific(value: f64) -> String {
    let text = format!("{value:.14e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = digits.trim_end_matches('0');
    // At least one digit after the point, so that the text does not look like a number and a label.
    let filler = if digits.ends_with('.') { "0" } else { "" };
    format!("{digits}{filler}E+{exponent}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_their_user_sees_them() {
        let cases = [
            (12_345.0, "", "12345"),
            (123_456_789_012.0, "General", "123456789012"),
            (123_456_789_012_345.0, "0.00E+00", "123456789012345"),
            (0.1 + 0.2, "", "0.3"),
            (8.666_666_666_666_666, "", "8.66666666666667"),
            (8.666_666_666_666_666, "0.00", "8.67"),
            (-5.0, "", "-5"),
            (12.0, "@", "12"),
            // Half rounds up, whatever the double's exact value is.
            (8.5, "0", "9"),
            (2.5, "0", "3"),
            (0.125, "0.00", "0.13"),
            (2.675, "0.00", "2.68"),
            (1.005, "0.00", "1.01"),
            (0.125, "0%", "13%"),
            (999.995, "0.00", "1000.00"),
            (3.146_59, "#,##0.##", "3.15"),
            (12.345, "#.##", "12.35"),
            (12.0, "0.0#", "12.0"),
            (12.5, "#,##0.00\\ \"zł\"", "12.50 zł"),
            (12.5, "_-* #,##0.00\\ [$zł-415]_-", "12.50 zł"),
            (12.0, "000000", "000012"),
            (1234.0, "#,##0", "1234"),
            (1_234_567.0, "#,##0,", "1235"),
            (0.125, "0.0%", "12.5%"),
            (601_700_800.0, "000-000-000", "601-700-800"),
            (48_601_700_800.0, "\"+\"00\\ 000\\ 000\\ 000", "+48 601 700 800"),
            (7.0, "000-00", "000-07"),
            (-5.0, "0", "-5"),
            (-5.0, "0;(0)", "(5)"),
            (-5.0, "0.0_);[Red]-0.0", "-5.0"),
            (-0.001, "0.00", "0.00"),
            (1.0, "\"Tak\";\"Nie\";\"Brak\"", "Tak"),
            (0.0, "\"Tak\";\"Nie\";\"Brak\"", "Brak"),
            (0.5, "# ?/?", "0.5"),
            (0.0, "_-* #,##0.00_-;-* #,##0.00_-;_-* \"-\"??_-;_-@_-", "-"),
            (-5.5, "_-* #,##0.00_-;-* #,##0.00_-;_-* \"-\"??_-;_-@_-", "-5.50"),
            (0.0, "#,##0", "0"),
            (1_500_000.0, "0.0,,\"M\"", "1.5M"),
            (-1.0, "\"Tak\";\"Tak\";\"Nie\"", "Tak"),
            (-5.0, "0;0", "5"),
            (5.25, "#,##0.00 zł", "5.25 zł"),
            (22.5, "0.0°", "22.5°"),
            (5.0, "0.0.0", "5"),
            (5.0, "[>3]\"dużo\";0", "5"),
            (0.000_000_1, "", "0.0000001"),
            // A spreadsheet keeps 15 digits: this is not the id that was typed.
            (1_234_567_890_123_450.0, "0", "1.23456789012345E+15"),
            (999_999_999_999_999.9, "0", "1.0E+15"),
            (1e18, "", "1.0E+18"),
        ];
        let wrong: Vec<String> = cases
            .iter()
            .filter(|(value, format, text)| shown(*value, format) != *text)
            .map(|(value, format, text)| {
                format!(
                    "{value} as `{format}`: {} instead of {text}",
                    shown(*value, format)
                )
            })
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
