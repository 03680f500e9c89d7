//! The text of a cell as a spreadsheet shows it: ids without exponents and with their leading
//! zeros, dates in their format. Pure.
//!
//! Anything that the format leaves to the computer (the order of a date's parts, names of months)
//! is written as in ISO 8601. Numbers have a decimal point and no thousands separators.

use std::fmt::Write as _;

use calamine::{DataRef, ExcelDateTime};

use super::number_format;

/// Appends the text of a cell. `format` is its number format; empty for the general format.
pub(super) fn push_text(cell: &DataRef<'_>, format: &str, text: &mut String) {
    // Writing to a string cannot fail.
    match cell {
        DataRef::Empty => Ok(()),
        DataRef::String(value) => text.write_str(value),
        DataRef::SharedString(value) => text.write_str(value),
        DataRef::Bool(value) => text.write_str(if *value { "TRUE" } else { "FALSE" }),
        DataRef::Error(error) => write!(text, "{error}"),
        #[expect(
            clippy::cast_precision_loss,
            reason = "what a double cannot hold is told to be inexact"
        )]
        DataRef::Int(value) => text.write_str(&number_format::shown(*value as f64, format)),
        DataRef::Float(value) => text.write_str(&number_format::shown(*value, format)),
        DataRef::DateTime(value) if value.is_duration() => text.write_str(&duration(value, format)),
        DataRef::DateTime(value) => text.write_str(&date(value, format)),
        DataRef::DateTimeIso(value) | DataRef::DurationIso(value) => {
            text.write_str(value.strip_suffix("T00:00:00").unwrap_or(value))
        }
    }
    .ok();
}

/// Formats a date, a time, or both. A day before the calendar's first day is written as a number.
fn date(value: &ExcelDateTime, format: &str) -> String {
    let first = format.split(';').next().unwrap_or_default();
    let tokens = tokens(first);
    let wants_day = tokens.as_ref().is_none_or(|tokens| {
        tokens
            .iter()
            .any(|token| matches!(token, Token::Part('y' | 'm' | 'd', _)))
    });
    let has_day = value.as_f64() >= 1.0;
    if value.as_f64() < 0.0 || wants_day && !has_day && tokens.is_some() {
        return number_format::shown(value.as_f64(), "");
    }
    let moment = Moment::from_excel(value);
    tokens
        .and_then(|tokens| moment.written(&tokens))
        .unwrap_or_else(|| moment.iso())
}

/// Formats a time span with a format such as `[h]:mm:ss`, whose bracketed part counts the whole
/// span.
fn duration(value: &ExcelDateTime, format: &str) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "a spreadsheet's days are few")]
    let seconds = (value.as_f64() * 86_400.0).round() as i64;
    let sign = if seconds < 0 { "-" } else { "" };
    let seconds = seconds.unsigned_abs();
    let first = format.split(';').next().unwrap_or_default();
    let written = tokens(first).and_then(|tokens| {
        let mut text = String::new();
        for token in tokens {
            let (number, width) = match token {
                Token::Text(character) => {
                    text.push(character);
                    continue;
                }
                Token::Total('h', width) => (seconds / 3600, width),
                Token::Total('m', width) => (seconds / 60, width),
                Token::Total('s', width) => (seconds, width),
                Token::Part('h', width) => (seconds / 3600 % 24, width),
                Token::Part('n' | 'm', width) => (seconds / 60 % 60, width),
                Token::Part('s', width) => (seconds % 60, width),
                Token::Total(..) | Token::Part(..) | Token::AmPm => return None,
            };
            write!(text, "{number:0width$}").ok()?;
        }
        Some(text)
    });
    let usual = || format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{sign}{}", written.unwrap_or_else(usual))
}

struct Moment {
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
    /// A time without a date.
    is_time: bool,
}

/// A part of a date format.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// A letter, repeated this many times.
    Part(char, usize),
    /// The same in brackets, which counts a whole time span.
    Total(char, usize),
    Text(char),
    AmPm,
}

