//! Journals of every kind, cut and damaged anywhere, compared with the expected content.

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::model::{Fingerprint, Outcome, SLOTS, SentRow, Status};
use crate::record::journal::resumed::GoOn;
use crate::record::outputs::files::{OutputPaths, Replaces};
use crate::record::tests::outcome;

fn header() -> Header {
    Header::new(
        Timestamp::UNIX_EPOCH,
        Fingerprint::default().with("content", 1),
        false,
    )
}

/// A journal in its own folder.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new(journal: &[u8]) -> Self {
        let desk = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        fs::write(desk.journal(), journal).unwrap();
        desk
    }

    fn results(&self) -> std::path::PathBuf {
        self.folder.path().join("a.results.csv")
    }

    fn journal(&self) -> std::path::PathBuf {
        names::journal(&self.results())
    }

    fn contents(&self) -> Option<Contents> {
        Contents::read(&self.journal()).unwrap()
    }

    /// Returns the rows that have their verdict after the journal was rewritten, as the input's
    /// reader gets them.
    fn settled(&self, rows: u64) -> Vec<u64> {
        let mut rewritten = self
            .contents()
            .unwrap()
            .rewrite(&self.results(), &header())
            .unwrap();
        let mut take = |sequence: u64| {
            let row = outcome(sequence).row;
            let found = rewritten.rows.take(row.position.row, &row.record).unwrap();
            found.is_some_and(|settled| settled.error_code != Some(ErrorCode::Stopped))
        };
        let settled: Vec<u64> = (0..rows).filter(|sequence| take(*sequence)).collect();
        assert_eq!(rewritten.count, settled.len() as u64, "each is met");
        settled
    }
}

fn whole_lines(journal: &[u8]) -> usize {
    journal.split(|byte| *byte == b'\n').count() - 1
}

fn stopped(sequence: u64) -> Outcome {
    Outcome {
        status: Status::Unconfirmed,
        error_code: Some(ErrorCode::Stopped),
        ..outcome(sequence)
    }
}

fn lines(outcomes: &[Outcome]) -> Vec<u8> {
    let mut lines = Vec::new();
    header().write(&mut lines);
    for outcome in outcomes {
        entry::write_outcome(outcome, &mut lines);
    }
    lines
}

#[test]
fn rows_come_in_order_without_those_that_are_to_be_sent_again() {
    let mut journal = lines(&[outcome(3), outcome(0), stopped(2), outcome(9), outcome(1)]);
    entry::write_again(outcome(1).row.position.row, &mut journal);
    let desk = Desk::new(&journal);
    assert_eq!(desk.settled(12), [0, 3, 9]);
    // The omitted rows are gone; new lines are merged with the ordered ones.
    let mut again = fs::read(desk.journal()).unwrap();
    for sequence in [2, 11, 10, 1] {
        entry::write_outcome(&outcome(sequence), &mut again);
    }
    fs::write(desk.journal(), again).unwrap();
    assert_eq!(desk.settled(12), [0, 1, 2, 3, 9, 10, 11]);
    assert_eq!(
        desk.settled(12),
        [0, 1, 2, 3, 9, 10, 11],
        "once more changes nothing"
    );
    assert_eq!(
        fs::read_dir(desk.folder.path()).unwrap().count(),
        1,
        "nothing else is left"
    );
}

#[test]
fn an_unconfirmed_row_of_a_streak_is_sent_again_in_doubt() {
    let doubtful = Outcome {
        status: Status::Unconfirmed,
        error_code: Some(ErrorCode::BadResponse),
        ..outcome(0)
    };
    let mut journal = lines(&[doubtful, outcome(1)]);
    for sequence in [0, 1] {
        entry::write_again(outcome(sequence).row.position.row, &mut journal);
    }
    let desk = Desk::new(&journal);
    let mut rewritten = desk
        .contents()
        .unwrap()
        .rewrite(&desk.results(), &header())
        .unwrap();
    let known = [0, 1].map(|sequence| {
        let row = outcome(sequence).row;
        let known = rewritten.rows.take(row.position.row, &row.record).unwrap();
        known.and_then(|known| known.error_code)
    });
    assert_eq!((known, rewritten.count), ([Some(ErrorCode::Stopped), None], 0));
}

