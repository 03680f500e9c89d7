//! What a file's name says about its time: dates, numbers, and signs of a date in another form. Pure.

use std::ops::Range;

use jiff::civil::Date;

/// The order of day and month where the year comes last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DateOrder {
    DayFirst,
    MonthFirst,
}

/// What a name says about its time.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct NameKey {
    pub(super) dates: Vec<Date>,
    /// The numbers that are no dates, such as a time or that of a copy, `(2)`.
    pub(super) numbers: Vec<u128>,
    /// Whether there is a date in a form that is not read: with two digits of a year, or with the name
    /// of a month. As numbers they would have another order.
    pub(super) has_unread_date: bool,
}

/// What may stand between the parts of a date.
const SEPARATORS: [char; 4] = ['-', '.', '_', ' '];

/// Names of months, with and without Polish letters, of which one beside a number is a date.
const MONTHS: &str = "jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june \
    july august september october november december sty lut kwi maj cze lip sie wrz paź paz \
    lis gru styczeń styczen luty marzec kwiecień kwiecien czerwiec lipiec sierpień sierpien \
    wrzesień wrzesien październik pazdziernik listopad grudzień grudzien stycznia lutego \
    marca kwietnia maja czerwca lipca sierpnia września wrzesnia października pazdziernika \
    listopada grudnia styczniu lutym marcu kwietniu maju czerwcu lipcu grudniu";

/// Months as Roman numbers, as in `1.XII.2026`.
const ROMAN_MONTHS: &str = "i ii iii iv v vi vii viii ix x xi xii";

/// What begins with a digit.
enum Token {
    Date(Date),
    /// The month or the week of `12-2026`, and before it the year.
    OfYear([u128; 2]),
    Number(u128),
    /// The first number of what may be a date, but is not read.
    UnreadDate(u128),
}

impl NameKey {
    /// Reads a name. Only what reaches into its `open` part counts; the rest is the same in all names.
    /// `None` if what has the form of a date is none in this order.
    pub(super) fn new(name: &str, open: &Range<usize>, order: DateOrder) -> Option<Self> {
        let mut key = Self::default();
        let mut numbers = Run::default();
        let mut at = 0;
        while let Some(found) = name.get(at..)?.find(|c: char| c.is_ascii_digit()) {
            let start = at + found;
            let text = name.get(start..)?;
            let (token, behind) = token(text, order)?;
            at = name.len() - behind.len();
            if at <= open.start || start >= open.end {
                continue;
            }
            match token {
                Token::Date(date) => key.dates.push(date),
                Token::OfYear(parts) => key.numbers.extend(parts),
                Token::Number(number) | Token::UnreadDate(number) => {
                    key.has_unread_date |= matches!(token, Token::UnreadDate(_));
                    numbers.add(start..at, key.numbers.len());
                    key.numbers.push(number);
                    key.of_24_hours(numbers.first, behind);
                }
            }
        }
        let words = name.get(open.clone()).unwrap_or_default();
        key.has_unread_date |= !key.numbers.is_empty() && has_month(words);
        key.has_unread_date &= key.dates.is_empty();
        Some(key)
    }

    /// Changes the hour of a clock of twelve hours, if `AM` or `PM` follows.
    fn of_24_hours(&mut self, hour: usize, behind: &str) {
        let word: String = behind
            .trim_start()
            .chars()
            .take_while(|c| c.is_alphabetic())
            .collect();
        let is_afternoon = word.eq_ignore_ascii_case("pm");
        if let Some(hour) = self.numbers.get_mut(hour)
            && (is_afternoon || word.eq_ignore_ascii_case("am"))
            && (1..=12).contains(hour)
        {
            *hour = *hour % 12 + if is_afternoon { 12 } else { 0 };
        }
    }
}

/// Numbers with one character between them, such as those of a time.
#[derive(Default)]
struct Run {
    /// The place of the first of them among all numbers.
    first: usize,
    /// Where the last of them ends in the name.
    end: usize,
}

impl Run {
    fn add(&mut self, range: Range<usize>, place: usize) {
        if range.start != self.end + 1 {
            self.first = place;
        }
        self.end = range.end;
    }
}

/// Whether a month is named, or stands as a Roman number between others.
fn has_month(text: &str) -> bool {
    let text = text.to_lowercase();
    let is_one_of = |all: &str, word: &str| all.split_whitespace().any(|one| one == word);
    let is_number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    let parts: Vec<&str> = text.split(SEPARATORS).collect();
    let mut words = text.split(|c: char| !c.is_alphabetic());
    words.any(|word| is_one_of(MONTHS, word))
        || parts.windows(3).any(|three| match three {
            [day, month, year] => is_number(day) && is_one_of(ROMAN_MONTHS, month) && is_number(year),
            _ => false,
        })
}

