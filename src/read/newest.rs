//! Which of several exports is the newest: by the dates and numbers in their names, else by their
//! times. Pure; `config/groups/reading/newest.rs` lists the folder.
//!
//! A date is `2026-12-01`, `20261201` (also with a time behind it), or `01.12.2026`, with any of
//! `- . _` and a space between its parts. `12-01-2026` may be of January or of December: then the
//! names must agree on one reading, or it must not matter.

use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::civil::Date;

/// A file that the pattern matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) name: String,
    /// The part of the name that the pattern leaves open, from its first wildcard to its last.
    pub(crate) open: String,
    pub(crate) modified: Timestamp,
}

/// By what a file is the newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NewestBy {
    Date(Date),
    Number,
    Time,
    /// It is the only one.
    Alone,
}

/// The newest file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Newest {
    pub(crate) name: String,
    pub(crate) by: NewestBy,
    /// The last date in its name.
    pub(crate) dated: Option<Date>,
    /// How many files the pattern matches.
    pub(crate) of: usize,
    /// Files without a date, where others have one, and files of a later day than tomorrow.
    pub(crate) left_out: Vec<String>,
    /// A file with a lower number that was written later.
    pub(crate) written_later: Option<String>,
}

/// Why no file is the newest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoNewest {
    NoFile,
    /// Every file is of a later day than tomorrow; one of them.
    Later(String),
    /// Which is the newer depends on whether the day or the month comes first.
    Unclear(String, String),
}

/// The order of day and month where the year comes last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DateOrder {
    DayFirst,
    MonthFirst,
}

/// Returns the newest of these files.
///
/// # Errors
///
/// If there is none, or it is not clear which it is.
pub(crate) fn newest(files: &[Candidate], tomorrow: Date) -> Result<Newest, NoNewest> {
    let by_day = newest_in(files, DateOrder::DayFirst, tomorrow);
    let by_month = newest_in(files, DateOrder::MonthFirst, tomorrow);
    match (by_day, by_month) {
        (Some(Ok(by_day)), Some(Ok(by_month))) if by_day.name != by_month.name => {
            Err(NoNewest::Unclear(by_day.name, by_month.name))
        }
        (Some(found), _) | (None, Some(found)) => found,
        (None, None) => Err(unclear(files)),
    }
}

fn unclear(files: &[Candidate]) -> NoNewest {
    let name = |at: usize| files.get(at).map(|file| file.name.clone()).unwrap_or_default();
    NoNewest::Unclear(name(0), name(files.len().saturating_sub(1)))
}

/// Returns the newest file with dates in this order; `None` if a name has no date in it.
fn newest_in(files: &[Candidate], order: DateOrder, tomorrow: Date) -> Option<Result<Newest, NoNewest>> {
    let mut keyed = Vec::new();
    for file in files {
        keyed.push((Key::new(&file.open, order)?, file));
    }
    let is_later = |key: &Key| key.dates.first().is_some_and(|date| *date > tomorrow);
    let has_dates = keyed
        .iter()
        .any(|(key, _)| !key.dates.is_empty() && !is_later(key));
    let is_left_out = |key: &Key| is_later(key) || has_dates && key.dates.is_empty();
    let (left_out, mut kept): (Vec<_>, Vec<_>) = keyed.into_iter().partition(|(key, _)| is_left_out(key));
    let left_out: Vec<String> = left_out.into_iter().map(|(_, file)| file.name.clone()).collect();
    kept.sort_by(in_order);
    let Some((key, file)) = kept.pop() else {
        let none = left_out
            .into_iter()
            .next()
            .map_or(NoNewest::NoFile, NoNewest::Later);
        return Some(Err(none));
    };
    let has_numbers = !key.numbers.is_empty() || kept.iter().any(|(key, _)| !key.numbers.is_empty());
    let by = match key.dates.last() {
        _ if files.len() == 1 => NewestBy::Alone,
        Some(date) => NewestBy::Date(*date),
        None if has_numbers => NewestBy::Number,
        None => NewestBy::Time,
    };
    let later = kept.iter().find(|(_, other)| other.modified > file.modified);
    Some(Ok(Newest {
        name: file.name.clone(),
        by,
        dated: key.dates.last().copied(),
        of: files.len(),
        left_out,
        written_later: later
            .filter(|_| by == NewestBy::Number)
            .map(|(_, other)| other.name.clone()),
    }))
}

