//! What is wrong with an input, in both languages.

use std::io;

use super::*;
use crate::plan::ListFault;
use crate::read::{Change, ColumnFault, Foreign, Hint, InputError, Listed, NoNewest, Purpose, WorkbookFault};

const ENCODING: &str = "windows-1250";

fn missing(hint: Hint) -> InputError {
    InputError::Columns {
        line: 1,
        faults: vec![ColumnFault::Missing {
            name: "Segmnt".to_owned(),
            purpose: Purpose::Label("l4".parse().unwrap()),
            flag: "--map",
            hint,
        }],
        listed: Listed::Names {
            shown: vec!["Segment".to_owned()],
            more: 7,
        },
    }
}

/// Every kind of error, each with the next one.
fn errors() -> impl Iterator<Item = InputError> {
    let delimiter = || "`;`".to_owned();
    successors(
        Some(InputError::Open(io::ErrorKind::NotFound.into())),
        move |error| {
            Some(match error {
                InputError::Open(_) => InputError::Folder,
                InputError::Folder => {
                    InputError::NoNewest(Message::new(|words| words.no_newest(&NoNewest::NoFile)))
                }
                InputError::NoNewest(_) => InputError::Read {
                    byte: 12_345,
                    source: io::ErrorKind::PermissionDenied.into(),
                },
                InputError::Read { .. } => InputError::Empty,
                InputError::Empty => InputError::NoRows,
                InputError::NoRows => InputError::NotCsv(Foreign::OldWorkbook),
                InputError::NotCsv(_) => InputError::Workbook("TECHNICAL".to_owned()),
                InputError::Workbook(_) => InputError::DamagedWorkbook(WorkbookFault::CutShort),
                InputError::DamagedWorkbook(_) => InputError::NoSheet {
                    name: "Arkusz9".to_owned(),
                    sheets: "`Arkusz1`, `Arkusz2`".to_owned(),
                },
                InputError::NoSheet { .. } => InputError::NoFlagForWorkbook("--delimiter"),
                InputError::NoFlagForWorkbook(_) => InputError::UnclosedQuote { row: 7, line: 9 },
                InputError::UnclosedQuote { .. } => InputError::TextAfterQuote {
                    row: 7,
                    line: 9,
                    opened: 8,
                },
                InputError::TextAfterQuote { .. } => InputError::RecordTooLong {
                    row: 7,
                    line: 7,
                    limit: 8,
                },
                InputError::RecordTooLong { .. } => InputError::TooManyBlanks {
                    line: 9,
                    limit: 100_000,
                },
                InputError::TooManyBlanks { .. } => InputError::TooManyColumns {
                    line: 1,
                    limit: 16_384,
                },
                InputError::TooManyColumns { .. } => InputError::WrongDelimiter {
                    line: 1,
                    given: "`,`".to_owned(),
                    better: delimiter(),
                    columns: 5,
                },
                InputError::WrongDelimiter { .. } => InputError::BlankStart { lines: 22 },
                InputError::BlankStart { .. } => InputError::NoDelimiter {
                    line: 1,
                    skip: Some(2),
                },
                InputError::NoDelimiter { .. } => InputError::DelimiterNeedsEncoding("`§`".to_owned()),
                InputError::DelimiterNeedsEncoding(_) => InputError::DelimiterLacking {
                    given: "`→`".to_owned(),
                    encoding: ENCODING,
                },
                InputError::DelimiterLacking { .. } => InputError::SkipsAll(3),
                InputError::SkipsAll(_) => InputError::EncodingContradicted {
                    given: ENCODING,
                    found: "UTF-16LE",
                    by_mark: true,
                },
                InputError::EncodingContradicted { .. } => InputError::LettersLost,
                InputError::LettersLost => InputError::NoteContradicted {
                    declared: ENCODING,
                    told: "ISO-8859-2",
                },
                InputError::NoteContradicted { .. } => InputError::EncodingUnclear {
                    readings: vec!["`windows-1250`".to_owned(), "`ISO-8859-2`".to_owned()],
                },
                InputError::EncodingUnclear { .. } => InputError::HeaderEncoding {
                    line: 1,
                    encoding: ENCODING,
                },
                InputError::HeaderEncoding { .. } => InputError::StreamEncoding,
                InputError::StreamEncoding => missing(Hint::Nearest(vec!["Segment".to_owned()])),
                InputError::Columns { .. } => InputError::Changed {
                    row: Some(412),
                    change: Change::Modified,
                },
                InputError::Changed { .. } => return None,
            })
        },
    )
}

