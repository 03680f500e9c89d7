//! That no update is ever missed: nights of random files against a model of the platform, with answers that are lost,
//! runs that are cut short and stores that lose what they may lose.

use std::collections::HashMap;

use jiff::Timestamp;

use super::*;
use crate::model::{Digits, Label, Position, UpdateRespondent};

fn account() -> Account {
    Account {
        base_url: "https://x.example/".to_owned(),
        account: "1".to_owned(),
    }
}

fn update(respondent: &str, value: &str) -> UpdateRespondent {
    let digits = |text| Digits::new(text).unwrap();
    let label: Label = "l4".parse().unwrap();
    UpdateRespondent::new(digits("7"), digits(respondent), [(label, value)].into_iter())
}

fn row(sequence: u64, respondent: &str, value: &str) -> PlannedRow {
    PlannedRow {
        sequence,
        position: Position::START,
        record: Box::default(),
        kept: Vec::new(),
        plan: Plan::Send(update(respondent, value)),
        settled: None,
        doubt: None,
    }
}

fn outcome(row: PlannedRow, status: Status) -> Outcome {
    Outcome {
        row,
        status,
        error_code: None,
        message: String::new(),
        http_status: None,
        attempts: 1,
        elapsed: std::time::Duration::ZERO,
        finished_at: Timestamp::UNIX_EPOCH,
        doubted: false,
        journalled: false,
        streak: None,
    }
}

fn is_sent(row: &PlannedRow) -> bool {
    matches!(row.plan, Plan::Send(_))
}

/// One night in which everything goes well: which rows were sent.
fn night(path: &std::path::Path, rows: &[(&str, &str)], skips: bool) -> Vec<bool> {
    let delta = Delta::new(Store::open(path, account()).unwrap(), skips).unwrap();
    let mut sent = Vec::new();
    for (sequence, (respondent, value)) in rows.iter().enumerate() {
        let mut rows = [row(sequence as u64, respondent, value)];
        delta.pass(&mut rows).unwrap();
        let [row] = rows;
        sent.push(is_sent(&row));
        if is_sent(&row) {
            delta.acknowledge(&[outcome(row, Status::Success)]);
        }
    }
    delta.flush();
    sent
}

#[test]
fn the_second_night_sends_what_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/state.sqlite");
    assert_eq!(night(&path, &[("1", "a"), ("2", "b")], true), [true, true]);
    assert_eq!(
        night(&path, &[("1", "a"), ("2", "c"), ("3", "d")], true),
        [false, true, true]
    );
    assert_eq!(
        night(&path, &[("1", "a"), ("2", "c")], false),
        [true, true],
        "in full"
    );
    assert_eq!(
        night(&path, &[("1", "a"), ("2", "c"), ("3", "d")], true),
        [false; 3]
    );
}

#[test]
fn x_and_back_to_y_ends_with_y() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.sqlite");
    night(&path, &[("1", "y")], true);
    assert_eq!(night(&path, &[("1", "x"), ("1", "y")], true), [true, true]);
    assert_eq!(night(&path, &[("1", "y"), ("1", "y")], true), [false, false]);
    assert_eq!(
        night(&path, &[("01", "y")], true),
        [true],
        "may be the same respondent, and is not the same row"
    );
}

#[test]
fn what_a_run_has_written_itself_is_not_believed_before_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let delta = Delta::new(Store::open(&folder.path().join("s"), account()).unwrap(), true).unwrap();
    for sequence in 0..2 {
        let mut rows = [row(sequence, "1", "a")];
        delta.pass(&mut rows).unwrap();
        let [row] = rows;
        assert!(is_sent(&row), "whenever the answers come, the same rows are sent");
        delta.acknowledge(&[outcome(row, Status::Success)]);
        delta.flush();
    }
}

/// A row that was sent and has no verdict yet: its batch, and whether the platform has applied it.
struct OnItsWay {
    row: PlannedRow,
    value: String,
}

/// Each night: rows in batches, several batches on their way, verdicts in any order between respondents, and an end at any
/// moment. What is skipped must be what the platform has.
fn nights(seed: u64) {
    let mut chance = fastrand::Rng::with_seed(seed);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.sqlite");
    let mut platform: HashMap<String, String> = HashMap::new();
    for _ in 0..6 {
        let delta = Delta::new(Store::open(&path, account()).unwrap(), chance.u8(..10) > 0).unwrap();
        let mut on_their_way: Vec<OnItsWay> = Vec::new();
        let ends_at = chance.u64(..60);
        let mut sequence = 0;
        while sequence < ends_at {
            let batch = chance.u64(1..5);
            let mut rows: Vec<PlannedRow> = Vec::new();
            let mut values = Vec::new();
            for _ in 0..batch {
                let (respondent, value) = (chance.u8(..6).to_string(), chance.u8(..3).to_string());
                rows.push(row(sequence, &respondent, &value));
                values.push(value);
                sequence += 1;
            }
            delta.pass(&mut rows).unwrap();
            for (row, value) in rows.into_iter().zip(values) {
                if is_sent(&row) {
                    on_their_way.push(OnItsWay { row, value });
                    continue;
                }
                let respondent = row.respondent().to_owned();
                let is_busy = on_their_way
                    .iter()
                    .any(|other| other.row.respondent() == respondent);
                assert!(!is_busy, "seed {seed}: skipped behind one that is on its way");
                assert_eq!(
                    platform.get(&respondent),
                    Some(&value),
                    "seed {seed}: a missed update"
                );
            }
            while !on_their_way.is_empty() && chance.bool() {
                settle(&delta, &mut on_their_way, &mut platform, &mut chance);
            }
            if chance.u8(..4) == 0 {
                delta.flush();
            }
        }
        if chance.u8(..3) == 0 {
            // Killed: some calls arrive nevertheless, first rows of each respondent first.
            for sent in on_their_way.into_iter().take(usize::from(chance.u8(..4))) {
                platform.insert(sent.row.respondent().to_owned(), sent.value);
            }
        } else {
            while !on_their_way.is_empty() {
                settle(&delta, &mut on_their_way, &mut platform, &mut chance);
            }
            delta.flush();
        }
    }
}

