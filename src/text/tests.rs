//! Every sentence of both languages, in one file for a reader to go through. A new variant does not
//! compile until it has an example here.

mod input_errors;
mod output_errors;
mod pull_errors;

use std::fmt::{self, Write as _};
use std::iter::successors;

use std::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::model::{CountOrPercent, EarlyEnd, ErrorCode, RowFault, Signal};
use crate::plan::{Damage, Objection, Stale};

/// Maximum length of a fault's title or advice, in characters.
const MAX_LINE: usize = 80;

/// Maximum length of a whole sentence, in characters.
const MAX_SENTENCE: usize = 200;

/// Maximum length of a code's title, in characters.
const MAX_TITLE: usize = 48;

type SayCode = fn(Lang, ErrorCode) -> String;

/// Every fault, each with the next one.
fn faults() -> impl Iterator<Item = RowFault> {
    successors(Some(RowFault::MissingId), |fault| {
        Some(match fault {
            RowFault::MissingId => RowFault::MissingAddress,
            RowFault::MissingAddress => RowFault::IdPlaceholder,
            RowFault::IdPlaceholder => RowFault::IdShortened,
            RowFault::IdShortened => RowFault::IdFormulaError,
            RowFault::IdFormulaError => RowFault::IdDate,
            RowFault::IdDate => RowFault::IdAsText,
            RowFault::IdAsText => RowFault::IdDecimal,
            RowFault::IdDecimal => RowFault::IdSeparators,
            RowFault::IdSeparators => RowFault::IdOtherDigits,
            RowFault::IdOtherDigits => RowFault::IdAddress,
            RowFault::IdAddress => RowFault::IdNotDigits,
            RowFault::IdNotDigits => RowFault::TableIdNotDigits,
            RowFault::TableIdNotDigits => RowFault::NoMatch,
            RowFault::NoMatch => RowFault::NotListed,
            RowFault::NotListed => RowFault::AmbiguousMatch,
            RowFault::AmbiguousMatch => RowFault::BadAddress,
            RowFault::BadAddress => RowFault::SharedAddress,
            RowFault::SharedAddress => RowFault::UnknownId,
            RowFault::UnknownId => RowFault::MissingSurvey,
            RowFault::MissingSurvey => RowFault::SurveyNotDigits,
            RowFault::SurveyNotDigits => RowFault::SurveyDiffers,
            RowFault::SurveyDiffers => RowFault::TooFewFields {
                fields: 3,
                columns: 12,
            },
            RowFault::TooFewFields { .. } => RowFault::TooManyFields {
                fields: 16_385,
                columns: 12,
                at_least: true,
            },
            RowFault::TooManyFields { .. } => RowFault::Undecodable {
                encoding: "windows-1250",
            },
            RowFault::Undecodable { .. } => RowFault::LettersLost,
            RowFault::LettersLost => RowFault::OtherEncoding {
                encoding: "windows-1250",
            },
            RowFault::OtherEncoding { .. } => RowFault::ValueTooLong {
                label: "l10".parse().unwrap(),
                bytes: 70_000,
                most: 65_536,
            },
            RowFault::ValueTooLong { .. } => RowFault::QueryTooLong,
            RowFault::QueryTooLong => RowFault::NothingToSend,
            RowFault::NothingToSend => RowFault::BlankId,
            RowFault::BlankId => RowFault::NotSelected,
            RowFault::NotSelected => RowFault::Excluded,
            RowFault::Excluded => RowFault::Superseded,
            RowFault::Superseded => RowFault::Unchanged,
            RowFault::Unchanged => RowFault::Conflict,
            RowFault::Conflict => return None,
        })
    })
}

/// Returns a text of an error code.
/// Adds a section: for each thing its name, then its text in both languages.
fn section(page: &mut String, heading: &str, texts: impl Iterator<Item = (String, [String; 2])>) {
    writeln!(page, "# {heading}").unwrap();
    for (name, [english, polish]) in texts {
        assert_ne!(english, polish, "{name} is not translated");
        for text in [&english, &polish] {
            assert!(
                !text.ends_with('.') && text.chars().count() <= MAX_SENTENCE,
                "{name}: {text}"
            );
        }
        writeln!(page, "{name}\n  en {english}\n  pl {polish}").unwrap();
    }
}

#[test]
fn the_faults_of_rows() {
    let mut page = String::new();
    for lang in [Lang::En, Lang::Pl] {
        for fault in faults() {
            let (title, advice) = (words(lang).fault_title(&fault), words(lang).fault_advice(&fault));
            assert!(!title.contains(": "), "{title}");
            assert_eq!(advice.is_some(), fault.code().advice().is_some(), "{title}");
            for line in [Some(title), advice].into_iter().flatten() {
                assert!(line.chars().count() <= MAX_LINE, "{line}");
            }
        }
    }
    let texts = |fault: RowFault| [Lang::En, Lang::Pl].map(|lang| fault_text(lang)(&fault));
    let named = |fault: RowFault| format!("{} {fault:?}", fault.code().name());
    section(
        &mut page,
        "faults of rows",
        faults().map(|fault| (named(fault), texts(fault))),
    );
    insta::assert_snapshot!(page);
}

