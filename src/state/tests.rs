//! The stage as its users see it, one rule at a time. `state/tests/nights.rs` tests that no update
//! is ever missed, whatever happens.

mod nights;

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::model::{Digits, ErrorCode, Label, Labelled, Position, SentRow, Settled, UpdateRespondent};

/// How long after its end a call may be applied.
const LATE: Duration = Duration::from_secs(30);

/// The text of rows that are skipped.
const TEXT: FaultText = |_| "unchanged".to_owned();

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
        listed: None,
        sequence,
        position: Position {
            row: sequence + 2,
            ..Position::START
        },
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
        elapsed: Duration::ZERO,
        finished_at: at(0),
        doubted: false,
        journalled: false,
        streak: None,
    }
}

fn is_sent(row: &PlannedRow) -> bool {
    matches!(row.plan, Plan::Send(_))
}

/// This many seconds after the start of the first run.
fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_000_000 + seconds).unwrap()
}

fn open(path: &Path) -> Store {
    Store::open(path, account()).unwrap()
}

/// A run that starts anew, this many seconds after the first.
fn begin(path: &Path, skips: bool, seconds: i64) -> Delta {
    let clock = Clock {
        start: at(seconds),
        late: LATE,
        before: None,
    };
    Delta::new(open(path), &Past::Nothing, skips.then_some(TEXT), clock).unwrap()
}

/// Processes one row, and returns whether it is sent.
fn passes(delta: &Delta, row: PlannedRow) -> (PlannedRow, bool) {
    let mut rows = [row];
    delta.pass(&mut rows).unwrap();
    let [row] = rows;
    let is_sent = is_sent(&row) && row.settled.is_none();
    (row, is_sent)
}

/// A night without any fault. Returns which rows were sent.
fn night(path: &Path, rows: &[(&str, &str)], skips: bool) -> Vec<bool> {
    let delta = begin(path, skips, 0);
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
    let delta = begin(&folder.path().join("s"), true, 0);
    for sequence in 0..2 {
        let mut rows = [row(sequence, "1", "a")];
        delta.pass(&mut rows).unwrap();
        let [row] = rows;
        assert!(is_sent(&row), "whenever the answers come, the same rows are sent");
        delta.acknowledge(&[outcome(row, Status::Success)]);
        delta.flush();
    }
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
        let clock = Clock {
            start: at(0),
            late: LATE,
            before: None,
        };
        let store = Store::open(&path, account).unwrap();
        let delta = Delta::new(store, &Past::Nothing, Some(TEXT), clock).unwrap();
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

/// A row with a verdict in the journal.
fn settled(row: PlannedRow, status: Status, code: Option<ErrorCode>) -> PlannedRow {
    let is_unsent = status == Status::Skipped;
    PlannedRow {
        settled: Some(Box::new(Settled {
            status,
            error_code: code,
            message: String::new(),
            http_status: None,
            attempts: u32::from(!is_unsent),
            elapsed: Duration::ZERO,
            finished_at: at(0),
        })),
        ..row
    }
}

fn unchanged(row: PlannedRow) -> PlannedRow {
    settled(row, Status::Skipped, Some(ErrorCode::Unchanged))
}

fn success(row: PlannedRow) -> PlannedRow {
    settled(row, Status::Success, None)
}

/// A run that resumes the journal of another, one day later.
fn resume(path: &Path, before: &Delta) -> Delta {
    let clock = Clock {
        start: at(86_400),
        late: LATE,
        before: None,
    };
    let store = open(path);
    let past = store.past(before.store_run(), before.passes()).unwrap();
    Delta::new(store, &past, Some(TEXT), clock).unwrap()
}

#[test]
fn a_journal_teaches_the_store_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.sqlite");
    let first = begin(&path, true, 0);
    let (sent, _) = passes(&first, row(0, "1", "a"));
    first.acknowledge(&[outcome(sent, Status::Success)]);
    first.flush();
    // A run of another input comes between.
    night(&path, &[("1", "b")], true);
    let resumed = resume(&path, &first);
    let (_, sent) = passes(&resumed, success(row(0, "1", "a")));
    assert!(!sent, "it has its verdict");
    drop(resumed);
    assert_eq!(night(&path, &[("1", "b")], true), [false]);
    assert_eq!(night(&path, &[("1", "a")], true), [true]);
}

