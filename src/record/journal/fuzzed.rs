//! Journals for a fuzzer: outcomes in any order that a window allows, over several runs, then cut
//! or damaged.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;

use super::entry;
use super::header::Header;
use super::replay::Contents;
use crate::model::{ErrorCode, Fingerprint, Outcome, Plan, PlannedRow, Position, RowFault, Status, Unsent};
use crate::record::outputs::names;

fn outcome(sequence: u64, kind: u8) -> Outcome {
    let (status, error_code) = match kind % 4 {
        0 | 1 => (Status::Success, None),
        2 => (Status::Failed, Some(ErrorCode::Rejected)),
        _ => (Status::Unconfirmed, Some(ErrorCode::Stopped)),
    };
    Outcome {
        row: PlannedRow {
            listed: None,
            sequence,
            position: Position {
                row: sequence + 2,
                line: sequence + 2,
                byte: 0,
            },
            record: sequence.to_be_bytes().to_vec().into(),
            kept: Vec::new(),
            plan: Plan::Reject(Unsent {
                respondent: sequence.to_string(),
                survey: String::new(),
                fault: RowFault::IdNotDigits,
                message: String::new(),
            }),
            settled: None,
            doubt: None,
        },
        status,
        error_code,
        message: "a\tb\nc".repeat(usize::from(kind % 8)),
        http_status: None,
        attempts: u32::from(kind),
        elapsed: Duration::from_millis(u64::from(kind)),
        finished_at: Timestamp::UNIX_EPOCH,
        doubted: false,
        journalled: false,
        streak: None,
    }
}

/// Builds a journal from bytes, and checks the rows that are settled after it was rewritten. The
/// first bytes say where the journal is cut and which byte is damaged. Each pair after them is a
/// row and its outcome; row 255 is a resume, and row 254 names a row that is to be sent again.
///
/// # Panics
///
/// If the settled rows are not exactly those of the lines before the damage.
pub(crate) fn fuzzed_journal(bytes: &[u8], folder: &Path) {
    let results = folder.join("a.results.csv");
    let path = names::journal(&results);
    let (damage, steps) = bytes.split_at(bytes.len().min(3));
    let mut lines = Vec::new();
    let header = Header::new(Timestamp::UNIX_EPOCH, Fingerprint::default(), false);
    header.write(&mut lines);
    // What the journal contains after each of its lines, by row.
    let mut said = vec![(lines.len(), BTreeMap::new())];
    for step in steps.chunks_exact(2) {
        let mut known: BTreeMap<u64, bool> = said.last().map(|(_, known)| known.clone()).unwrap_or_default();
        match *step {
            [255, _] => {
                let found = rewritten(&lines, &path, &results);
                known.retain(|_, settled| *settled);
                assert_eq!(found, Some(known.keys().copied().collect()));
                lines = fs::read(&path).unwrap_or_default();
                said.clear();
            }
            [254, row] => {
                entry::write_again(u64::from(row % 64) + 2, &mut lines);
                known.remove(&u64::from(row % 64));
            }
            [row, kind] => {
                let row = u64::from(row % 64);
                if known.get(&row) == Some(&true) {
                    // A row with a verdict gets no other.
                    continue;
                }
                let outcome = outcome(row, kind);
                entry::write_outcome(&outcome, &mut lines);
                known.insert(row, outcome.error_code != Some(ErrorCode::Stopped));
            }
            _ => {}
        }
        said.push((lines.len(), known));
    }
    let last = said.last().map_or(0, |(end, _)| *end);
    let first = said.first().map_or(0, |(end, _)| *end);
    let [cut, at, flip] = damage else { return };
    let cut = last - (last - first) * usize::from(*cut) / 1024;
    lines.truncate(cut);
    let mut whole = cut;
    let at = first + (cut - first) * usize::from(*at) / 256;
    if *flip != 0
        && let Some(byte) = lines.get_mut(at)
    {
        *byte ^= flip;
        whole = at;
    }
    let known = said.iter().rev().find(|(end, _)| *end <= whole);
    let expected: Vec<u64> = known
        .map(|(_, known)| {
            known
                .iter()
                .filter(|(_, settled)| **settled)
                .map(|(row, _)| *row)
                .collect()
        })
        .unwrap_or_default();
    match rewritten(&lines, &path, &results) {
        Some(found) => assert_eq!(found, expected),
        None => assert!(*flip != 0, "refused although nothing is damaged"),
    }
}

/// Returns the rows with a final verdict after the journal was rewritten; `None` if it is refused
/// as damaged.
fn rewritten(lines: &[u8], path: &Path, results: &Path) -> Option<Vec<u64>> {
    fs::write(path, lines).ok()?;
    let contents = Contents::read(path).ok()?;
    let contents = contents?;
    let mut rewritten = contents.rewrite(results, &contents.header).ok()?;
    let mut take = |sequence: u64| {
        let row = outcome(sequence, 0).row;
        let settled = rewritten.rows.take(row.position.row, &row.record).ok().flatten();
        settled.is_some_and(|settled| settled.error_code != Some(ErrorCode::Stopped))
    };
    Some((0..64).filter(|sequence| take(*sequence)).collect())
}
