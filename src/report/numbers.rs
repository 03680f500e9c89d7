//! Formats numbers and durations for people.

use std::time::Duration;

use indicatif::HumanCount;

/// Formats `1234567` as `1,234,567`.
pub(crate) fn thousands(number: u64) -> String {
    HumanCount(number).to_string()
}

/// Formats a number with its noun, whose plural adds an s: `1 row`, `1,200 rows`.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", thousands(number))
}

/// Formats a duration in its two largest units: `850 ms`, `4.2 s`, `3 min 20 s`, `2 h 5 min`, `3 d
/// 4 h`.
pub(crate) fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0 => format!("{} ms", time.as_millis()),
        1..10 => format!("{:.1} s", time.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3600..86_400 => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{} d {} h", thousands(seconds / 86_400), seconds % 86_400 / 3600),
    }
}

/// Formats a rate with three significant digits: `4.99/s`, `49.8/s`, `1,250/s`.
pub(crate) fn per_second(rate: f64) -> String {
    const DIGITS: f64 = 1000.0;
    if rate < 9.995 {
        return format!("{rate:.2}/s");
    }
    if rate < 99.95 {
        return format!("{rate:.1}/s");
    }
    let mut unit = 1.0;
    while rate / unit >= DIGITS {
        unit *= 10.0;
    }
    // Written in full; the digits after the third are zeros.
    let rounded = format!("{:.0}", (rate / unit).round() * unit);
    format!("{}/s", rounded.parse().map_or(rounded, thousands))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_separators() {
        let shown = [0, 999, 1000, 65_536, 1_234_567].map(thousands);
        assert_eq!(shown, ["0", "999", "1,000", "65,536", "1,234,567"]);
    }

    #[test]
    fn rates_have_three_figures() {
        let shown = [
            0.0, 0.2, 4.99, 9.996, 49.84, 99.96, 100.2, 999.6, 1001.7, 65_432.1,
        ]
        .map(per_second);
        assert_eq!(
            shown,
            [
                "0.00/s", "0.20/s", "4.99/s", "10.0/s", "49.8/s", "100/s", "100/s", "1,000/s", "1,000/s",
                "65,400/s"
            ]
        );
    }

    #[test]
    fn times_have_the_units_that_matter() {
        let shown = [850, 4200, 59_000, 200_000, 7_500_000, 273_600_000]
            .map(|ms| duration(Duration::from_millis(ms)));
        assert_eq!(
            shown,
            ["850 ms", "4.2 s", "59 s", "3 min 20 s", "2 h 5 min", "3 d 4 h"]
        );
    }
}
