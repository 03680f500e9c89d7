//! Which of several exports is the newest: by the dates and numbers in their names, else by their
//! times. Pure; `newest/name.rs` reads a name, `config/groups/reading/newest.rs` lists the folder.
//!
//! A date is `2026-12-01`, `20261201` (also with a time behind it), or `01.12.2026`, with any of
//! `- . _` and a space between its parts. `12-01-2026` and `12012026` may be of January or of December:
//! then the names must agree on one reading, or it must not matter. What seems to be a date in another
//! form is not taken for numbers: nothing is chosen.

mod name;

use std::cmp::Ordering;
use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::Date;

use name::{DateOrder, NameKey};

/// A file that the pattern matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) name: String,
    /// The part of the name that the pattern leaves open, from its first wildcard to its last, in
    /// bytes.
    pub(crate) open: Range<usize>,
    /// `None` if the file cannot be looked at. It may be the newest.
    pub(crate) modified: Option<Timestamp>,
}

/// By what a file is the newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NewestBy {
    /// `None` if it can be read in two ways, which makes no difference to the choice.
    Date(Option<Date>),
    Number,
    Time,
    /// It is the only one.
    Alone,
}

/// The newest file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Newest {
    /// Its place among the candidates.
    pub(crate) at: usize,
    pub(crate) name: String,
    pub(crate) by: NewestBy,
    /// The latest date in its name that is not to come. `None` too if it can be read in two ways.
    pub(crate) dated: Option<Date>,
    /// How many files the pattern matches.
    pub(crate) of: usize,
    /// Files without a date, where others have one, and files of a later day than tomorrow.
    pub(crate) left_out: Vec<String>,
    /// A file without a later date that has a lower number and was written later.
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
    /// Which is the newer depends on whether dates to come count.
    ToCome(String, String),
    /// A file seems to have a date in a form that is not read.
    Unread(String),
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
        (Some(Ok(by_day)), Some(Ok(by_month))) if by_day.at != by_month.at => {
            Err(NoNewest::Unclear(by_day.name, by_month.name))
        }
        (Some(Ok(by_day)), Some(Ok(by_month))) if by_day.dated != by_month.dated => Ok(Newest {
            dated: None,
            by: match by_day.by {
                NewestBy::Date(_) => NewestBy::Date(None),
                by => by,
            },
            ..by_day
        }),
        (Some(found), _) | (None, Some(found)) => found,
        (None, None) => match files {
            [only] => Ok(Newest {
                at: 0,
                name: only.name.clone(),
                by: NewestBy::Alone,
                dated: None,
                of: 1,
                left_out: Vec::new(),
                written_later: None,
            }),
            _ => Err(unclear(files)),
        },
    }
}

fn unclear(files: &[Candidate]) -> NoNewest {
    let name = |at: usize| files.get(at).map(|file| file.name.clone()).unwrap_or_default();
    NoNewest::Unclear(name(0), name(files.len().saturating_sub(1)))
}

/// A file with what its name says.
struct Keyed<'f> {
    at: usize,
    file: &'f Candidate,
    key: NameKey,
    /// The latest date of the name that is not to come.
    day: Option<Date>,
}

