//! Whole files as snapshots, from handmade outcomes.

use std::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::model::{
    ErrorCode, Fingerprint, Outcome, Plan, PlannedRow, Position, RowFault, SLOTS, Status, Unsent,
};

/// The outcome of a data row that succeeded.
pub(super) fn outcome(sequence: u64) -> Outcome {
    let id = (sequence + 1).to_string();
    Outcome {
        row: PlannedRow {
            listed: None,
            sequence,
            position: Position {
                row: sequence + 2,
                line: sequence + 2,
                byte: 0,
            },
            record: format!("{id};\"Łódź; {id}\"\r\n").into_bytes().into(),
            kept: Vec::new(),
            plan: Plan::Reject(Unsent {
                respondent: id,
                survey: "7".to_owned(),
                fault: RowFault::IdNotDigits,
                message: String::new(),
            }),
            settled: None,
            doubt: None,
        },
        doubted: false,
        journalled: false,
        streak: None,
        status: Status::Success,
        error_code: None,
        message: "updated".to_owned(),
        http_status: Some(200),
        attempts: 1,
        elapsed: Duration::from_millis(42),
        finished_at: Timestamp::UNIX_EPOCH,
    }
}

fn failing(sequence: u64, status: Status, code: ErrorCode, message: &str) -> Outcome {
    Outcome {
        status,
        error_code: Some(code),
        message: message.to_owned(),
        ..outcome(sequence)
    }
}

fn format(header: &str, own_columns: &[usize]) -> FailedFormat {
    FailedFormat {
        delimiter: b';',
        preamble: b"\xEF\xBB\xBF".to_vec(),
        header: header.as_bytes().to_vec(),
        own_columns: own_columns.to_vec(),
        encode: Box::new(|text| text.as_bytes().to_vec()),
        to_file: Box::new(|bytes| bytes),
        note: String::new(),
        row: RowColumn::OfInput,
        fields: None,
    }
}

const START: OutputDecision = OutputDecision::Start {
    removes: false,
    replaces: false,
};

fn finish((recorder, summary): (Recorder, SummaryFile)) {
    let (journal, _) = recorder.finish().unwrap();
    summary.finish("{}", true).unwrap();
    journal.remove().unwrap();
}

struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn paths(&self) -> OutputPaths {
        let output = |name: &str| self.folder.path().join(name);
        OutputPaths {
            results: output("a.results.csv"),
            failed: output("a.failed.csv"),
            summary: output("a.summary.json"),
            report: None,
            rehearsal: false,
        }
    }

    fn header() -> Header {
        Header::new(
            Timestamp::UNIX_EPOCH,
            Fingerprint::default().with("content", 1),
            false,
        )
    }

    fn summary() -> String {
        let Header {
            started_at,
            fingerprint,
            ..
        } = Self::header();
        let fingerprint = serde_json::to_string(&fingerprint).unwrap();
        format!(
            r#"{{"fingerprint":{fingerprint},"finished":true,"exit_code":1,"started_at":"{started_at}"}}"#
        )
    }

    fn open(&self, decision: &OutputDecision, format: FailedFormat) -> Result<OpenedOutputs, OutputError> {
        let results = ResultsFormat {
            style: Style::Plain,
            kept: &[],
        };
        open(&self.paths(), decision, Self::header(), results, format)
    }

    /// Records these batches in a run that is not finished yet.
    fn record(&self, format: FailedFormat, batches: Vec<Vec<Outcome>>) -> (Recorder, SummaryFile) {
        let opened = self.open(&START, format).unwrap();
        let mut recorder = opened.recorder;
        for batch in batches {
            recorder.record(&batch).unwrap();
        }
        recorder.close().unwrap();
        (recorder, opened.summary)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

/// The lines without the last column, which depends on the machine's time zone.
fn without_times(results: &str) -> String {
    results
        .lines()
        .map(|line| line.rsplit_once(',').unwrap().0.to_owned() + "\n")
        .collect()
}

#[test]
fn lines_are_in_the_inputs_order_and_failed_records_byte_for_byte() {
    let desk = Desk::new();
    let batches = vec![
        vec![
            outcome(2),
            failing(1, Status::Failed, ErrorCode::Rejected, "no such; \"respondent\""),
        ],
        vec![
            failing(3, Status::Unconfirmed, ErrorCode::Timeout, "=1+1"),
            outcome(0),
        ],
    ];
    finish(desk.record(format("id_respondent;l1\r\n", &[]), batches));
    assert_eq!(desk.names(), ["a.failed.csv", "a.results.csv", "a.summary.json"]);
    assert_eq!(
        without_times(&desk.read("a.results.csv")),
        "row,id_respondent,id_survey,status,error_code,message,http_status,attempts,elapsed_ms\n\
         2,1,7,success,,updated,200,1,42\n\
         3,2,7,failed,rejected,\"no such; \"\"respondent\"\"\",200,1,42\n\
         4,3,7,success,,updated,200,1,42\n\
         5,4,7,unconfirmed,timeout,'=1+1,200,1,42\n"
    );
    assert_eq!(
        desk.read("a.failed.csv"),
        "\u{FEFF}sync_row;sync_action;sync_error;id_respondent;l1\r\n\
         3;fix;\"rejected: no such; \"\"respondent\"\"\";2;\"Łódź; 2\"\r\n\
         5;resend;timeout: =1+1;4;\"Łódź; 4\"\r\n"
    );
}

#[test]
fn the_columns_of_an_earlier_failed_file_are_replaced() {
    let desk = Desk::new();
    let mut again = failing(0, Status::Failed, ErrorCode::Connect, "refused");
    again.row.record = b"9;resend;\"old; error\";1;\"a;b\"".as_slice().into();
    let header = "sync_row;sync_action;sync_error;id_respondent;l1\n";
    finish(desk.record(format(header, &[0, 1, 2]), vec![vec![again]]));
    assert_eq!(
        desk.read("a.failed.csv"),
        "\u{FEFF}sync_row;sync_action;sync_error;id_respondent;l1\n2;resend;connect: refused;1;\"a;b\"\n"
    );
}

#[test]
fn no_failed_rows_no_failed_file() {
    let desk = Desk::new();
    finish(desk.record(format("id;l1\n", &[]), vec![vec![outcome(0)]]));
    assert_eq!(desk.names(), ["a.results.csv", "a.summary.json"]);
}

#[test]
fn a_run_that_ends_early_leaves_what_it_knows_in_ascending_order() {
    let desk = Desk::new();
    let recorder = desk.record(
        format("id;l1\n", &[]),
        vec![vec![outcome(4), outcome(0), outcome(2)]],
    );
    drop(recorder);
    assert_eq!(
        desk.names(),
        [
            "a.failed.csv.partial",
            "a.results.csv.journal",
            "a.results.csv.partial",
            "a.summary.json.partial"
        ]
    );
    let rows: Vec<String> = desk
        .read("a.results.csv.partial")
        .lines()
        .map(|line| line.split(',').next().unwrap().to_owned())
        .collect();
    assert_eq!(rows, ["row", "2", "4", "6"]);
}

#[test]
fn what_comes_into_being_behind_the_decision_is_not_overwritten_either() {
    for found in [
        "a.results.csv.journal",
        "a.results.csv.partial",
        "a.failed.csv.partial",
        "a.summary.json.partial",
    ] {
        let desk = Desk::new();
        std::fs::write(desk.folder.path().join(found), "mine").unwrap();
        let made = desk.open(&START, format("id;l1\n", &[]));
        assert!(matches!(made, Err(OutputError::Unfinished(_))), "{found}");
        assert_eq!(desk.names(), [found], "what was made before it is taken back");
        assert_eq!(desk.read(found), "mine");
    }
    let desk = Desk::new();
    let failing = failing(0, Status::Failed, ErrorCode::Connect, "refused");
    let recorder = desk.record(format("id;l1\n", &[]), vec![vec![failing]]);
    for found in ["a.results.csv", "a.failed.csv"] {
        std::fs::write(desk.folder.path().join(found), "mine").unwrap();
    }
    assert!(matches!(recorder.0.finish(), Err(OutputError::InTheWay(_))));
    assert_eq!(
        (desk.read("a.results.csv"), desk.read("a.failed.csv")),
        ("mine".to_owned(), "mine".to_owned())
    );
    // A resumed run does not overwrite it, either.
    let asked = Existing {
        resume: true,
        ..Existing::default()
    };
    let refused = decide(&desk.paths(), &Desk::header().fingerprint, asked);
    assert!(matches!(refused, Err(OutputError::InTheWay(_))));
}

#[test]
fn a_row_that_cannot_be_read_any_more_has_the_line_that_the_journal_knows() {
    let desk = Desk::new();
    let refused = failing(1, Status::Failed, ErrorCode::Rejected, "no such; \"respondent\"");
    drop(desk.record(
        format("id;l1\n", &[]),
        vec![vec![outcome(0), refused, outcome(2)]],
    ));
    let asked = Existing {
        resume: true,
        ..Existing::default()
    };
    let decision = decide(&desk.paths(), &Desk::header().fingerprint, asked).unwrap();
    let results = ResultsFormat {
        style: Style::Plain,
        kept: &["one", "two"],
    };
    let opened = open(
        &desk.paths(),
        &decision,
        Desk::header(),
        results,
        format("id;l1\n", &[]),
    );
    let OpenedOutputs {
        mut recorder,
        mut settled,
        ..
    } = opened.unwrap();
    assert!(settled.take(2, &outcome(0).row.record).unwrap().is_some());
    while let Some(mut known) = settled.take_without_record().unwrap() {
        recorder.write_without_record(&mut known).unwrap();
    }
    recorder.flush().unwrap();
    let lines = desk.read("a.results.csv.partial");
    let without_time: Vec<String> = lines
        .lines()
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            [&fields[..9], &fields[10..]].concat().join(",")
        })
        .collect();
    assert_eq!(
        without_time,
        [
            "row,id_respondent,id_survey,status,error_code,message,http_status,attempts,elapsed_ms,one,two",
            "3,2,7,failed,rejected,\"no such; \"\"respondent\"\"\",200,1,42,,",
            "4,3,7,success,,updated,200,1,42,,",
        ]
    );
    assert_eq!(desk.read("a.failed.csv.partial").lines().count(), 1);
}