impl Moment {
    fn from_excel(value: &ExcelDateTime) -> Self {
        // Rounded to the second, as spreadsheets show it; a number of days is hardly ever an exact
        // second.
        let date_time = calamine::ExcelDateTimeType::DateTime;
        let of_1900 = ExcelDateTime::new(value.as_f64(), date_time, false);
        let is_1904 = value.to_ymd_hms_milli() != of_1900.to_ymd_hms_milli();
        let days = (value.as_f64() * 86_400.0).round() / 86_400.0;
        let rounded = ExcelDateTime::new(days, date_time, is_1904);
        let (year, month, day, hour, minute, second, _) = rounded.to_ymd_hms_milli();
        Self {
            year,
            month,
            day,
            hour,
            minute,
            second,
            is_time: (0.0..1.0).contains(&value.as_f64()),
        }
    }

    /// Formats year, month and day, and the time unless it is midnight.
    fn iso(&self) -> String {
        let date = format!("{:04}-{:02}-{:02}", self.year, self.month, self.day);
        let time = match (self.hour, self.minute, self.second) {
            (hour, minute, 0) => format!("{hour:02}:{minute:02}"),
            (hour, minute, second) => format!("{hour:02}:{minute:02}:{second:02}"),
        };
        match (self.is_time, time.as_str()) {
            (true, _) => time,
            (false, "00:00") => date,
            (false, _) => format!("{date} {time}"),
        }
    }

    /// Formats the date; `None` if a part depends on the language.
    fn written(&self, tokens: &[Token]) -> Option<String> {
        let has_half = tokens.contains(&Token::AmPm);
        let hour = match self.hour % 12 {
            _ if !has_half => self.hour,
            0 => 12,
            hour => hour,
        };
        let mut text = String::new();
        for token in tokens {
            let (number, width) = match token {
                Token::Text(character) => {
                    text.push(*character);
                    continue;
                }
                Token::AmPm => {
                    text.push_str(if self.hour < 12 { "AM" } else { "PM" });
                    continue;
                }
                Token::Part('y', 1 | 2) => (self.year % 100, 2),
                Token::Part('y', _) => (self.year, 4),
                Token::Part('m', width @ (1 | 2)) => (u16::from(self.month), *width),
                Token::Part('d', width @ (1 | 2)) => (u16::from(self.day), *width),
                Token::Part('h', width) => (u16::from(hour), *width),
                Token::Part('n', width) => (u16::from(self.minute), *width),
                Token::Part('s', width) => (u16::from(self.second), *width),
                Token::Part(..) | Token::Total(..) => return None,
            };
            write!(text, "{number:0width$}").ok()?;
        }
        Some(text)
    }
}

