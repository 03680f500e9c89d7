//! Numbers, durations and rates as people write them, and the Polish plural. Pure.

use std::time::Duration;

use crate::model::Lang;

/// Separates the digits of a Polish number and a number from its unit: no line breaks there. Screens
/// show it as a space.
const NO_BREAK: char = '\u{A0}';

/// Formats a number with separators: `1,234,567`; in Polish `1 234 567`.
pub(crate) fn thousands(lang: Lang, number: u64) -> String {
    let text = crate::report::thousands(number);
    match lang {
        Lang::En => text,
        Lang::Pl => text.replace(',', &NO_BREAK.to_string()),
    }
}

/// Formats a number with one decimal.
fn decimal(lang: Lang, number: f64) -> String {
    let text = format!("{number:.1}");
    match lang {
        Lang::En => text,
        Lang::Pl => text.replace('.', ","),
    }
}

/// Formats a duration in its two largest units: `under 1 s`, `4.2 s`, `3 min 20 s`, `2 h 5 min`,
/// `3 d 4 h`.
pub(crate) fn duration(lang: Lang, time: Duration) -> String {
    let seconds = time.as_secs();
    let space = match lang {
        Lang::En => ' ',
        Lang::Pl => NO_BREAK,
    };
    let in_units = |parts: [(u64, &str); 2]| {
        let parts = parts.map(|(count, unit)| format!("{}{space}{unit}", thousands(lang, count)));
        parts.join(" ")
    };
    let days = match lang {
        Lang::En => "d",
        Lang::Pl => form(seconds / 86_400, ["dzień", "dni", "dni"]),
    };
    match seconds {
        0 => match lang {
            Lang::En => "under 1 s".to_owned(),
            Lang::Pl => "mniej niż 1\u{A0}s".to_owned(),
        },
        1..10 => format!("{}{space}s", decimal(lang, time.as_secs_f64())),
        10..60 => format!("{seconds}{space}s"),
        60..3600 => in_units([(seconds / 60, "min"), (seconds % 60, "s")]),
        3600..86_400 => in_units([(seconds / 3600, "h"), (seconds % 3600 / 60, "min")]),
        _ => in_units([(seconds / 86_400, days), (seconds % 86_400 / 3600, "h")]),
    }
}

/// Formats the time of one answer: `0.4 ms`, `85 ms`, `1.2 s`.
pub(crate) fn response_time(lang: Lang, time: Duration) -> String {
    let space = match lang {
        Lang::En => ' ',
        Lang::Pl => NO_BREAK,
    };
    match time.as_millis() {
        0..10 => format!("{}{space}ms", decimal(lang, time.as_secs_f64() * 1000.0)),
        10..1000 => format!("{}{space}ms", time.as_millis()),
        _ => duration(lang, time),
    }
}

/// Rounds a remaining time up to seconds, so that a countdown ends with 1 s.
pub(super) fn whole_seconds(time: Duration) -> Duration {
    Duration::from_secs((time + Duration::from_millis(999)).as_secs().max(1))
}

/// Formats a rate of calls: `4.9/s`, in Polish `4,9/s`.
pub(crate) fn per_second(lang: Lang, rate: f64) -> String {
    let text = crate::report::per_second(rate);
    match lang {
        Lang::En => text,
        Lang::Pl => text
            .chars()
            .map(|c| match c {
                '.' => ',',
                ',' => NO_BREAK,
                other => other,
            })
            .collect(),
    }
}

/// Formats a number with its English noun, whose plural adds an s: `1 row`, `1,200 rows`.
pub(super) fn en(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", thousands(Lang::En, number))
}

/// Chooses the Polish form for a number: `["wiersz", "wiersze", "wierszy"]`.
pub(super) fn form(number: u64, [one, few, many]: [&str; 3]) -> &str {
    match (number, number % 10, number % 100) {
        (1, _, _) => one,
        (_, 2..=4, 12..=14) => many,
        (_, 2..=4, _) => few,
        _ => many,
    }
}

/// Formats a number with its Polish noun.
pub(super) fn pl(number: u64, forms: [&str; 3]) -> String {
    format!("{}{NO_BREAK}{}", thousands(Lang::Pl, number), form(number, forms))
}

#[cfg(test)]
mod tests {
    use icu_locale_core::locale;
    use icu_plurals::{PluralCategory, PluralRules};

    use super::*;

    #[test]
    fn polish_forms_are_those_of_the_unicode_consortium() {
        let rules = PluralRules::try_new_cardinal(locale!("pl").into()).unwrap();
        for number in (0..=2_000_u64).chain([1_000_001, 1_000_002, 1_000_012, 22_222_222]) {
            let expected = match rules.category_for(number) {
                PluralCategory::One => "one",
                PluralCategory::Few => "few",
                _ => "many",
            };
            assert_eq!(form(number, ["one", "few", "many"]), expected, "{number}");
        }
    }

    #[test]
    fn numbers_have_the_separators_of_their_language() {
        let numbers = [0, 999, 1000, 1_234_567];
        let shown = numbers.map(|number| thousands(Lang::En, number));
        assert_eq!(shown, ["0", "999", "1,000", "1,234,567"]);
        let shown = numbers.map(|number| thousands(Lang::Pl, number));
        assert_eq!(shown, ["0", "999", "1\u{A0}000", "1\u{A0}234\u{A0}567"]);
    }

    #[test]
    fn durations_have_the_units_that_matter() {
        let times =
            [850, 4200, 59_000, 200_000, 7_500_000, 273_600_000, 90_000_000].map(Duration::from_millis);
        let shown = |lang| times.map(|time| duration(lang, time).replace('\u{A0}', " "));
        assert_eq!(
            shown(Lang::En),
            [
                "under 1 s",
                "4.2 s",
                "59 s",
                "3 min 20 s",
                "2 h 5 min",
                "3 d 4 h",
                "1 d 1 h"
            ]
        );
        assert_eq!(
            shown(Lang::Pl),
            [
                "mniej niż 1 s",
                "4,2 s",
                "59 s",
                "3 min 20 s",
                "2 h 5 min",
                "3 dni 4 h",
                "1 dzień 1 h"
            ]
        );
    }

    #[test]
    fn rates_have_the_decimal_sign_of_their_language() {
        assert_eq!(per_second(Lang::Pl, 4.99), "4,99/s");
        assert_eq!(per_second(Lang::Pl, 65_432.1), "65\u{A0}400/s");
        assert_eq!(per_second(Lang::En, 4.99), "4.99/s");
    }
}