/// A run that was killed after it had named some of its files: resuming makes the same files and
/// sends no calls.
#[test]
fn a_kill_between_the_names_is_gone_on_with() {
    let failing = |sequence| failing(sequence, Status::Failed, ErrorCode::Connect, "refused");
    let whole = Desk::new();
    finish(whole.record(format("id;l1\n", &[]), vec![vec![failing(0), outcome(1)]]));
    for named in ["none", "failed", "results", "summary", "foreign"] {
        let desk = Desk::new();
        let opened = desk.open(&START, format("id;l1\n", &[])).unwrap();
        let mut recorder = opened.recorder;
        recorder.record(&[outcome(1), failing(0)]).unwrap();
        recorder.close().unwrap();
        if named == "none" {
            drop(recorder);
        } else {
            drop(recorder.finish().unwrap());
        }
        let results = desk.folder.path().join("a.results.csv");
        if named == "failed" {
            std::fs::rename(&results, names::partial(&results)).unwrap();
        }
        if named == "foreign" {
            std::fs::write(&results, "mine").unwrap();
        }
        if named == "summary" {
            opened.summary.finish(&Desk::summary(), true).unwrap();
        } else {
            // A killed process has no file open.
            drop(opened.summary);
        }
        let asked = Existing {
            resume: true,
            ..Existing::default()
        };
        let fingerprint = Desk::header().fingerprint;
        // Another kill right after rewriting the journal changes nothing.
        let decision = decide(&desk.paths(), &fingerprint, asked).unwrap();
        drop(desk.open(&decision, format("id;l1\n", &[])).unwrap());
        let decision = decide(&desk.paths(), &fingerprint, asked).unwrap();
        assert!(matches!(decision, OutputDecision::GoOn(_)), "{named}");
        let mut opened = desk.open(&decision, format("id;l1\n", &[])).unwrap();
        assert_eq!((opened.settled_count, opened.knows_success), (2, true), "{named}");
        let again = [0, 1].map(|sequence| {
            let mut row = outcome(sequence).row;
            row.settled = opened.settled.take(row.position.row, &row.record).unwrap();
            Outcome::without_call(row, Timestamp::now()).unwrap()
        });
        opened.recorder.record(&again).unwrap();
        opened.recorder.close().unwrap();
        if named == "foreign" {
            assert!(matches!(opened.recorder.finish(), Err(OutputError::InTheWay(_))));
            assert_eq!(desk.read("a.results.csv"), "mine");
            continue;
        }
        let (journal, digest) = opened.recorder.finish().unwrap();
        opened.summary.finish("{}", true).unwrap();
        // The reader, which reads the old verdicts, has ended by now.
        drop(opened.settled);
        journal.remove().unwrap();
        assert!(digest.is_some());
        assert_eq!(desk.names(), whole.names(), "{named}");
        for name in ["a.results.csv", "a.failed.csv"] {
            assert_eq!(desk.read(name), whole.read(name), "{named}");
        }
    }
}