#[test]
fn the_error_codes() {
    for (lang, code) in ErrorCode::all().flat_map(|code| [(Lang::En, code), (Lang::Pl, code)]) {
        let title = title(lang, code);
        assert!(
            !title.contains(": ") && title.chars().count() <= MAX_TITLE,
            "{title}"
        );
        assert_eq!(advice(lang, code).is_some(), code.advice().is_some(), "{title}");
    }
    let mut page = String::new();
    let kinds: [(&str, SayCode); 2] = [
        ("titles of codes", |lang, code| title(lang, code).to_owned()),
        ("advice for codes", |lang, code| {
            advice(lang, code).map(str::to_owned).unwrap_or_default()
        }),
    ];
    for (heading, say) in kinds {
        let texts = ErrorCode::all().map(|code| (code, [Lang::En, Lang::Pl].map(|lang| say(lang, code))));
        let texts = texts.filter(|(_, [english, _])| !english.is_empty());
        section(
            &mut page,
            heading,
            texts.map(|(code, texts)| (code.name().to_owned(), texts)),
        );
    }
    insta::assert_snapshot!(page);
}

/// Every objection, each with the next one.
fn objections() -> impl Iterator<Item = Objection> {
    let label = || "l4".parse().unwrap();
    let first = Objection::TooFewRows {
        rows: 412,
        least: 1000,
    };
    successors(Some(first), move |objection| {
        Some(match objection {
            Objection::TooFewRows { .. } => Objection::TooFewFilled {
                label: label(),
                filled: 1,
                rows: 1000,
                least: 99.5,
            },
            Objection::TooFewFilled { .. } => Objection::WouldClear {
                label: label(),
                blank: 22,
                rows: 1000,
            },
            Objection::WouldClear { .. } => Objection::TooManyChanges {
                changes: 3,
                known: 10,
                most: CountOrPercent::Percent(0.5),
            },
            Objection::TooManyChanges { .. } => Objection::TooManyUnknown {
                unknown: 5,
                rows: 100,
                most: CountOrPercent::Count(2),
            },
            Objection::TooManyUnknown { .. } => Objection::TooManyDamaged {
                damaged: 3,
                rows: 100,
                most: CountOrPercent::Count(0),
            },
            Objection::TooManyDamaged { .. } => Objection::FewerRows { rows: 4, last: 20 },
            Objection::FewerRows { .. } => Objection::FewerNamed {
                named: 1,
                rows: 20,
                last: 20,
            },
            Objection::FewerNamed { .. } => Objection::LostColumn {
                label: "l4".to_owned(),
            },
            Objection::LostColumn { .. } => Objection::AllBlank {
                label: "l4".to_owned(),
            },
            Objection::AllBlank { .. } => return None,
        })
    })
}

/// A message as a line for each language.
fn both(say: impl Fn(&dyn Words) -> String) -> [String; 2] {
    let message = Message::new(say);
    [Lang::En, Lang::Pl].map(|lang| message.text(lang).replace('\u{A0}', " "))
}

#[test]
fn guards_and_damage() {
    let mut page = String::new();
    let name = |thing: &dyn fmt::Debug| {
        let name = format!("{thing:?}");
        name.split(' ').next().unwrap().to_owned()
    };
    section(
        &mut page,
        "objections",
        objections().map(|objection| (name(&objection), both(|words| words.objection(&objection)))),
    );
    let hours = Duration::from_hours;
    let stale = [
        Stale::Old {
            modified: Timestamp::UNIX_EPOCH,
            age: hours(50),
            most: hours(36),
        },
        Stale::Same {
            since: Timestamp::UNIX_EPOCH,
            age: hours(50),
            most: hours(36),
        },
    ];
    let no_time = |texts: [String; 2]| {
        texts.map(|text| {
            let text = text.replace(&crate::model::local_time(Timestamp::UNIX_EPOCH), "TIME");
            text.replace(
                &crate::model::local_time_in(Lang::Pl, Timestamp::UNIX_EPOCH),
                "TIME",
            )
        })
    };
    section(
        &mut page,
        "exports that were not renewed",
        stale
            .iter()
            .map(|stale| (name(stale), no_time(both(|words| words.stale(stale))))),
    );
    let said = ["…".to_owned(), "…".to_owned()];
    let others = [
        (
            "guard_refused",
            both(|words| words.guard_refused("a.csv", &said, false)),
        ),
        (
            "guard_refused, resumed",
            both(|words| words.guard_refused("a.csv", &said, true)),
        ),
        ("guard_ignored", both(|words| words.guard_ignored("a.csv", &said))),
        (
            "crm_number",
            both(|words| words.with_crm_remedy(&words.crm_number("Record ID", false))),
        ),
        (
            "crm_number of a table",
            both(|words| words.crm_number("Record ID", true)),
        ),
        (
            "nothing_was_sent",
            both(|words| words.nothing_was_sent("a.csv", "…")),
        ),
        (
            "max_changes_needs_store",
            both(|words| words.max_changes_needs_store()),
        ),
        ("guards_need_a_file", both(|words| words.guards_need_a_file())),
        ("no_file_time", both(|words| words.no_file_time("a.csv"))),
    ];
    section(
        &mut page,
        "guards",
        others.into_iter().map(|(name, texts)| (name.to_owned(), texts)),
    );
    let all = successors(Some(Damage::Error), |damage| {
        Some(match damage {
            Damage::Error => Damage::Shortened,
            Damage::Shortened => Damage::Date,
            Damage::Date => Damage::TooNarrow,
            Damage::TooNarrow => Damage::OtherEncoding,
            Damage::OtherEncoding => Damage::Lost,
            Damage::Lost => Damage::Guarded,
            Damage::Guarded => return None,
        })
    });
    section(
        &mut page,
        "damage",
        all.map(|damage| (name(&damage), both(|words| words.damage(damage).to_owned()))),
    );
    insta::assert_snapshot!(page);
}

