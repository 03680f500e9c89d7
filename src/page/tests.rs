//! The pages as a specification: one whole page in each language, and what holds for any run.

use proptest::prelude::*;
use serde_json::json;

use super::{NotStarted, RunPage};
use crate::model::{ErrorCode, Lang, Message, Status};
use crate::report::{FailingRow, FailingRows, StoredRun};

/// A run with some of everything, without times, which are local.
fn run() -> StoredRun {
    let object = json!({
        "tool": "respondent-sync", "version": "0.2.0", "run_id": "4711", "input": "kontakty.csv", "finished": true,
        "end": "complete", "exit_code": 1, "rows": 10_000, "attempts": 10_011, "retries": 11, "elapsed_ms": 2_000_000,
        "most_in_one_second": 6, "most_in_flight": 4, "damaged_values": 2,
        "statuses": {"success": 9_800, "failed": 7, "invalid": 9, "skipped": 184},
        "error_codes": {"rejected": 5, "timeout": 2, "bad_id": 9, "unchanged": 176, "blank_id": 8},
        "facts": {
            "rate": 5.0,
            "reasons": [
                {"code": "rejected", "rows": 4, "message": "no such respondent", "first": [7, 9, 12, 13]},
                {"code": "rejected", "rows": 1, "message": null, "first": []},
                {"code": "bad_id", "rows": 9, "message": "id shortened by a spreadsheet: format the column as text, export again", "first": [3, 4]},
                {"code": "timeout", "rows": 2, "message": null, "first": [20, 21]},
            ],
            "warnings": [{"en": "`kontakty.csv` is old", "pl": "`kontakty.csv` jest stary"}],
            "settings": {"map": ["l4=Segment"], "resume": true, "survey": "399793"},
            "next_command": "respondent-sync retry kontakty.csv",
            "results": "kontakty.results.csv", "failed": "kontakty.failed.csv",
        },
    });
    StoredRun::parse(&object.to_string()).unwrap()
}

fn row(number: u64, respondent: &str, code: ErrorCode, message: &str) -> ((u64, u64), FailingRow) {
    let row = FailingRow {
        row: number,
        respondent: respondent.to_owned(),
        status: Status::Failed,
        code: Some(code),
        message: message.to_owned(),
    };
    ((number, number), row)
}

fn rows(all: impl IntoIterator<Item = ((u64, u64), FailingRow)>) -> FailingRows {
    let mut rows = FailingRows::default();
    for (key, row) in all {
        rows.add(key, || row);
    }
    rows
}

fn page(run: &StoredRun, rows: &FailingRows, shows_ids: bool, lang: Lang) -> String {
    let page = RunPage {
        shows_ids,
        ..RunPage::new(Some(run), rows, &run.input)
    };
    page.render(lang).unwrap()
}

/// Returns what stands between style and script.
fn body(page: &str) -> &str {
    let (_, behind) = page.split_once("</style>").unwrap();
    behind.split_once("<script>").unwrap().0
}

#[test]
fn a_whole_page() {
    let rows = rows([
        row(
            3,
            "1,23E+11",
            ErrorCode::BadId,
            "id shortened by a spreadsheet: format the column as text, export again",
        ),
        row(7, "1", ErrorCode::Rejected, "no such respondent"),
        row(30, "2", ErrorCode::Rejected, "Anna is not on the list"),
        row(20, "3", ErrorCode::Timeout, "no answer within 30 s"),
    ]);
    let both =
        [Lang::En, Lang::Pl].map(|lang| body(&page(&run(), &rows, false, lang)).replace('\u{A0}', "~"));
    assert!(
        both.iter()
            .all(|page| !page.contains("Anna") && !page.contains("1,23E+11"))
    );
    insta::assert_snapshot!(both.join("\n====\n"));
}

#[test]
fn a_command_that_looks_different_from_what_it_is_is_not_offered() {
    let mut run = run();
    run.facts.next_command = Some("respondent-sync retry \u{202E}vsc.a".to_owned());
    let html = page(&run, &FailingRows::default(), false, Lang::En);
    assert!(!html.contains("id=\"command\"") && !html.contains(DECEPTIVE));
}