/// Splits off what the digits at the beginning belong to. `None` if it is a date in the other order
/// alone.
fn token(text: &str, order: DateOrder) -> Option<(Token, &str)> {
    match compact_date(text, order) {
        Parted::Date(date) => return Some((Token::Date(date), text.get(8..)?)),
        Parted::OtherOrder => return None,
        Parted::Numbers => {}
    }
    let (first, behind) = digits(text);
    let number = |digits: &str| digits.parse().unwrap_or(u128::MAX);
    if is_before_a_date(text) {
        return Some((Token::Number(number(first)), behind));
    }
    if let Some((parts, separator, behind_all)) = three_numbers(text) {
        match parted_date(parts, separator, order) {
            Parted::Date(date) => return Some((Token::Date(date), behind_all)),
            Parted::OtherOrder => return None,
            Parted::Numbers if has_short_year(parts) => {
                return Some((Token::UnreadDate(number(first)), behind));
            }
            Parted::Numbers => {}
        }
    } else if let Some((parts, behind)) = of_year(text) {
        return Some((Token::OfYear(parts), behind));
    }
    Some((Token::Number(number(first)), behind))
}

/// Splits off the digits at the beginning.
fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}

/// Reads a date of eight digits at the beginning. If the year comes first, a time may follow at once.
fn compact_date(text: &str, order: DateOrder) -> Parted {
    let (run, _) = digits(text);
    let number = |from: usize, to: usize| run.get(from..to).and_then(|part| part.parse::<i16>().ok());
    let split = |[a, b, c, d]: [usize; 4]| Some((number(a, b)?, number(b, c)?, number(c, d)?));
    let year_first = split([0, 4, 6, 8]).filter(|_| [8, 12, 14].contains(&run.len()));
    if let Some(date) = year_first.and_then(|(year, month, day)| date(year, month, day)) {
        return Parted::Date(date);
    }
    match split([0, 2, 4, 8]).filter(|_| run.len() == 8) {
        Some((one, two, year)) => with_year_last([one, two, year], order),
        None => Parted::Numbers,
    }
}

/// Splits off three numbers with the same character between them.
fn three_numbers(text: &str) -> Option<([&str; 3], char, &str)> {
    let (first, behind) = digits(text);
    let separator = behind.chars().next().filter(|c| SEPARATORS.contains(c))?;
    let (second, behind) = digits(behind.strip_prefix(separator)?);
    let (third, behind) = digits(behind.strip_prefix(separator)?);
    (!second.is_empty() && !third.is_empty()).then_some(([first, second, third], separator, behind))
}

/// Whether the third number at the beginning is the year of a date such as `2026-12-01`.
fn is_before_a_date(text: &str) -> bool {
    let Some((parts, _, behind)) = three_numbers(text) else {
        return false;
    };
    let [.., third] = parts;
    let date = text
        .get(text.len() - behind.len() - third.len()..)
        .and_then(three_numbers);
    date.is_some_and(|(parts, separator, _)| {
        let is_year_first = parts.first().is_some_and(|year| year.len() == 4);
        is_year_first
            && matches!(
                parted_date(parts, separator, DateOrder::DayFirst),
                Parted::Date(_)
            )
    })
}

/// Splits off `12-2026`, which is of a month, a week or a quarter.
fn of_year(text: &str) -> Option<([u128; 2], &str)> {
    let (part, behind) = digits(text);
    let (year, behind) = digits(behind.strip_prefix(SEPARATORS)?);
    let goes_on =
        behind.starts_with(SEPARATORS) && behind.get(1..)?.starts_with(|c: char| c.is_ascii_digit());
    if part.len() > 2 || year.len() != 4 || goes_on {
        return None;
    }
    date(year.parse().ok()?, 1, 1)?;
    Some(([year.parse().ok()?, part.parse().ok()?], behind))
}

/// Whether three numbers may be a date of this century whose year has two digits.
fn has_short_year(parts: [&str; 3]) -> bool {
    let numbers: Vec<i16> = parts.iter().filter_map(|part| part.parse().ok()).collect();
    let [one, two, three] = *numbers.as_slice() else {
        return false;
    };
    let is_now = |part: &str, year: i16| part.len() == 2 && (20..50).contains(&year);
    let [first, _, last] = parts;
    (parts.iter().all(|part| part.len() == 2)
        || parts.iter().all(|part| part.len() <= 2) && (is_now(first, one) || is_now(last, three)))
        && [(three, two, one), (three, one, two), (one, two, three)]
            .into_iter()
            .any(|(year, month, day)| date(2000 + year, month, day).is_some())
}

/// What numbers are that have the form of a date.
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
    match lengths {
        [4, 1..=2, 1..=2] => date(one, two, three).map_or(Parted::Numbers, Parted::Date),
        // With dots the day comes first everywhere.
        [1..=2, 1..=2, 4] if separator == '.' => date(three, two, one).map_or(Parted::Numbers, Parted::Date),
        [1..=2, 1..=2, 4] => with_year_last([one, two, three], order),
        _ => Parted::Numbers,
    }
}

fn with_year_last([one, two, year]: [i16; 3], order: DateOrder) -> Parted {
    let (day_first, month_first) = (date(year, two, one), date(year, one, two));
    let (found, other) = match order {
        DateOrder::DayFirst => (day_first, month_first),
        DateOrder::MonthFirst => (month_first, day_first),
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