/// Parses a date format, with minutes as `n`. Returns `None` for a format whose result depends on
/// the computer.
fn tokens(format: &str) -> Option<Vec<Token>> {
    // These built-in formats follow the computer's settings.
    if matches!(
        format,
        "" | "General" | "mm-dd-yy" | "m/d/yy" | "m/d/yy h:mm" | "m/d/yyyy" | "m/d/yyyy h:mm"
    ) {
        return None;
    }
    let lower = format.to_lowercase();
    let mut tokens: Vec<Token> = Vec::new();
    let mut rest = lower.as_str();
    while let Some(character) = rest.chars().next() {
        let mut length = character.len_utf8();
        match character {
            'y' | 'm' | 'd' | 'h' | 's' => {
                length = rest.len() - rest.trim_start_matches(character).len();
                tokens.push(Token::Part(character, length));
            }
            'a' => {
                length = ["am/pm", "a/p"]
                    .into_iter()
                    .find(|mark| rest.starts_with(mark))?
                    .len();
                tokens.push(Token::AmPm);
            }
            '[' => {
                length = rest.find(']')? + 1;
                let inner = rest.get(1..length - 1)?;
                let letter = inner
                    .chars()
                    .next()
                    .filter(|letter| matches!(letter, 'h' | 'm' | 's'));
                if let Some(letter) = letter.filter(|letter| inner.chars().all(|other| other == *letter)) {
                    tokens.push(Token::Total(letter, inner.len()));
                }
                // The computer's own date or time format.
                if rest.starts_with("[$-f800]") || rest.starts_with("[$-f400]") {
                    return None;
                }
            }
            '"' => {
                let quoted = rest.get(1..)?.split('"').next()?;
                tokens.extend(quoted.chars().map(Token::Text));
                length = quoted.len() + 2;
            }
            '\\' => {
                let literal = rest.chars().nth(1)?;
                tokens.push(Token::Text(literal));
                length += literal.len_utf8();
            }
            '/' | '-' | '.' | ':' | ' ' | ',' => tokens.push(Token::Text(character)),
            _ => return None,
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    Some(with_minutes(tokens))
}

/// Marks each `m` after hours or before seconds as minutes.
fn with_minutes(mut tokens: Vec<Token>) -> Vec<Token> {
    let parts: Vec<usize> = (0..tokens.len())
        .filter(|at| matches!(tokens.get(*at), Some(Token::Part(..) | Token::Total(..))))
        .collect();
    for (place, at) in parts.iter().enumerate() {
        let letter = |place: Option<usize>| match place
            .and_then(|place| parts.get(place))
            .and_then(|at| tokens.get(*at))
        {
            Some(Token::Part(letter, _)) => Some(*letter),
            _ => None,
        };
        let is_minute = letter(place.checked_sub(1)) == Some('h') || letter(Some(place + 1)) == Some('s');
        if let Some(Token::Part(letter @ 'm', _)) = tokens.get_mut(*at).filter(|_| is_minute) {
            *letter = 'n';
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;

    use super::*;

    #[test]
    fn dates_are_as_their_user_sees_them() {
        let cases = [
            (46_350.0, "yyyy\\-mm\\-dd", "2026-11-24"),
            (46_350.0, "dd.mm.yyyy", "24.11.2026"),
            (46_350.0, "[$-415]d.m.yy;@", "24.11.26"),
            (46_350.604_166_666_67, "yyyy-mm-dd hh:mm", "2026-11-24 14:30"),
            (46_350.604_166_666_67, "h:mm AM/PM", "2:30 PM"),
            (46_350.604_178_240_74, "mm:ss", "30:01"),
            (0.604_166_666_67, "hh:mm:ss", "14:30:00"),
            (46_350.999_999_9, "yyyy-mm-dd hh:mm:ss", "2026-11-25 00:00:00"),
            (0.5, "yyyy-mm-dd", "0.5"),
            (-1.0, "yyyy-mm-dd", "-1"),
            // The order and the names of months depend on the computer.
            (46_350.0, "mm-dd-yy", "2026-11-24"),
            (46_350.604_166_666_67, "m/d/yy h:mm", "2026-11-24 14:30"),
            (46_350.0, "d\\ mmmm\\ yyyy", "2026-11-24"),
            (46_350.0, "yyyy\" r.\"", "2026 r."),
        ];
        for (value, format, text) in cases {
            let value = ExcelDateTime::new(value, ExcelDateTimeType::DateTime, false);
            assert_eq!(date(&value, format), text, "{format}");
        }
        let apple = ExcelDateTime::new(44_888.0, ExcelDateTimeType::DateTime, true);
        assert_eq!(date(&apple, "yyyy-mm-dd"), "2026-11-24");
        let span = ExcelDateTime::new(1.5, ExcelDateTimeType::TimeDelta, false);
        for (format, text) in [
            ("[h]:mm:ss", "36:00:00"),
            ("[h]:mm", "36:00"),
            ("[mm]:ss", "2160:00"),
            ("", "36:00:00"),
        ] {
            assert_eq!(duration(&span, format), text, "{format}");
        }
    }
}
