//! Why the survey's mailing list cannot be read, in both languages.

use super::*;
use crate::pull::{PullError, Unreadable};

/// Every kind of error, each with the next one.
fn errors() -> impl Iterator<Item = PullError> {
    let host = || "www.webankieta.pl".to_owned();
    successors(
        Some(PullError::Untrusted {
            host: host(),
            why: "TECHNICAL".to_owned(),
        }),
        move |error| {
            Some(match error {
                PullError::Untrusted { .. } => PullError::Unreached {
                    host: host(),
                    why: "TECHNICAL".to_owned(),
                    tries: 9,
                },
                PullError::Unreached { tries: 9, .. } => PullError::Unreached {
                    host: host(),
                    why: "TECHNICAL".to_owned(),
                    tries: 1,
                },
                PullError::Unreached { .. } => PullError::Failing {
                    host: host(),
                    status: 503,
                    tries: 9,
                },
                PullError::Failing { tries: 9, .. } => PullError::Failing {
                    host: host(),
                    status: 503,
                    tries: 1,
                },
                PullError::Failing { .. } => PullError::Busy {
                    host: host(),
                    wait: Duration::from_secs(3_601),
                },
                PullError::Busy { .. } => PullError::KeyRefused { status: 401 },
                PullError::KeyRefused { .. } => PullError::TokenRefused { status: 401 },
                PullError::TokenRefused { .. } => PullError::NoPlan,
                PullError::NoPlan => PullError::NoSurvey {
                    survey: "399793".to_owned(),
                },
                PullError::NoSurvey { .. } => PullError::NoApi { host: host() },
                PullError::NoApi { .. } => PullError::NotUnderstood { status: 406 },
                PullError::NotUnderstood { .. } => PullError::Redirected {
                    host: host(),
                    status: 302,
                },
                PullError::Redirected { .. } => PullError::Unknown {
                    host: host(),
                    status: 418,
                },
                PullError::Unknown { .. } => PullError::Unsteady { tries: 3 },
                PullError::Unsteady { .. } => PullError::Unreadable {
                    host: host(),
                    why: Unreadable::Html,
                },
                PullError::Unreadable { .. } => return None,
            })
        },
    )
}

/// Every kind of unreadable answer, each with the next one.
fn answers() -> impl Iterator<Item = Unreadable> {
    let keys = || "data, page".to_owned();
    successors(Some(Unreadable::Html), move |why| {
        Some(match why {
            Unreadable::Html => Unreadable::NotJson,
            Unreadable::NotJson => Unreadable::TooLong,
            Unreadable::TooLong => Unreadable::NoList(keys()),
            Unreadable::NoList(keys) if !keys.is_empty() => Unreadable::NoList(String::new()),
            Unreadable::NoList(_) => Unreadable::BadTotal,
            Unreadable::BadTotal => Unreadable::NoObject(11),
            Unreadable::NoObject(_) => Unreadable::BadId {
                entry: 11,
                keys: keys(),
            },
            Unreadable::BadId { .. } => Unreadable::BadValue {
                entry: 11,
                key: "label4".to_owned(),
            },
            Unreadable::BadValue { .. } => Unreadable::TwoValues { entry: 11, label: 4 },
            Unreadable::TwoValues { .. } => Unreadable::NoToken(keys()),
            Unreadable::NoToken(_) => Unreadable::Short {
                listed: 1_050,
                total: 12_000,
            },
            Unreadable::Short { .. } => Unreadable::Repeats,
            Unreadable::Repeats => return None,
        })
    })
}

#[test]
fn the_errors_of_the_mailing_list() {
    let both = |error: PullError| {
        let message = Message::from_error(error);
        [Lang::En, Lang::Pl].map(|lang| message.text(lang).replace('\u{A0}', " "))
    };
    let mut page = String::new();
    let named = errors().map(|error| (format!("{error:?}"), both(error)));
    section(&mut page, "errors of the mailing list", named);
    let named = answers().map(|why| {
        let name = format!("{why:?}");
        let host = "www.webankieta.pl".to_owned();
        (name, both(PullError::Unreadable { host, why }))
    });
    section(&mut page, "answers that are not readable", named);
    let others = [
        (
            "pull_needs_survey",
            super::both(|words| words.pull_needs_survey()),
        ),
        (
            "pulling",
            super::both(|words| words.pulling(25_000, Some("5 min".to_owned()))),
        ),
        (
            "pulling at once",
            super::both(|words| words.pulling(25_000, None)),
        ),
        ("pull_stopped", super::both(|words| words.pull_stopped("…"))),
        ("pulled", super::both(|words| words.pulled(1_234, "7", "a.csv"))),
        ("pulled one", super::both(|words| words.pulled(1, "7", "a.csv"))),
    ];
    section(
        &mut page,
        "others",
        others.into_iter().map(|(name, texts)| (name.to_owned(), texts)),
    );
    insta::assert_snapshot!(page);
}
