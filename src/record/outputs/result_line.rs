//! A line of the results: the documented columns, then the kept ones. UTF-8, quoted where needed
//! (RFC 4180), safe for a spreadsheet. `record/outputs/results.rs` writes the lines.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::push::push_number;
use crate::model::{
    ErrorCode, Outcome, clean, guarded, guarded_value, push_csv_field, push_csv_record,
    rfc3339_around_fraction,
};

/// The documented columns, which come before the kept ones.
const COLUMNS: [&str; 10] = [
    "row",
    "id_respondent",
    "id_survey",
    "status",
    "error_code",
    "message",
    "http_status",
    "attempts",
    "elapsed_ms",
    "finished_at",
];

/// The program for which the results and the failed file are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Style {
    /// Programs: UTF-8 and comma; the failed file keeps the input's format.
    #[default]
    Plain,
    /// An Excel with a decimal comma that opens the file by double click: UTF-8 with a byte order
    /// mark, `;`, CRLF.
    Excel,
}

impl Style {
    /// The bytes before the first line.
    pub(crate) fn mark(self) -> &'static [u8] {
        match self {
            Self::Plain => b"",
            Self::Excel => b"\xEF\xBB\xBF",
        }
    }

    pub(crate) fn delimiter(self) -> u8 {
        match self {
            Self::Plain => b',',
            Self::Excel => b';',
        }
    }

    fn line_end(self) -> &'static [u8] {
        match self {
            Self::Plain => b"\n",
            Self::Excel => b"\r\n",
        }
    }
}

/// Returns the header's line.
pub(in crate::record) fn header(kept: &[&str], style: Style) -> Vec<u8> {
    let mut line = style.mark().to_vec();
    let columns = COLUMNS.into_iter().map(Cow::Borrowed);
    let kept = kept.iter().map(|name| guarded(name));
    let fields = columns.chain(kept).map(|name| name.into_owned().into_bytes());
    push_csv_record(fields, style.delimiter(), &mut line);
    line.extend_from_slice(style.line_end());
    line
}

/// Appends the line of an outcome.
pub(in crate::record) fn push_line(
    outcome: &Outcome,
    style: Style,
    clock: &mut WallClock,
    line: &mut Vec<u8>,
) {
    let row = &outcome.row;
    let delimiter = style.delimiter();
    push_number(row.position.row, line);
    push_field(&guarded(&clean(row.respondent())), style, line);
    push_field(&guarded(&clean(row.survey())), style, line);
    push_field(outcome.status.name(), style, line);
    push_field(outcome.error_code.map_or("", ErrorCode::name), style, line);
    push_field(&guarded(&clean(&outcome.message)), style, line);
    line.push(delimiter);
    if let Some(status) = outcome.http_status {
        push_number(status, line);
    }
    line.push(delimiter);
    push_number(outcome.attempts, line);
    line.push(delimiter);
    push_number(outcome.elapsed.as_millis(), line);
    line.push(delimiter);
    clock.push(outcome.finished_at, line);
    for value in &row.kept {
        push_field(&guarded_value(value), style, line);
    }
    line.extend_from_slice(style.line_end());
}

/// Appends a field that is not the first.
fn push_field(text: &str, style: Style, line: &mut Vec<u8>) {
    let delimiter = style.delimiter();
    line.push(delimiter);
    push_csv_field(text.as_bytes(), delimiter, line);
}

/// Formats times as RFC 3339 with milliseconds and the local offset. Calendar arithmetic is slow,
/// so the text of a second is cached.
pub(in crate::record) struct WallClock {
    zone: TimeZone,
    /// The cached second since the epoch, and its text before and after the fraction.
    second: i64,
    before: String,
    behind: String,
}

impl WallClock {
    pub(in crate::record) fn new(zone: TimeZone) -> Self {
        let mut clock = Self {
            zone,
            second: 0,
            before: String::new(),
            behind: String::new(),
        };
        clock.turn_to(0);
        clock
    }

    fn push(&mut self, time: Timestamp, line: &mut Vec<u8>) {
        const SECOND: i64 = 1_000;
        let millis = time.as_millisecond();
        let second = millis.div_euclid(SECOND);
        if second != self.second {
            self.turn_to(second);
        }
        let fraction = millis.rem_euclid(SECOND);
        line.extend_from_slice(self.before.as_bytes());
        line.extend_from_slice(if fraction < 10 {
            b".00"
        } else if fraction < 100 {
            b".0"
        } else {
            b"."
        });
        push_number(fraction, line);
        line.extend_from_slice(self.behind.as_bytes());
    }

    fn turn_to(&mut self, second: i64) {
        let time = Timestamp::from_second(second)
            .unwrap_or_default()
            .to_zoned_datetime(self.zone.clone());
        self.second = second;
        (self.before, self.behind) = rfc3339_around_fraction(&time);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::tests::outcome;

    fn time(clock: &mut WallClock, millis: i64) -> String {
        let mut line = Vec::new();
        clock.push(Timestamp::from_millisecond(millis).unwrap(), &mut line);
        String::from_utf8(line).unwrap()
    }

    proptest! {
        #[test]
        fn times_are_what_the_calendar_says(
            millis in proptest::collection::vec(-4_000_000_000_000_i64..4_000_000_000_000, 1..6),
            steps in proptest::collection::vec(0_i64..3_000, 1..6),
        ) {
            let zone = TimeZone::get("Europe/Warsaw").unwrap();
            let mut clock = WallClock::new(zone.clone());
            for millis in millis.iter().flat_map(|start| steps.iter().map(move |step| start + step)) {
                let expected = Timestamp::from_millisecond(millis).unwrap().to_zoned_datetime(zone.clone());
                prop_assert_eq!(
                    time(&mut clock, millis),
                    expected.strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
                );
            }
        }

        #[test]
        fn what_is_written_is_read_back(kept in proptest::collection::vec("(?s)[a-z,\"\r\n ;]{0,12}", 0..4), excel: bool) {
            let style = if excel { Style::Excel } else { Style::Plain };
            let mut written = outcome(3);
            written.row.kept.clone_from(&kept);
            let mut line = header(&["a", "b,c", "d;", "e"][..kept.len()], style);
            push_line(&written, style, &mut WallClock::new(TimeZone::UTC), &mut line);
            let text = line.strip_prefix(style.mark()).unwrap();
            let mut reader = csv::ReaderBuilder::new().delimiter(style.delimiter()).from_reader(text);
            let columns = reader.headers().unwrap().len();
            prop_assert_eq!(columns, 10 + kept.len());
            let record = reader.records().next().unwrap().unwrap();
            let fields: Vec<&str> = record.iter().collect();
            prop_assert_eq!(
                &fields[..10],
                &["5", "4", "7", "success", "", "updated", "200", "1", "42", "1970-01-01T00:00:00.000+00:00"]
            );
            let expected: Vec<String> = kept.iter().map(|value| guarded_value(value).into_owned()).collect();
            prop_assert_eq!(&fields[10..], expected);
            prop_assert!(reader.records().next().is_none());
        }
    }
}