/// One row gets its verdict: the first of a respondent whoever that is.
fn settle(
    delta: &Delta,
    on_their_way: &mut Vec<OnItsWay>,
    platform: &mut HashMap<String, String>,
    chance: &mut fastrand::Rng,
) {
    let any = chance.usize(..on_their_way.len());
    let respondent = on_their_way[any].row.respondent().to_owned();
    let first = on_their_way
        .iter()
        .position(|sent| sent.row.respondent() == respondent);
    let sent = on_their_way.remove(first.unwrap());
    let (status, arrives) = match chance.u8(..5) {
        0 => (Status::Failed, false),
        1 => (Status::Unconfirmed, chance.bool()),
        _ => (Status::Success, true),
    };
    if arrives {
        platform.insert(respondent, sent.value);
    }
    delta.acknowledge(&[outcome(sent.row, status)]);
}

#[test]
fn no_update_is_ever_missed() {
    for seed in 0..60 {
        nights(seed);
    }
}

#[test]
fn rows_of_an_earlier_run_correct_what_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.sqlite");
    night(&path, &[("1", "old"), ("2", "same")], true);
    let settled = |row: PlannedRow, status| {
        let of = outcome(row.clone(), status);
        PlannedRow {
            settled: Some(Box::new(crate::model::Settled {
                status,
                error_code: None,
                message: String::new(),
                http_status: None,
                attempts: of.attempts,
                elapsed: of.elapsed,
                finished_at: of.finished_at,
            })),
            ..row
        }
    };
    let delta = Delta::new(Store::open(&path, account()).unwrap(), true).unwrap();
    // The journal says that this was sent, by a run that had another store.
    let mut rows = [
        settled(row(0, "1", "new"), Status::Success),
        settled(row(1, "2", "same"), Status::Success),
        row(2, "1", "old"),
        row(3, "2", "same"),
    ];
    delta.pass(&mut rows).unwrap();
    assert_eq!(rows.each_ref().map(is_sent), [true, true, true, false]);
}

#[test]
fn a_file_that_is_damaged_or_somebody_elses_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.sqlite");
    let many: Vec<String> = (0..5_000).map(|id| id.to_string()).collect();
    let rows: Vec<(&str, &str)> = many.iter().map(|id| (id.as_str(), "a")).collect();
    night(&path, &rows, true);
    let whole = std::fs::read(&path).unwrap();
    let open = || Store::open(&path, account()).map(drop);
    open().unwrap();
    let mut damaged = whole.clone();
    for at in (5_000..whole.len()).step_by(4_096) {
        damaged[at..at + 300].fill(0xA5);
    }
    std::fs::write(&path, &damaged).unwrap();
    assert!(matches!(open(), Err(StoreError::Damaged { .. })), "{:?}", open());
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(matches!(open(), Err(StoreError::Damaged { .. })), "{:?}", open());
    std::fs::write(&path, "id_respondent,l4\n1,a\n").unwrap();
    assert!(matches!(open(), Err(StoreError::Damaged { .. })), "{:?}", open());
    std::fs::write(&path, "").unwrap();
    assert_eq!(night(&path, &[("1", "a")], true), [true], "nothing is known");
    std::fs::remove_file(&path).unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE theirs (x)").unwrap();
    assert!(matches!(open(), Err(StoreError::Foreign { .. })), "{:?}", open());
}

#[test]
fn accounts_and_platforms_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.sqlite");
    night(&path, &[("1", "a")], true);
    let other = Account {
        account: "2".to_owned(),
        ..account()
    };
    for (account, sent) in [(account(), false), (other, true)] {
        let delta = Delta::new(Store::open(&path, account).unwrap(), true).unwrap();
        let mut rows = [row(0, "1", "a")];
        delta.pass(&mut rows).unwrap();
        assert_eq!(is_sent(&rows[0]), sent);
    }
}

#[test]
fn what_is_known_is_counted_and_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.sqlite");
    night(&path, &[("1", "a"), ("2", "b"), ("3", "c")], true);
    let mut store = Store::open(&path, account()).unwrap();
    let known = store.known_surveys().unwrap();
    assert_eq!(
        (known.len(), known[0].survey.as_str(), known[0].respondents),
        (1, "7", 3)
    );
    assert_eq!(store.forget_all(Some("8"), &[]).unwrap(), 0);
    assert_eq!(store.forget_all(Some("7"), &["02".to_owned()]).unwrap(), 1);
    assert_eq!(night(&path, &[("1", "a"), ("2", "b")], true), [false, true]);
    assert_eq!(store.forget_all(None, &[]).unwrap(), 3);
    assert_eq!(night(&path, &[("1", "a")], true), [true]);
}