impl<'f> Keyed<'f> {
    fn new((at, file): (usize, &'f Candidate), order: DateOrder, tomorrow: Date) -> Option<Self> {
        let key = NameKey::new(&file.name, &file.open, order)?;
        let day = key.dates.iter().filter(|date| **date <= tomorrow).max().copied();
        Some(Self { at, file, key, day })
    }

    /// Whether all dates of the name are to come.
    fn is_to_come(&self) -> bool {
        self.day.is_none() && !self.key.dates.is_empty()
    }

    fn by_name(&self, other: &Self) -> Ordering {
        let (one, two) = (&self.key, &other.key);
        (self.day, &one.dates, &one.numbers).cmp(&(other.day, &two.dates, &two.numbers))
    }

    /// Orders by the name, and equal names by time. A file that cannot be looked at may be of any time.
    fn in_order(&self, other: &Self) -> Ordering {
        let time = |keyed: &Self| keyed.file.modified.unwrap_or(Timestamp::MAX);
        let times = || (time(self), &self.file.name).cmp(&(time(other), &other.file.name));
        self.by_name(other).then_with(times)
    }

    /// Whether this file, which is older by a number in its name alone, was written later.
    fn is_doubt_about(&self, newest: &Self) -> bool {
        self.day == newest.day
            && self.key.dates == newest.key.dates
            && self.by_name(newest).is_lt()
            && self.file.modified.is_some()
            && self.file.modified > newest.file.modified
    }
}

/// Returns the newest file with dates in this order; `None` if a name has no date in it.
fn newest_in(files: &[Candidate], order: DateOrder, tomorrow: Date) -> Option<Result<Newest, NoNewest>> {
    let keyed = files
        .iter()
        .enumerate()
        .map(|file| Keyed::new(file, order, tomorrow));
    let keyed: Vec<Keyed<'_>> = keyed.collect::<Option<_>>()?;
    let is_alone = keyed.len() == 1;
    if let Some(unread) = keyed.iter().find(|keyed| keyed.key.has_unread_date && !is_alone) {
        return Some(Err(NoNewest::Unread(unread.file.name.clone())));
    }
    let has_dates = keyed.iter().any(|keyed| keyed.day.is_some());
    let is_left_out = |keyed: &Keyed<'_>| keyed.is_to_come() || has_dates && keyed.day.is_none();
    let (left_out, mut kept): (Vec<_>, Vec<_>) = keyed.into_iter().partition(is_left_out);
    let left_out: Vec<String> = left_out
        .into_iter()
        .map(|keyed| keyed.file.name.clone())
        .collect();
    kept.sort_by(Keyed::in_order);
    let Some(newest) = kept.pop() else {
        let none = left_out
            .into_iter()
            .next()
            .map_or(NoNewest::NoFile, NoNewest::Later);
        return Some(Err(none));
    };
    let last = |keyed: &Keyed<'_>| keyed.key.dates.iter().max().copied();
    if let Some(other) = kept.iter().find(|other| last(other) > last(&newest)) {
        let (one, other) = (newest.file.name.clone(), other.file.name.clone());
        return Some(Err(NoNewest::ToCome(one, other)));
    }
    let has_numbers = kept
        .iter()
        .chain([&newest])
        .any(|keyed| !keyed.key.numbers.is_empty());
    let by = match newest.day {
        _ if is_alone => NewestBy::Alone,
        Some(date) => NewestBy::Date(Some(date)),
        None if has_numbers => NewestBy::Number,
        None => NewestBy::Time,
    };
    let later = kept.iter().find(|other| other.is_doubt_about(&newest));
    Some(Ok(Newest {
        at: newest.at,
        name: newest.file.name.clone(),
        by,
        dated: newest.day,
        of: files.len(),
        left_out,
        written_later: later.map(|other| other.file.name.clone()),
    }))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// Names, the oldest file first.
    fn files(names: &[&str]) -> Vec<Candidate> {
        let candidate = |(at, name): (usize, &&str)| Candidate {
            name: (*name).to_owned(),
            open: 0..name.len(),
            modified: Some(Timestamp::from_second(1_000 + i64::try_from(at).unwrap()).unwrap()),
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
            // The latest date of a name counts.
            (
                ["2026-01-01_2026-12-01", "2026-11-30_2026-11-30"],
                "2026-01-01_2026-12-01",
            ),
            (
                ["2026-12-01 until 2099-01-01", "2026-11-30 until 2099-01-01"],
                "2026-12-01 until 2099-01-01",
            ),
            (["2 2026-12-01", "3 2026-11-30"], "2 2026-12-01"),
            (["20-01-12-2026", "20-30-11-2026"], "20-01-12-2026"),
            (
                ["2026-12-01 01.30 PM", "2026-12-01 11.30 AM"],
                "2026-12-01 01.30 PM",
            ),
            (["2026-12-01 1.30pm", "2026-12-01 12.30am"], "2026-12-01 1.30pm"),
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
            (["30112026", "29112026"], "30112026"),
        ] {
            let newest = of(&names).unwrap();
            assert_eq!(newest.name, expected);
            assert!(matches!(newest.by, NewestBy::Date(_)), "{newest:?}");
            assert_eq!(newest.of, 2);
        }
    }

    /// In every form, whatever stands around it and whenever the files were written.
    #[test]
    fn the_later_day_is_never_passed_over() {
        let days = [
            date(2025, 1, 1),
            date(2025, 1, 31),
            date(2025, 2, 1),
            date(2025, 9, 10),
            date(2025, 10, 9),
            date(2025, 11, 12),
            date(2025, 12, 11),
            date(2025, 12, 31),
            date(2026, 1, 2),
            date(2026, 2, 1),
            date(2026, 11, 30),
            date(2026, 12, 1),
        ];
        let forms = [
            "%Y-%m-%d",
            "%Y_%m_%d",
            "%Y.%m.%d",
            "%Y %m %d",
            "%Y%m%d",
            "%Y%m%d030000",
            "%d.%m.%Y",
            "%-d.%-m.%Y",
            "%d-%m-%Y",
            "%m-%d-%Y",
            "%d_%m_%Y",
            "%d%m%Y",
            "%m%d%Y",
            "%d.%m.%y",
            "%d-%b-%Y",
            "x %Y-%m-%d (2)",
            "v2-%Y-%m-%d",
            "09_30_%Y-%m-%d",
            "15_4_%Y-%m-%d",
            "1-9-%Y-%m-%d",
            "%Y-%m-%d 01.30 PM",
            "2020-01-01_%Y-%m-%d",
            "%Y-%m",
            "%m-%Y",
        ];
        for form in forms {
            let is_of_month = !form.contains('d');
            for (at, older) in days.iter().enumerate() {
                for newer in days.iter().skip(at + 1) {
                    let [older, newer] = [older, newer].map(|day| day.strftime(form).to_string());
                    if is_of_month && older == newer {
                        continue;
                    }
                    // The older one is written later.
                    match of(&[&newer, &older]) {
                        Ok(newest) => assert_eq!(newest.name, newer, "{older}"),
                        Err(why) => assert!(
                            matches!(
                                why,
                                NoNewest::Unclear(..) | NoNewest::Unread(_) | NoNewest::Later(_)
                            ),
                            "{why:?}"
                        ),
                    }
                }
            }
        }
    }

    #[test]
    fn without_a_date_a_number_counts_and_without_both_the_time() {
        let newest = of(&["a (10)", "a (9)"]).unwrap();
        assert_eq!((newest.name.as_str(), newest.by), ("a (10)", NewestBy::Number));
        assert_eq!(newest.written_later.as_deref(), Some("a (9)"));
        assert_eq!(of(&["a", "a (1)"]).unwrap().written_later, None);
        // Months and weeks with the year last.
        assert_eq!(of(&["W01-2027", "W48-2026"]).unwrap().name, "W01-2027");
        assert_eq!(of(&["01-2026", "12-2025"]).unwrap().name, "01-2026");
        assert_eq!(of(&["2026-10", "2026-9"]).unwrap().name, "2026-10");
        let newest = of(&["b", "a"]).unwrap();
        assert_eq!((newest.name.as_str(), newest.by), ("a", NewestBy::Time));
        assert_eq!(of(&["a 1"]).unwrap().by, NewestBy::Alone);
        // More digits than a number can have.
        let long = "9".repeat(60);
        assert_eq!(of(&[&long, "1"]).unwrap().name, long);
    }

    #[test]
    fn ranges_into_the_future_are_not_guessed() {
        assert!(matches!(
            of(&["2026-11-30_2026-12-07", "2026-11-24_2026-12-01"]),
            Err(NoNewest::ToCome(..))
        ));
        let newest = of(&["2026-12-01_2026-12-31", "2026-11-01_2026-11-30"]).unwrap();
        assert_eq!(newest.name, "2026-12-01_2026-12-31");
        // It is the only one.
        assert_eq!(of(&["30-11-2026_11-30-2026"]).unwrap().by, NewestBy::Alone);
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
        assert_eq!(of(&["10122025", "11052025"]), unclear("10122025", "11052025"));
        let newest = of(&["01-02-2026", "03-04-2026"]).unwrap();
        assert_eq!(newest.name, "03-04-2026");
        // It is of March or of April.
        assert_eq!((newest.by, newest.dated), (NewestBy::Date(None), None));
        assert_eq!(of(&["01-02-2026"]).unwrap().dated, None);
        // With dots the day comes first everywhere.
        assert_eq!(of(&["10.12.2025", "11.05.2025"]).unwrap().name, "10.12.2025");
        assert_eq!(
            of(&["13-01-2026", "01-13-2026"]),
            unclear("13-01-2026", "01-13-2026")
        );
    }

    #[test]
    fn what_seems_to_be_a_date_in_another_form_is_not_guessed() {
        for names in [
            ["01.12.26", "30.11.26"],
            ["26-12-01", "26-11-30"],
            ["1.12.26", "9.11.26"],
            ["1-Dec-2026", "30-Nov-2026"],
            ["1 grudnia 2026", "30 listopada 2026"],
            ["1.XII.2026", "30.XI.2026"],
            ["2026-11-30", "01.12.26"],
        ] {
            assert!(matches!(of(&names), Err(NoNewest::Unread(_))), "{names:?}");
            assert_eq!(of(&names[1..]).unwrap().by, NewestBy::Alone);
        }
        // Nothing says when in May it was.
        assert_eq!(of(&["a may b", "a marketing b"]).unwrap().by, NewestBy::Time);
        assert_eq!(
            of(&["2026-12-01 sep", "2026-11-30 dec"]).unwrap().name,
            "2026-12-01 sep"
        );
    }

    #[test]
    fn a_number_beside_equal_dates_is_doubted_if_the_other_file_was_written_later() {
        let newest = of(&["2026-12-01 (1)", "2026-12-01"]).unwrap();
        assert_eq!(newest.name, "2026-12-01 (1)");
        assert_eq!(newest.written_later.as_deref(), Some("2026-12-01"));
        assert_eq!(of(&["2026-12-01", "2026-11-30"]).unwrap().written_later, None);
    }

    #[test]
    fn a_file_that_cannot_be_looked_at_may_be_the_newest() {
        let of = |names: &[&str], unknown: usize| {
            let mut files = files(names);
            files[unknown].modified = None;
            newest(&files, date(2026, 12, 2)).unwrap()
        };
        assert_eq!(of(&["a", "b"], 0).name, "a");
        assert_eq!(of(&["2026-12-01", "2026-11-30"], 1).name, "2026-12-01");
        assert_eq!(of(&["2", "1"], 1).written_later, None);
    }

    #[test]
    fn what_the_pattern_fixes_belongs_to_a_date_and_is_not_compared() {
        let of = |names: [&str; 2], open: Range<usize>| {
            let files: Vec<Candidate> = files(&names)
                .into_iter()
                .map(|file| Candidate {
                    open: open.clone(),
                    ..file
                })
                .collect();
            newest(&files, date(2026, 12, 2)).unwrap()
        };
        assert_eq!(of(["01-12-2026", "30-11-2026"], 0..5).name, "01-12-2026");
        assert_eq!(
            of(["2026-12-01", "2026-11-30"], 5..10).dated,
            Some(date(2026, 12, 1))
        );
        assert_eq!(
            of(["2026-10-01 (2)", "2026-10-01 (1)"], 10..14).by,
            NewestBy::Number
        );
    }

    #[test]
    fn numbers_that_are_no_date_are_numbers() {
        for (names, expected) in [
            (["v1.2.10", "v1.2.9"], "v1.2.10"),
            (["99-99-2026", "98-99-2026"], "99-99-2026"),
            (["2026-13-02", "2026-13-01"], "2026-13-02"),
            (["1764550800", "1764464400"], "1764550800"),
            (["99999999", "88888888"], "99999999"),
            (["03.00.01", "03.00.00"], "03.00.01"),
        ] {
            let newest = of(&names).unwrap();
            assert_eq!((newest.name.as_str(), newest.by), (expected, NewestBy::Number));
        }
    }
}