/// What has to be known of a journal before it is resumed.
#[test]
fn who_was_sent_and_what_is_left() {
    let unchanged = |sequence| Outcome {
        status: Status::Skipped,
        error_code: Some(ErrorCode::Unchanged),
        attempts: 0,
        ..outcome(sequence)
    };
    let failed = Outcome {
        status: Status::Failed,
        error_code: Some(ErrorCode::Http4xx),
        ..outcome(5)
    };
    let mut journal = lines(&[
        outcome(3),
        unchanged(0),
        stopped(2),
        failed,
        unchanged(1),
        outcome(8),
    ]);
    entry::write_state(7, &mut journal);
    entry::write_outcome(&outcome(1), &mut journal);
    entry::write_again(outcome(5).row.position.row, &mut journal);
    let desk = Desk::new(&journal);
    let go_on = || GoOn {
        contents: desk.contents().unwrap(),
        sets_aside: None,
        replaces: Replaces::Nothing,
    };
    let paths = OutputPaths {
        results: desk.results(),
        failed: desk.results(),
        summary: desk.results(),
        report: None,
        rehearsal: false,
    };
    // The same before and after the journal was put in order.
    for passes in [7, 0] {
        let go_on = go_on();
        assert_eq!((go_on.store(), go_on.has_unchanged()), ((None, passes), true));
        let sent: Vec<(u64, bool)> = go_on
            .sent(&paths)
            .unwrap()
            .map(Result::unwrap)
            .map(
                |SentRow {
                     row, may_be_applied, ..
                 }| (row - 2, may_be_applied),
            )
            .collect();
        assert_eq!(sent, [(1, true), (2, false), (3, true), (8, true)]);
        let mut rows = go_on.left(&paths).unwrap();
        let left: Vec<u64> = (0..10).filter(|row| rows.has(row + 2).unwrap()).collect();
        assert_eq!(left, [0, 2, 4, 5, 6, 7, 9]);
        // Closed, as in a run: not every system replaces an open file.
        drop(rows);
        desk.contents()
            .unwrap()
            .rewrite(&desk.results(), &header())
            .unwrap();
    }
}

#[test]
fn a_row_that_is_not_the_journals_is_told() {
    let desk = Desk::new(&lines(&[outcome(0)]));
    let mut rewritten = desk
        .contents()
        .unwrap()
        .rewrite(&desk.results(), &header())
        .unwrap();
    assert!(rewritten.rows.take(2, b"1;other\n").is_err());
}

#[test]
fn more_rows_than_a_window_holds_in_any_order_that_a_window_allows() {
    let rows = 3 * u64::from(SLOTS);
    // Each block of a window comes in reverse order, which is the worst case.
    let outcomes: Vec<Outcome> = (0..3)
        .flat_map(|block| {
            (0..u64::from(SLOTS))
                .rev()
                .map(move |row| block * u64::from(SLOTS) + row)
        })
        .map(outcome)
        .collect();
    let desk = Desk::new(&lines(&outcomes));
    assert_eq!(desk.settled(rows), (0..rows).collect::<Vec<_>>());
}

#[test]
fn what_is_no_journal_is_none() {
    for journal in [
        b"".as_slice(),
        b"row,id\n",
        b"{\"journal\":2}\n",
        &lines(&[])[..20],
    ] {
        assert!(Desk::new(journal).contents().is_none());
    }
}

proptest! {
    #[test]
    fn a_journal_cut_anywhere_keeps_every_whole_line_before_the_cut(
        order in Just((0_u64..20).collect::<Vec<_>>()).prop_shuffle(),
        cut in 0.0..1.0_f64,
        garbage in proptest::collection::vec(any::<u8>(), 0..40),
    ) {
        let outcomes: Vec<Outcome> = order.iter().copied().map(outcome).collect();
        let whole = lines(&outcomes);
        let head = lines(&[]).len();
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small")]
        let cut = head + ((whole.len() - head) as f64 * cut) as usize;
        let mut journal = whole[..cut].to_vec();
        // A line end alone could complete the torn line, which would not be damage.
        journal.extend(garbage.iter().skip_while(|byte| **byte == b'\n'));
        let kept = whole_lines(&whole[..cut]) - 1;
        let mut expected: Vec<u64> = order[..kept].to_vec();
        expected.sort_unstable();
        prop_assert_eq!(Desk::new(&journal).settled(20), expected);
    }

    #[test]
    fn damage_anywhere_never_invents_a_verdict(
        at in 0.0..1.0_f64,
        flip in 1..=255_u8,
    ) {
        let outcomes: Vec<Outcome> = (0..10).map(outcome).collect();
        let mut journal = lines(&outcomes);
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small")]
        let at = (journal.len() as f64 * at) as usize;
        journal[at] ^= flip;
        let before = whole_lines(&journal[..at]);
        let desk = Desk::new(&journal);
        match Contents::read(&desk.journal()) {
            Ok(None) => prop_assert_eq!(before, 0),
            Ok(Some(_)) => prop_assert_eq!(desk.settled(10), (0..before as u64 - 1).collect::<Vec<_>>()),
            // Damage that is not at the end is reported, and loses nothing.
            Err(OutputError::DamagedJournal { .. }) => prop_assert!(before < 10),
            Err(error) => panic!("{error}"),
        }
    }
}
