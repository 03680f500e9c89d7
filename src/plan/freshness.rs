//! Guards against an outdated export: the age of its file, and how long its content has been the
//! same. Pure; the times are passed in, and `text` has the words.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

/// The limits that the user set; `None` for no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Freshness {
    /// Maximum time since the file was last written.
    pub(crate) max_age: Option<Duration>,
    /// Maximum time since the first run with the same content started.
    pub(crate) max_same: Option<Duration>,
}

/// An objection to an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stale {
    /// The file was last written at this time.
    Old {
        modified: Timestamp,
        age: Duration,
        most: Duration,
    },
    /// The name of the file has this date, whose day ended so long ago.
    Dated {
        date: Date,
        age: Duration,
        most: Duration,
    },
    /// The content has been the same since this time.
    Same {
        since: Timestamp,
        age: Duration,
        most: Duration,
    },
}

impl Freshness {
    /// Whether any limit is set.
    pub(crate) fn is_asked(self) -> bool {
        self != Self::default()
    }

    /// Returns the objections to sending the export now. `modified` is the file's time, and
    /// `dated` the date in its name with the end of that day. `since` is
    /// the start of the first of the consecutive runs with this content, if there was one. A time
    /// in the future means a wrong clock, and never counts as old.
    pub(crate) fn objections(
        self,
        (modified, dated): (Timestamp, Option<(Date, Timestamp)>),
        since: Option<Timestamp>,
        now: Timestamp,
    ) -> Vec<Stale> {
        let age_of = |time: Timestamp| Duration::try_from(now.duration_since(time)).unwrap_or_default();
        let old = self.max_age.map(|most| match dated {
            // A copy of an old export has a new time.
            Some((date, end)) if end < modified => Stale::Dated {
                date,
                age: age_of(end),
                most,
            },
            _ => Stale::Old {
                modified,
                age: age_of(modified),
                most,
            },
        });
        let same = self.max_same.zip(since).map(|(most, since)| Stale::Same {
            since,
            age: age_of(since),
            most,
        });
        let all = old.into_iter().chain(same);
        all.filter(Stale::exceeds).collect()
    }
}

impl Stale {
    fn exceeds(&self) -> bool {
        match self {
            Self::Old { age, most, .. } | Self::Dated { age, most, .. } | Self::Same { age, most, .. } => {
                age > most
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + hour * 3_600).unwrap()
    }

    #[test]
    fn each_bound_is_allowed_and_the_future_is_not_old() {
        let asked = Freshness {
            max_age: Some(2 * HOUR),
            max_same: Some(5 * HOUR),
        };
        let found = |modified, since: Option<i64>| {
            let stale = asked.objections((at(modified), None), since.map(at), at(10));
            let words = stale.into_iter().map(|stale| match stale {
                Stale::Dated { age, most, .. } => ("dated", age.as_secs() / 3_600, most.as_secs() / 3_600),
                Stale::Old { age, most, .. } => ("old", age.as_secs() / 3_600, most.as_secs() / 3_600),
                Stale::Same { age, most, .. } => ("same", age.as_secs() / 3_600, most.as_secs() / 3_600),
            });
            words.collect::<Vec<_>>()
        };
        assert_eq!(found(8, None), []);
        assert_eq!(found(7, None), [("old", 3, 2)]);
        assert_eq!(found(8, Some(5)), []);
        assert_eq!(found(8, Some(4)), [("same", 6, 5)]);
        assert_eq!(found(7, Some(0)), [("old", 3, 2), ("same", 10, 5)]);
        assert_eq!(found(11, Some(12)), [], "a clock is wrong");
        let nothing = Freshness::default();
        assert!(!nothing.is_asked() && asked.is_asked());
        assert_eq!(
            nothing.objections((at(-9_999), None), Some(at(-9_999)), at(10)),
            []
        );
    }

    #[test]
    fn the_date_in_a_name_makes_a_new_file_old() {
        let asked = Freshness {
            max_age: Some(5 * HOUR),
            max_same: None,
        };
        let date = Date::constant(2026, 12, 1);
        let of = |modified, end| asked.objections((at(modified), Some((date, at(end)))), None, at(10));
        assert!(matches!(of(9, 1)[..], [Stale::Dated { .. }]));
        assert!(matches!(of(1, 20)[..], [Stale::Old { .. }]));
        assert_eq!(of(9, 20), []);
    }
}