fn columns() -> impl Iterator<Item = InputError> {
    let column = || "Adres e-mail".to_owned();
    let hints = [
        Hint::LooksLikeData,
        Hint::NumbersAreNames,
        Hint::Columns(4),
        Hint::FurtherDown { skip: 2 },
        Hint::Address { column: column() },
        Hint::Nearest(Vec::new()),
        Hint::NearestOfList(vec!["Segment".to_owned(), "Segment 2".to_owned()]),
    ];
    let label = || "l1".to_owned();
    let others = [
        ColumnFault::Twice {
            name: label(),
            first: 2,
            second: 3,
            purpose: Purpose::Survey,
        },
        ColumnFault::NoLabels,
    ];
    let listed = Listed::OnTerminal(4);
    let others = others.map(|fault| InputError::Columns {
        line: 1,
        faults: vec![fault],
        listed: listed.clone(),
    });
    hints.map(missing).into_iter().chain(others)
}

fn foreign() -> impl Iterator<Item = InputError> {
    let all = [
        Foreign::Zip,
        Foreign::ZipStream,
        Foreign::Utf32,
        Foreign::Gzip,
        Foreign::Zstd,
        Foreign::Pdf,
        Foreign::Rtf,
        Foreign::Page,
        Foreign::Binary,
        Foreign::Device,
    ];
    all.into_iter().map(InputError::NotCsv)
}

fn workbooks() -> impl Iterator<Item = InputError> {
    let (entry, what) = ("xl/workbook.xml".to_owned(), "TECHNICAL".to_owned());
    let all = [
        WorkbookFault::Archive("TECHNICAL".to_owned()),
        WorkbookFault::Damaged {
            entry: entry.clone(),
            what: what.clone(),
        },
        WorkbookFault::Refused { entry, what },
    ];
    all.into_iter().map(InputError::DamagedWorkbook)
}

fn changes() -> impl Iterator<Item = InputError> {
    let before = 12_345;
    let all = [
        Change::Resized { before, after: 22 },
        Change::Rewritten { byte: 64_000 },
        Change::Cut { before },
        Change::Grown { before },
        Change::Unpacked { before },
    ];
    all.into_iter()
        .map(|change| InputError::Changed { row: None, change })
}

#[test]
fn the_errors_of_inputs() {
    let name = |error: &InputError| {
        let name = format!("{error:?}");
        name.split([' ', '(', '{']).next().unwrap().to_owned()
    };
    let both = |error: InputError| {
        let name = name(&error);
        let error = anyhow::Error::new(error).context("a.csv");
        let texts = [format!("{error:#}"), polish(&error)];
        (name, texts.map(|text| text.replace('\u{A0}', " ")))
    };
    let mut page = String::new();
    section(&mut page, "errors of inputs", errors().map(both));
    section(&mut page, "other files", foreign().map(both));
    section(&mut page, "columns", columns().map(both));
    section(&mut page, "workbooks", workbooks().map(both));
    section(&mut page, "changes", changes().map(both));
    insta::assert_snapshot!(page);
}

#[test]
fn the_errors_of_lists_and_tables() {
    let column = || "Record ID".to_owned();
    let faults = successors(Some(ListFault::Workbook), |fault| {
        Some(match fault {
            ListFault::Workbook => ListFault::Empty,
            ListFault::Empty => ListFault::NotAnEntry,
            ListFault::NotAnEntry => ListFault::OnlyAnAddress,
            ListFault::OnlyAnAddress => ListFault::NoEntry,
            ListFault::NoEntry => ListFault::CrmNumber { column: column() },
            ListFault::CrmNumber { .. } => ListFault::UnknownColumns,
            ListFault::UnknownColumns => ListFault::Ambiguous { column: column() },
            ListFault::Ambiguous { .. } => return None,
        })
    });
    let mut page = String::new();
    let said = |fault: ListFault| {
        let message = both(|words| words.list_fault(&fault));
        (format!("{fault:?}"), message)
    };
    section(&mut page, "lists", faults.map(said));
    let position = crate::model::Position {
        row: 7,
        line: 9,
        byte: 0,
    };
    let others = [
        ("list_refused", both(|words| words.list_refused("a.txt"))),
        ("at", both(|words| words.at(position, "…"))),
        (
            "sheet_of",
            both(|words| words.sheet_of("a.xlsx", "Arkusz1", "`Arkusz2`")),
        ),
        (
            "table_refused",
            both(|words| words.table_refused("ids.csv", "…", true)),
        ),
        ("table_broken", both(|words| words.table_broken("ids.csv", "…"))),
        (
            "duplicates_need_a_file",
            both(|words| words.duplicates_need_a_file(true)),
        ),
        ("no_survey", both(|words| words.no_survey())),
    ];
    section(
        &mut page,
        "tables and others",
        others.into_iter().map(|(name, texts)| (name.to_owned(), texts)),
    );
    insta::assert_snapshot!(page);
}