fn in_order((one, file): &(Key, &Candidate), (other, of): &(Key, &Candidate)) -> Ordering {
    let keys = (&one.dates, &one.numbers).cmp(&(&other.dates, &other.numbers));
    let times = || (file.modified, &file.name).cmp(&(of.modified, &of.name));
    keys.then_with(times)
}

/// What a name says about its time.
#[derive(Debug, Default, PartialEq, Eq)]
struct Key {
    dates: Vec<Date>,
    /// The numbers that are no dates, such as a time or that of a copy, `(2)`.
    numbers: Vec<u128>,
}

impl Key {
    /// Reads a name. `None` if what has the form of a date is none in this order.
    fn new(text: &str, order: DateOrder) -> Option<Self> {
        let mut key = Self::default();
        let mut rest = text;
        while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
            rest = rest.get(at..)?;
            if let Some((date, behind)) = compact_date(rest) {
                key.dates.push(date);
                rest = behind;
            } else if let Some((parts, separator, behind)) = three_numbers(rest) {
                match parted_date(parts, separator, order) {
                    Parted::Date(date) => {
                        key.dates.push(date);
                        rest = behind;
                    }
                    Parted::Numbers => rest = key.take_number(rest),
                    Parted::OtherOrder => return None,
                }
            } else {
                rest = key.take_number(rest);
            }
        }
        Some(key)
    }

    /// Takes the number at the beginning, and returns what is behind it.
    fn take_number<'t>(&mut self, text: &'t str) -> &'t str {
        let (digits, behind) = digits(text);
        self.numbers.push(digits.parse().unwrap_or(u128::MAX));
        behind
    }
}

/// Splits off the digits at the beginning.
fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}