#[test]
fn what_the_journal_calls_unchanged_is_judged_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.sqlite");
    night(&path, &[("1", "a"), ("2", "a"), ("3", "a")], true);
    let first = begin(&path, true, 0);
    let (_, sent) = passes(&first, row(0, "1", "a"));
    assert!(!sent);
    open(&path).forget_all(Some("7"), &["1".to_owned()]).unwrap();
    night(&path, &[("2", "b")], true);
    let resumed = resume(&path, &first);
    let judged = ["1", "2", "3"].map(|id| passes(&resumed, unchanged(row(0, id, "a"))).1);
    assert_eq!(judged, [true, true, false]);
}

#[test]
fn no_unchanged_row_is_sent_after_a_later_one_of_its_respondent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.sqlite");
    night(&path, &[("1", "a"), ("2", "a")], true);
    // Both were set to something else after an unchanged row, and then all entries were removed.
    open(&path).forget_all(None, &[]).unwrap();
    let clock = Clock {
        start: at(86_400),
        late: LATE,
        before: None,
    };
    let sent = |sequence: u64, respondent: &str, may_be_applied| SentRow {
        may_come_late: false,
        row: sequence + 2,
        survey: "7".to_owned(),
        respondent: respondent.to_owned(),
        finished_at: at(0),
        may_be_applied,
    };
    let mut store = open(&path);
    store
        .note_sent(&[sent(1, "1", true), sent(3, "2", false)])
        .unwrap();
    let resumed = Delta::new(store, &Past::Nothing, Some(TEXT), clock).unwrap();
    let judged = [
        unchanged(row(0, "1", "a")),
        success(row(1, "1", "b")),
        unchanged(row(2, "2", "a")),
        settled(row(3, "2", "b"), Status::Failed, Some(ErrorCode::Rejected)),
        unchanged(row(4, "1", "a")),
    ]
    .map(|row| passes(&resumed, row).1);
    assert_eq!(
        judged,
        [false, false, true, false, true],
        "the first of 1 was overtaken, that of 2 by a row that was refused"
    );
}

#[test]
fn what_the_process_was_killed_over_is_sent_again_and_in_doubt() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.sqlite");
    let killed = begin(&path, true, 0);
    for (sequence, id, value) in [(0, "1", "a"), (1, "2", "a"), (2, "3", "a"), (3, "3", "b")] {
        passes(&killed, row(sequence, id, value));
    }
    drop(killed);
    // The next run starts at once, with another content for one of them.
    let next = begin(&path, true, 1);
    for (sequence, id, value) in [(0, "1", "a"), (1, "2", "b"), (2, "3", "b")] {
        let (sent, _) = passes(&next, row(sequence, id, value));
        next.acknowledge(&[outcome(sent, Status::Success)]);
    }
    next.finish();
    let told = |id, value| open(&path).told(&update(id, value)).unwrap();
    assert_eq!(
        (told("1", "a"), told("2", "b"), told("2", "a")),
        (Told::Same, Told::SameInDoubt, Told::Other)
    );
    assert_eq!(
        told("3", "b"),
        Told::SameInDoubt,
        "the first of two may have been sent"
    );
}

#[test]
fn a_late_call_that_said_something_else_costs_one_repeated_call() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.sqlite");
    let first = begin(&path, true, 0);
    let doubted = |row, status| Outcome {
        doubted: true,
        ..outcome(row, status)
    };
    for (sequence, value) in [(0, "a"), (1, "b")] {
        let (sent, _) = passes(&first, row(sequence, "1", value));
        first.acknowledge(&[match value {
            "a" => doubted(sent, Status::Unconfirmed),
            _ => outcome(sent, Status::Success),
        }]);
    }
    // The late call has the same content as the last one: harmless.
    let (sent, _) = passes(&first, row(2, "2", "a"));
    first.acknowledge(&[doubted(sent, Status::Success)]);
    first.finish();
    let again = |seconds| {
        let delta = begin(&path, true, seconds);
        let sent = [("1", "b"), ("2", "a")].map(|(id, value)| {
            let (row, is_sent) = passes(&delta, row(0, id, value));
            if is_sent {
                delta.acknowledge(&[outcome(row, Status::Success)]);
            }
            is_sent
        });
        delta.finish();
        sent
    };
    assert_eq!(again(10), [true, false], "the call may still come");
    assert_eq!(again(60), [true, false], "it must have come");
    assert_eq!(again(61), [false, false]);
}