#[test]
fn a_run_that_made_no_call_is_said_with_and_without_a_run_before() {
    let nothing = FailingRows::default();
    let not_started = NotStarted {
        at: jiff::Timestamp::UNIX_EPOCH,
        why: Message {
            english: "412 rows, fewer than `--min-rows 1000`".to_owned(),
            polish: "412 wierszy".to_owned(),
        },
    };
    let run = run();
    for before in [None, Some(&run)] {
        let page = RunPage {
            not_started: Some(&not_started),
            group: Some("marketing"),
            ..RunPage::new(before, &nothing, "kontakty.csv")
        };
        let html = page.render(Lang::En).unwrap();
        assert!(
            html.contains("412 rows, fewer than <code><span>--min-rows</span> <span>1000</span></code>"),
            "{html}"
        );
        assert_eq!(html.contains("9,800 of 10,000"), before.is_some());
        assert!(html.contains("Its owner and the group marketing can read it."));
    }
}

/// Characters that make a text look different from what it is.
const DECEPTIVE: [char; 2] = ['\u{202E}', '\u{0}'];

/// Texts that try to become something else than text.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = [
        "</script>",
        "<script>",
        "</style>",
        "-->",
        "<!--",
        "\" onload=\"x",
        "' x='",
        "&lt;",
        "<svg/onload=x>",
        "`",
        "``",
        "javascript:x",
        "{{7*7}}",
        "\u{202E}",
        "\u{0}",
        "]]>",
        "x",
        " ",
        "ż",
    ];
    proptest::collection::vec(prop::sample::select(pieces.to_vec()), 0..12)
        .prop_map(|pieces| format!("x{}", pieces.concat()))
}

/// The tags that a page is made of, with their attributes but without the values.
fn tags(html: &str) -> Vec<String> {
    let tag = |rest: &str| rest.split(['>', ' ']).next().unwrap_or_default().to_owned();
    body(html)
        .split('<')
        .skip(1)
        .map(tag)
        .filter(|tag| !["code", "span"].contains(&tag.trim_start_matches('/')))
        .collect()
}

proptest! {
    #[test]
    fn texts_from_outside_make_no_tag_and_no_page_too_large(
        texts in proptest::collection::vec(hostile(), 8),
        messages in proptest::collection::vec(hostile(), 0..60),
        copies in 1_u64..60,
    ) {
        let fill = |texts: &[String], messages: &[String]| {
            let mut run = run();
            let [input, results, failed, command, warning, reason, key, value] = texts else { unreachable!() };
            run.input.clone_from(input);
            run.facts.results.clone_from(results);
            run.facts.failed.clone_from(failed);
            run.facts.next_command = Some(command.replace(DECEPTIVE, ""));
            run.facts.warnings[0].en.clone_from(warning);
            run.facts.reasons[0].message = Some(reason.clone());
            run.facts.settings.insert(format!("k{key}"), crate::model::SettingValue::One(value.clone()));
            let failing = rows((0..copies).flat_map(|copy| {
                messages.iter().enumerate().map(move |(at, message)| {
                    let number = copy * 100 + at as u64;
                    row(number, &format!("{number}{message}"), ErrorCode::BadId, message)
                })
            }));
            page(&run, &failing, true, Lang::En)
        };
        let html = fill(&texts, &messages);
        prop_assert!(html.len() <= 200_000, "{}", html.len());
        // Harmless texts make the same tags, as far as rows fit on the page.
        let plain: Vec<String> = messages.iter().map(|_| "x".to_owned()).collect();
        let harmless = fill(&vec!["x".to_owned(); 8], &plain);
        let shown = html.matches("<td class=\"id\">").count();
        if shown == harmless.matches("<td class=\"id\">").count() {
            prop_assert_eq!(tags(&html), tags(&harmless));
        }
        prop_assert_eq!(html.matches("<script").count(), 1);
        let deceives = body(&html).contains(DECEPTIVE);
        prop_assert!(!deceives);
    }
}