#[test]
fn outputs_in_no_place_to_be_written_are_refused() {
    let desk = Desk::new();
    let paths = desk.paths();
    let at = |path: &str| desk.folder.path().join(path);
    for input in ["a.results.csv", "a.summary.json.partial", "a.results.csv.journal"] {
        assert!(
            matches!(paths.check(&[at(input).as_path()]), Err(OutputError::IsInput(_))),
            "{input}"
        );
    }
    for taken in [
        "a.results.csv",
        "a.results.csv.partial",
        "a.results.csv.journal",
        "a.results.csv.lock",
    ] {
        let same = OutputPaths {
            summary: at(taken),
            ..paths.clone()
        };
        assert!(matches!(same.check(&[]), Err(OutputError::Same(_))), "{taken}");
    }
    let nowhere = OutputPaths {
        failed: at("no/where.csv"),
        ..paths.clone()
    };
    assert!(matches!(nowhere.check(&[]), Err(OutputError::NoFolder(_))));
    let folder = OutputPaths {
        failed: at(""),
        ..paths
    };
    assert!(matches!(folder.check(&[]), Err(OutputError::Folder(_))));
}

/// A kill between two renames: the remaining files join those already moved.
#[test]
fn a_set_that_was_set_aside_in_part_is_set_aside_as_one() {
    let desk = Desk::new();
    let paths = desk.paths();
    std::fs::write(&paths.results, "first").unwrap();
    std::fs::write(&paths.failed, "first").unwrap();
    std::fs::write(&paths.summary, Desk::summary()).unwrap();
    let stamp = names::Stamp::new(Desk::header().started_at, false);
    std::fs::rename(&paths.results, names::aside(&paths.results, &stamp)).unwrap();
    aside::set_finished_aside(&paths).unwrap();
    for path in paths.all() {
        assert!(!files::exists(path), "{}", path.display());
        assert!(files::exists(&names::aside(path, &stamp)), "{}", path.display());
    }
    // Another set with the same start does not replace any of them.
    std::fs::write(&paths.results, "other").unwrap();
    std::fs::write(&paths.summary, Desk::summary()).unwrap();
    aside::set_finished_aside(&paths).unwrap();
    let first = std::fs::read_to_string(names::aside(&paths.results, &stamp)).unwrap();
    assert_eq!((first.as_str(), files::exists(&paths.results)), ("first", false));
}

/// Rows arrive until the window is full, while an earlier row does not finish.
#[test]
fn what_waits_for_an_earlier_row_takes_no_more_than_the_window_has() {
    let long = |sequence| {
        let mut outcome = failing(sequence, Status::Failed, ErrorCode::Rejected, &"no ".repeat(100));
        outcome.row.record = vec![b'x'; 2_000].into();
        outcome
    };
    let usual = |sequence| {
        let mut outcome = outcome(sequence);
        outcome.message = "Respondent has been updated on the survey's mailing list".to_owned();
        outcome
    };
    // The platform's message about a failure is not part of a row's weight, and comes on top.
    for (rows, least_rows, on_top) in [
        (&usual as &dyn Fn(u64) -> Outcome, 15_000, 0),
        (&long, 1_500, 2 * 300),
    ] {
        let desk = Desk::new();
        let mut recorder = desk.open(&START, format("id;l1\n", &[])).unwrap().recorder;
        let mut room = SLOTS as usize;
        let first = rows(0).row.slots() as usize;
        room -= first;
        for sequence in 1.. {
            let row = rows(sequence);
            let Some(left) = room.checked_sub(row.row.slots() as usize) else {
                break;
            };
            room = left + recorder.record(&[row]).unwrap();
        }
        let (waits, bytes) = recorder.waits();
        assert!(waits >= least_rows, "{waits} rows");
        assert!(
            bytes <= (4 << 20) + waits * on_top,
            "{waits} rows take {bytes} bytes"
        );
        room += recorder.record(&[rows(0)]).unwrap();
        assert_eq!(
            (room, recorder.waits().0),
            (SLOTS as usize, 0),
            "all is given back"
        );
    }
}

/// A row's slots are returned by the weight of its outcome, so both weights must be equal.
#[test]
fn an_outcome_weighs_what_its_row_weighed() {
    for length in 0..200 {
        let unsent = Unsent {
            respondent: "x".repeat(length),
            survey: String::new(),
            fault: RowFault::IdNotDigits,
            message: "m".repeat(length),
        };
        for plan in [Plan::Reject(unsent.clone()), Plan::Skip(unsent)] {
            let row = PlannedRow {
                plan,
                ..outcome(0).row
            };
            let slots = row.slots();
            let outcome = Outcome::without_call(row, Timestamp::UNIX_EPOCH).unwrap();
            assert_eq!(outcome.row.slots(), slots, "{length}");
        }
    }
}

#[cfg(unix)]
#[test]
fn files_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    let failed = failing(0, Status::Failed, ErrorCode::Connect, "refused");
    finish(desk.record(format("id;l1\n", &[]), vec![vec![failed]]));
    for name in desk.names() {
        let mode = std::fs::metadata(desk.folder.path().join(&name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}