#[test]
fn rows_that_were_never_sent_are_in_no_doubt() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.sqlite");
    let stopped = begin(&path, true, 0);
    passes(&stopped, row(0, "1", "a"));
    stopped.finish();
    let next = begin(&path, true, 1);
    let (sent, _) = passes(&next, row(0, "1", "b"));
    next.acknowledge(&[outcome(sent, Status::Success)]);
    next.finish();
    assert_eq!(open(&path).told(&update("1", "b")).unwrap(), Told::Same);
}

#[test]
fn another_store_and_one_that_was_restored_know_nothing_of_a_journal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.sqlite");
    let copy =
        |from: &str, to: &str| std::fs::copy(folder.path().join(from), folder.path().join(to)).unwrap();
    night(&path, &[("1", "old")], true);
    copy("state.sqlite", "before");
    let first = begin(&path, true, 0);
    let is = first.store_run().unwrap().clone();
    let (sent, _) = passes(&first, row(0, "1", "new"));
    first.acknowledge(&[outcome(sent, Status::Success)]);
    first.flush();
    drop(first);
    let past = |name: &str, passes| open(&folder.path().join(name)).past(Some(&is), passes).unwrap();
    assert_eq!(past("state.sqlite", 1), Past::All(is.clone()));
    assert_eq!(
        past("state.sqlite", 2),
        Past::Part { run: Some(is.run) },
        "from within the run"
    );
    assert_eq!(past("before", 0), Past::Part { run: Some(is.run) });
    assert_eq!(past("another", 0), Past::Part { run: None });
    assert_eq!(open(&path).past(None, 0).unwrap(), Past::Part { run: None });
    // A run of the restored store gets the same number, but is not that run.
    night(&folder.path().join("before"), &[("2", "a")], true);
    assert_eq!(past("before", 0), Past::Part { run: Some(is.run) });
}

#[test]
fn respondents_of_a_journal_that_the_store_does_not_know_of_are_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.sqlite");
    night(&path, &[("1", "a"), ("2", "a"), ("3", "a")], true);
    let clock = Clock {
        start: at(86_400),
        late: LATE,
        before: None,
    };
    let sent = |respondent: &str, finished_at| SentRow {
        may_come_late: false,
        row: 2,
        may_be_applied: true,
        survey: "7".to_owned(),
        respondent: respondent.to_owned(),
        finished_at,
    };
    let mut store = open(&path);
    store
        .forget_sent(
            &[sent("1", at(0)), sent("02", at(86_399)), sent("4", at(0))],
            clock,
        )
        .unwrap();
    let told = |store: &Store, id| store.told(&update(id, "a")).unwrap();
    assert_eq!(
        ["1", "2", "3"].map(|id| told(&store, id)),
        [Told::Unknown, Told::Unknown, Told::Same]
    );
    // A row that was sent just before may be applied late.
    let past = Past::Part { run: Some(40) };
    let delta = Delta::new(store, &past, Some(TEXT), clock).unwrap();
    assert_eq!(delta.store_run().unwrap().run, 41, "above that of the journal");
    for (sequence, id, value) in [(0, "1", "b"), (1, "2", "b"), (2, "5", "a"), (3, "5", "b")] {
        let (row, _) = passes(&delta, row(sequence, id, value));
        delta.acknowledge(&[outcome(row, Status::Success)]);
    }
    delta.finish();
    let told = |id| open(&path).told(&update(id, "b")).unwrap();
    assert_eq!((told("1"), told("2")), (Told::Same, Told::SameInDoubt));
    assert_eq!(
        told("5"),
        Told::SameInDoubt,
        "the first row may have been under way before"
    );
}

