//! Whole screens, as a person sees them: at several widths, in both languages.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::model::{
    CountOrPercent, Course, Digits, EarlyEnd, Edited, Fingerprint, Identity, Label, Outcome, Plan,
    PlannedRow, Position, RecordedSettings, RowFault, Signal, Unsent, UpdateRespondent,
};
use crate::report::{Reach, RunKind, RunSummary};
use crate::text::fault_text;

fn row(number: u64, plan: Plan) -> PlannedRow {
    PlannedRow {
        listed: None,
        sequence: number,
        position: Position {
            row: number,
            line: number,
            byte: 0,
        },
        record: Box::default(),
        kept: Vec::new(),
        plan,
        settled: None,
        doubt: None,
    }
}

/// A row that made a call.
fn called(number: u64, status: Status, code: Option<ErrorCode>, message: &str) -> Outcome {
    let id = (400_100 + number).to_string();
    let label: Label = "l4".parse().unwrap();
    let update = UpdateRespondent::new(
        Digits::new("399793").unwrap(),
        Digits::new(&id).unwrap(),
        std::iter::once((label, "Nowy")),
    );
    Outcome {
        row: row(number, Plan::Send(update)),
        status,
        error_code: code,
        message: message.to_owned(),
        http_status: Some(200),
        attempts: 1,
        elapsed: Duration::ZERO,
        finished_at: Timestamp::UNIX_EPOCH,
        doubted: false,
        journalled: false,
        streak: None,
    }
}

/// A row that made none.
fn unsent(number: u64, fault: RowFault, lang: Lang) -> Outcome {
    let unsent = Unsent {
        respondent: String::new(),
        survey: "399793".to_owned(),
        fault,
        message: fault_text(lang)(&fault),
    };
    let plan = match fault {
        RowFault::BlankId | RowFault::Unchanged | RowFault::Excluded => Plan::Skip(unsent),
        _ => Plan::Reject(unsent),
    };
    Outcome::without_call(row(number, plan), Timestamp::UNIX_EPOCH).unwrap()
}

fn report(outcomes: &[Outcome], end: RunEnd) -> RunReport {
    let mut summary = RunSummary::default();
    for outcome in outcomes {
        summary.add(outcome);
    }
    RunReport {
        identity: Identity::default(),
        input: "kontakty.csv".to_owned(),
        started_at: Timestamp::UNIX_EPOCH,
        finished_at: Timestamp::UNIX_EPOCH,
        fingerprint: Fingerprint::default(),
        content_since: Timestamp::UNIX_EPOCH,
        kind: RunKind::Whole,
        rehearsal: false,
        rows: match end {
            RunEnd::Complete => outcomes.len() as u64,
            _ => 12_000,
        },
        end,
        summary,
        settled_before: 0,
        notes: Notes::default(),
        attempts: 120,
        retries: 3,
        control_calls: 0,
        mean_rate: Some(4.99),
        most_in_a_second: 6,
        slow_downs: 0,
        taken_rate: None,
        most_in_flight: 4,
        elapsed: Duration::from_secs(22),
        accept_failures: CountOrPercent::Count(0),
        results: PathBuf::from("kontakty.results.csv"),
        failed: PathBuf::from("kontakty.failed.csv"),
        page: None,
        rate: None,
        course: Course::default(),
        used: RecordedSettings::new(),
        reach: Reach::Whole,
        page_path: None,
        page_from_results: None,
        expect: None,
        failed_digest: None,
        edited: Edited::default(),
        has_list: false,
        undo: None,
        verified: None,
        next: None,
        settings: None,
        first_store_run: None,
        retry_of: None,
        store: None,
        next_command: None,
        may_be_empty: false,
    }
}

/// Makes a report whose messages are in a language.
type Run = fn(Lang) -> RunReport;

/// Some of everything.
fn mixed(lang: Lang) -> RunReport {
    let mut rows: Vec<Outcome> = (2..1116)
        .map(|row| called(row, Status::Success, None, ""))
        .collect();
    rows.extend((1116..1158).map(|row| unsent(row, RowFault::MissingId, lang)));
    rows.push(unsent(1158, RowFault::IdShortened, lang));
    rows.push(unsent(1159, RowFault::Unchanged, lang));
    rows.push(unsent(1160, RowFault::BlankId, lang));
    rows.push(called(
        1161,
        Status::Failed,
        Some(ErrorCode::Rejected),
        "respondent not found",
    ));
    rows.push(called(
        1162,
        Status::Unconfirmed,
        Some(ErrorCode::Timeout),
        "no answer within 30 s",
    ));
    let mut report = report(&rows, RunEnd::Complete);
    report.next_command = Some("respondent-sync retry kontakty.csv".to_owned());
    report.notes.damaged = 4;
    report.slow_downs = 2;
    report.taken_rate = Some(3.5);
    report
}

fn nobody(_: Lang) -> RunReport {
    let rejected = |row| {
        called(
            row,
            Status::Failed,
            Some(ErrorCode::Rejected),
            "respondent not found",
        )
    };
    let rows: Vec<Outcome> = (2..17).map(rejected).collect();
    report(&rows, RunEnd::Complete)
}

fn interrupted(lang: Lang) -> RunReport {
    let rows = [
        called(2, Status::Success, None, ""),
        unsent(3, RowFault::IdDate, lang),
    ];
    report(&rows, RunEnd::Early(EarlyEnd::Interrupted(Signal::Interrupt)))
}

fn trial(_: Lang) -> RunReport {
    let mut report = report(&[called(2, Status::Success, None, "")], RunEnd::Complete);
    report.kind = RunKind::TrialOfOne;
    report.next_command = Some("respondent-sync run --config kontakty.toml".to_owned());
    report
}

#[test]
fn the_end_of_a_run_in_both_languages_at_three_widths() {
    let runs: [(&str, Run); 4] = [
        ("some of everything", mixed),
        ("nobody was found", nobody),
        ("interrupted", interrupted),
        ("a trial of one", trial),
    ];
    let mut page = String::new();
    for (name, run) in runs {
        for (lang, width) in [(Lang::En, 80), (Lang::Pl, 80), (Lang::Pl, 40), (Lang::En, 120)] {
            let screen = Screen {
                lang,
                width: Some(width),
                has_colours: false,
                reader: Reader::Person,
            };
            let text = summary(&run(lang), screen, width == 120);
            let long: Vec<&str> = text
                .lines()
                .filter(|line| line.chars().count() > width && !line.contains("respondent-sync"))
                .collect();
            assert_eq!(long, [""; 0], "{lang:?} {width}");
            writeln!(page, "═══ {name}, {lang:?}, {width} columns\n{text}").unwrap();
        }
    }
    insta::assert_snapshot!(page);
}

/// Colour never says more than the words.
#[test]
fn a_screen_without_colours_has_the_same_words() {
    let coloured = Screen {
        lang: Lang::Pl,
        width: Some(80),
        has_colours: true,
        reader: Reader::Person,
    };
    let plain = Screen {
        has_colours: false,
        ..coloured
    };
    for run in [mixed, nobody, interrupted, trial] {
        let mut text = summary(&run(Lang::Pl), coloured, true);
        for code in ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[31m", "\u{1b}[32m", "\u{1b}[33m"] {
            text = text.replace(code, "");
        }
        assert_eq!(text, summary(&run(Lang::Pl), plain, true));
    }
}

#[test]
fn a_record_names_no_respondent() {
    let text = summary(&trial(Lang::En), Screen::record(Lang::En), true);
    assert!(!text.contains("400102"), "{text}");
}