#[test]
fn early_ends() {
    let text = || "…".to_owned();
    let first = EarlyEnd::Refused {
        in_a_row: 5,
        example: text(),
    };
    let all = successors(Some(first), |end| {
        Some(match end {
            EarlyEnd::Refused { .. } => EarlyEnd::SameError {
                in_a_row: 52,
                example: text(),
            },
            EarlyEnd::SameError { .. } => EarlyEnd::AllRejected {
                respondents: 500,
                message: text(),
            },
            EarlyEnd::AllRejected { .. } => EarlyEnd::TooManyErrors {
                rows: 22,
                limit: "20".to_owned(),
            },
            EarlyEnd::TooManyErrors { .. } => EarlyEnd::Untrusted { reason: text() },
            EarlyEnd::Untrusted { .. } => EarlyEnd::ProxyRefused {
                proxy: "http://proxy:3128".to_owned(),
                status: 407,
            },
            EarlyEnd::ProxyRefused { proxy, status: 407 } => EarlyEnd::ProxyRefused {
                proxy: proxy.clone(),
                status: 403,
            },
            EarlyEnd::ProxyRefused { .. } => EarlyEnd::Outage {
                after: Duration::from_hours(1),
                reason: text(),
            },
            EarlyEnd::Outage { .. } => EarlyEnd::NotThePlatform { calls: 10 },
            EarlyEnd::NotThePlatform { .. } => EarlyEnd::Deadline,
            EarlyEnd::Deadline => EarlyEnd::Interrupted(Signal::Interrupt),
            EarlyEnd::Interrupted(Signal::Interrupt) => EarlyEnd::Interrupted(Signal::Terminate),
            EarlyEnd::Interrupted(Signal::Terminate) => EarlyEnd::NotRecorded,
            EarlyEnd::NotRecorded => return None,
        })
    });
    let name = |end: &EarlyEnd| {
        let name = format!("{end:?}");
        name.split(' ').next().unwrap().to_owned()
    };
    let mut page = String::new();
    section(
        &mut page,
        "early ends",
        all.map(|end| (name(&end), both(|words| words.early_end(&end)))),
    );
    let change = crate::read::Change::Modified;
    let others = [
        (
            "stopped_before_sending",
            both(|words| words.stopped_before_sending("…")),
        ),
        ("window_is_over", both(|words| words.window_is_over("06:00"))),
        ("bug", both(|words| words.bug("…"))),
        ("resume_with", both(|words| words.resume_with("…", "`…`"))),
        (
            "changed_while_sent",
            both(|words| words.changed_while_sent(Some(7), &change)),
        ),
        (
            "changed_input",
            both(|words| words.changed_input("a.csv", "…", Some("`…`"))),
        ),
        (
            "changed_input, not to be resumed",
            both(|words| words.changed_input("-", "…", None)),
        ),
    ];
    section(
        &mut page,
        "others",
        others.into_iter().map(|(name, texts)| (name.to_owned(), texts)),
    );
    insta::assert_snapshot!(page);
}

#[test]
fn settings() {
    let unset = [
        (Piece::Account, "RESPONDENT_SYNC_ACCOUNT".to_owned()),
        (Piece::WebhookKey, "RESPONDENT_SYNC_WEBHOOK_KEY".to_owned()),
        (Piece::WebhookAuth, "RESPONDENT_SYNC_WEBHOOK_AUTH".to_owned()),
    ];
    let mut page = String::new();
    let texts = [
        ("all unset", both(|words| words.secrets_unset(&unset))),
        ("one unset", both(|words| words.secrets_unset(&unset[..1]))),
        (
            "sample in a variable",
            both(|words| words.secret_is_sample("RESPONDENT_SYNC_WEBHOOK_KEY")),
        ),
        (
            "sample in a file",
            both(|words| words.secret_is_sample("the file of `webhook_key` (`key`)")),
        ),
        (
            "sample of a command",
            both(|words| words.secret_is_sample("what the command of `webhook_key` prints (`pass`)")),
        ),
        (
            "several_wrong",
            both(|words| words.several_wrong(&["…".to_owned(), "…".to_owned()])),
        ),
    ];
    for (name, [english, polish]) in texts {
        writeln!(page, "{name}\n  en {english}\n  pl {polish}").unwrap();
    }
    insta::assert_snapshot!(page);
}