#[test]
fn what_may_come_late_outlasts_forgetting() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.sqlite");
    drop(passes(&begin(&path, true, 0), row(0, "1", "a")));
    let mut store = open(&path);
    assert_eq!(store.forget_all(None, &[]).unwrap(), 0);
    store.disbelieve_own(None).unwrap();
    drop(store);
    let next = begin(&path, true, 1);
    let (sent, _) = passes(&next, row(0, "1", "b"));
    next.acknowledge(&[outcome(sent, Status::Success)]);
    next.finish();
    assert_eq!(open(&path).told(&update("1", "b")).unwrap(), Told::SameInDoubt);
    assert_eq!(open(&path).known_surveys().unwrap()[0].respondents, 1);
}

/// What was sent of a label is a trace of the person; that a survey shows a label is not.
#[test]
fn a_respondent_who_is_forgotten_leaves_no_labels_and_what_was_proven_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    let label: Label = "l4".parse().unwrap();
    let labelled = Labelled { said: 1, before: 2 };
    let mut store = open(&path);
    let key = |store: &mut Store, id: &str| store.key_of("7", id).unwrap();
    let keys = ["1", "2", "3"].map(|id| key(&mut store, id));
    for key in keys {
        store.put_label(key, label, labelled).unwrap();
    }
    // A call of respondent 2 may come late, so the entry outlasts `state forget`.
    let late = StoredUpdate {
        run: 1,
        acknowledged: Some(5),
        doubt: Doubt::Several,
        until: Some(9),
    };
    store.put(keys[1], &late).unwrap();
    store.prove("7", &[label]).unwrap();
    let known = |store: &Store| keys.map(|key| store.said_of(key, label).unwrap().is_some());
    let ids = |ids: &[&str]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    store.forget_all(None, &ids(&["002"])).unwrap();
    assert_eq!(known(&store), [true, false, true]);
    assert!(store.entry(keys[1]).unwrap().is_some());
    // Respondent 1 has labels alone, and is counted.
    assert_eq!(store.entries_of(&ids(&["01", "4"])).unwrap(), 1);
    assert_eq!(store.erase(&ids(&["01", "2"])).unwrap(), 2);
    assert_eq!(known(&store), [false, false, true]);
    assert!(store.entry(keys[1]).unwrap().is_none());
    store.forget_all(Some("7"), &[]).unwrap();
    assert_eq!(known(&store), [false; 3]);
    assert_eq!(store.proven("7").unwrap(), [label]);
}

/// A store that version 0.1.0 wrote in three runs.
fn earlier_store(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("state.sqlite");
    let earlier = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/earlier/state-1.sqlite");
    std::fs::copy(earlier, &path).unwrap();
    path
}

#[test]
fn a_store_of_version_1_is_migrated_where_it_lies() {
    let folder = tempfile::tempdir().unwrap();
    let path = earlier_store(folder.path());
    let account = Account {
        base_url: "http://127.0.0.1:18080/".to_owned(),
        account: "387487".to_owned(),
    };
    let open = || Store::open(&path, account.clone()).unwrap();
    let label: Label = "l1".parse().unwrap();
    let update = |id, value| {
        let digits = |text| Digits::new(text).unwrap();
        UpdateRespondent::new(digits("7"), digits(id), [(label, value)].into_iter())
    };
    let told = |store: &Store| {
        [("1", "a"), ("2", "b"), ("3", "c3"), ("3", "c2")]
            .map(|(id, value)| store.told(&update(id, value)).unwrap())
    };
    let known = [Told::Same, Told::Same, Told::Same, Told::Other];
    assert_eq!(told(&open()), known);
    assert_eq!(told(&open()), known, "once is enough");
    assert_eq!(open().last_export("7").unwrap().unwrap().rows, 3);
    let clock = Clock {
        start: at(0),
        late: LATE,
        before: None,
    };
    let delta = Delta::new(open(), &Past::Nothing, Some(TEXT), clock).unwrap();
    let is = delta.store_run().unwrap().clone();
    assert_eq!(is.run, 4, "runs count on");
    drop(delta);
    assert_eq!(open().past(Some(&is), 0).unwrap(), Past::All(is));
}