/// Splits off a date of eight digits, year first or last. A time may follow at once.
fn compact_date(text: &str) -> Option<(Date, &str)> {
    let (run, _) = digits(text);
    if ![8, 12, 14].contains(&run.len()) {
        return None;
    }
    let part = |from: usize, to: usize| run.get(from..to)?.parse::<i16>().ok();
    let date = date(part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let date = date.or_else(|| self::date(part(4, 8)?, part(2, 4)?, part(0, 2)?).filter(|_| run.len() == 8));
    Some((date?, text.get(8..)?))
}

/// Splits off three numbers with the same character between them.
fn three_numbers(text: &str) -> Option<([&str; 3], char, &str)> {
    let (first, behind) = digits(text);
    let separator = behind.chars().next().filter(|c| "-._ ".contains(*c))?;
    let (second, behind) = digits(behind.strip_prefix(separator)?);
    let (third, behind) = digits(behind.strip_prefix(separator)?);
    Some(([first, second, third], separator, behind))
}

/// What three numbers with the same character between them are.
enum Parted {
    Date(Date),
    /// A date, but only if day and month change places.
    OtherOrder,
    Numbers,
}

fn parted_date(parts: [&str; 3], separator: char, order: DateOrder) -> Parted {
    let lengths = parts.map(str::len);
    let numbers: Vec<i16> = parts.iter().filter_map(|part| part.parse().ok()).collect();
    let [one, two, three] = *numbers.as_slice() else {
        return Parted::Numbers;
    };
    let (day_first, month_first) = (date(three, two, one), date(three, one, two));
    let (found, other) = match (lengths, order) {
        ([4, 1..=2, 1..=2], _) => (date(one, two, three), None),
        // With dots the day comes first everywhere.
        ([1..=2, 1..=2, 4], _) if separator == '.' => (day_first, None),
        ([1..=2, 1..=2, 4], DateOrder::DayFirst) => (day_first, month_first),
        ([1..=2, 1..=2, 4], DateOrder::MonthFirst) => (month_first, day_first),
        _ => (None, None),
    };
    match (found, other) {
        (Some(date), _) => Parted::Date(date),
        (None, Some(_)) => Parted::OtherOrder,
        (None, None) => Parted::Numbers,
    }
}

/// Returns a date of this century or the last years of the one before.
fn date(year: i16, month: i16, day: i16) -> Option<Date> {
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    Date::new(year, month, day)
        .ok()
        .filter(|_| (1990..2100).contains(&year))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// Names, the oldest file first.
    fn files(names: &[&str]) -> Vec<Candidate> {
        let candidate = |(at, name): (usize, &&str)| Candidate {
            name: (*name).to_owned(),
            open: (*name).to_owned(),
            modified: Timestamp::from_second(1_000 + i64::try_from(at).unwrap()).unwrap(),
        };
        names.iter().enumerate().map(candidate).collect()
    }

    fn of(names: &[&str]) -> Result<Newest, NoNewest> {
        newest(&files(names), date(2026, 12, 2))
    }

    #[test]
    fn the_date_in_the_name_counts_and_not_the_time() {
        for (names, expected) in [
            (["a-2026-12-01", "a-2026-11-30"], "a-2026-12-01"),
            (["a20261201", "a20261130"], "a20261201"),
            (["a_01.12.2026", "a_30.11.2026"], "a_01.12.2026"),
            (["a 1.12.2026", "a 30.11.2026"], "a 1.12.2026"),
            (["20261201030000", "20261201020000"], "20261201030000"),
            (["01122026", "30112026"], "01122026"),
            (["2026-12-01 (2)", "2026-12-01 (1)"], "2026-12-01 (2)"),
            (["2026-12-01 (1)", "2026-12-01"], "2026-12-01 (1)"),
            (["2026-12-01_0300", "2026-12-01_0200"], "2026-12-01_0300"),
            (
                ["2026-11-01_2026-11-30", "2026-11-01_2026-11-29"],
                "2026-11-01_2026-11-30",
            ),
            // No day is 13 in one order, so the other holds for all.
            (["11-13-2026", "10-30-2026"], "11-13-2026"),
            (["13-11-2026", "30-10-2026"], "13-11-2026"),
        ] {
            let newest = of(&names).unwrap();
            assert_eq!(newest.name, expected);
            assert!(matches!(newest.by, NewestBy::Date(_)), "{newest:?}");
            assert_eq!(newest.of, 2);
        }
    }

    #[test]
    fn without_a_date_a_number_counts_and_without_both_the_time() {
        let newest = of(&["a (10)", "a (9)"]).unwrap();
        assert_eq!((newest.name.as_str(), newest.by), ("a (10)", NewestBy::Number));
        assert_eq!(newest.written_later.as_deref(), Some("a (9)"));
        assert_eq!(of(&["a", "a (1)"]).unwrap().written_later, None);
        let newest = of(&["b", "a"]).unwrap();
        assert_eq!((newest.name.as_str(), newest.by), ("a", NewestBy::Time));
        assert_eq!(of(&["a 1"]).unwrap().by, NewestBy::Alone);
        // More digits than a number can have.
        let long = "9".repeat(60);
        assert_eq!(of(&[&long, "1"]).unwrap().name, long);
    }

    #[test]
    fn names_that_say_less_than_others_are_left_out() {
        let newest = of(&["2026-11-30", "2026-12-31", "latest"]).unwrap();
        assert_eq!(newest.name, "2026-11-30");
        assert_eq!(newest.left_out, ["2026-12-31", "latest"]);
        // Tomorrow's is already today's in another time zone.
        assert_eq!(of(&["2026-12-01", "2026-12-02"]).unwrap().name, "2026-12-02");
        assert_eq!(of(&["2027-01-01"]), Err(NoNewest::Later("2027-01-01".to_owned())));
        assert_eq!(of(&[]), Err(NoNewest::NoFile));
    }

    #[test]
    fn a_date_that_may_be_two_is_taken_only_where_it_does_not_matter() {
        let unclear = |one: &str, other: &str| Err(NoNewest::Unclear(one.to_owned(), other.to_owned()));
        assert_eq!(
            of(&["10-12-2025", "11-05-2025"]),
            unclear("10-12-2025", "11-05-2025")
        );
        assert_eq!(of(&["01-02-2026", "03-04-2026"]).unwrap().name, "03-04-2026");
        // With dots the day comes first everywhere.
        assert_eq!(of(&["10.12.2025", "11.05.2025"]).unwrap().name, "10.12.2025");
        assert_eq!(
            of(&["13-01-2026", "01-13-2026"]),
            unclear("13-01-2026", "01-13-2026")
        );
    }

    #[test]
    fn numbers_that_are_no_date_are_numbers() {
        for (names, expected) in [
            (["v1.2.10", "v1.2.9"], "v1.2.10"),
            (["99-99-2026", "98-99-2026"], "99-99-2026"),
            (["2026-13-02", "2026-13-01"], "2026-13-02"),
            (["1764550800", "1764464400"], "1764550800"),
        ] {
            let newest = of(&names).unwrap();
            assert_eq!((newest.name.as_str(), newest.by), (expected, NewestBy::Number));
        }
    }
}