#[test]
fn a_migration_that_fails_has_not_happened() {
    let folder = tempfile::tempdir().unwrap();
    let path = earlier_store(folder.path());
    // Another process is writing, so the migration cannot be finished.
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let hasty = rusqlite::Connection::open(&path).unwrap();
    hasty.busy_timeout(Duration::ZERO).unwrap();
    let refused = store::schema::check(&hasty, &path);
    assert!(matches!(refused, Err(StoreError::Busy { .. })), "{refused:?}");
    other.execute_batch("ROLLBACK").unwrap();
    let version: i32 = other
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap();
    assert_eq!(version, 1);
    store::schema::check(&hasty, &path).unwrap();
}

/// A control call repeats a command of respondent 1, who has `A`; then `B` is sent, and later runs
/// must decide whether `B` is trusted.
#[test]
fn a_control_call_is_in_doubt_as_a_rows_call_is() {
    #[derive(Clone, Copy, Debug, PartialEq)]
    enum End {
        Answered,
        InDoubt,
        Killed,
    }
    for end in [End::Answered, End::InDoubt, End::Killed] {
        for same_run in [false, true] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("state.sqlite");
            let first = begin(&path, true, 0);
            sent(&first, 0, "1", "A");
            first.finish();
            drop(first);

            let second = begin(&path, true, 100);
            let mut again = [row(0, "1", "A")];
            second.pass(&mut again).unwrap();
            assert!(!is_sent(&again[0]), "nothing new");
            second.control_begins(&update("1", "A")).unwrap();
            match end {
                End::Answered => second.control_ended(None).unwrap(),
                End::InDoubt => second.control_ended(Some(at(110))).unwrap(),
                End::Killed => {}
            }
            let third = if same_run {
                second
            } else {
                drop(second);
                begin(&path, true, 120)
            };
            sent(&third, 1, "1", "B");
            third.finish();
            drop(third);

            // What may have been applied since is corrected. If the end of the call is unknown, a
            // run must start before the call is known to be over.
            let twice = end == End::Killed && same_run;
            for (seconds, is_repeated) in [(1_000, end != End::Answered), (2_000, twice), (3_000, false)] {
                let later = begin(&path, true, seconds);
                let mut rows = [row(0, "1", "B")];
                later.pass(&mut rows).unwrap();
                assert_eq!(is_sent(&rows[0]), is_repeated, "{end:?} {same_run} {seconds}");
                if is_repeated {
                    acknowledge(&later, &rows[0], at(seconds));
                }
                later.finish();
            }
        }
    }
}

/// The entries of rows whose outcomes arrive during a control call of their respondent include its
/// doubt.
#[test]
fn a_control_call_outlasts_what_is_written_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.sqlite");
    let run = begin(&path, true, 0);
    let mut rows = [row(0, "1", "A")];
    run.pass(&mut rows).unwrap();
    run.control_begins(&update("1", "A")).unwrap();
    acknowledge(&run, &rows[0], at(1));
    run.flush();
    // The process is killed here.
    drop(run);
    let next = begin(&path, true, 10);
    sent(&next, 0, "1", "B");
    next.finish();
    drop(next);
    let later = begin(&path, true, 1_000);
    let mut rows = [row(0, "1", "B")];
    later.pass(&mut rows).unwrap();
    assert!(is_sent(&rows[0]), "A may have been applied after B");
}

fn sent(run: &Delta, sequence: u64, respondent: &str, value: &str) {
    let mut rows = [row(sequence, respondent, value)];
    run.pass(&mut rows).unwrap();
    assert!(is_sent(&rows[0]), "{value}");
    acknowledge(run, &rows[0], at(1));
}

fn acknowledge(run: &Delta, row: &PlannedRow, finished_at: Timestamp) {
    run.acknowledge(&[Outcome {
        finished_at,
        ..outcome(row.clone(), Status::Success)
    }]);
}
