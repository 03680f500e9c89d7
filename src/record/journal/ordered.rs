//! A journal's outcomes in row order, in bounded memory.
//!
//! A journal has up to two parts: the lines that an earlier resume put in order, and the lines
//! written since, which are out of order by at most a window. One pass merges both.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, Seek, SeekFrom};
use std::path::Path;

use super::entry::{self, Entry};
use super::lines::Lines;
use crate::model::{ErrorCode, SLOTS, Status};
use crate::system::regular;

/// The line of an outcome and the fields needed from it.
pub(in crate::record) struct OutcomeLine {
    pub(in crate::record) row: u64,
    pub(in crate::record) status: Status,
    code: Option<ErrorCode>,
    /// The whole line, with its checksum and line end.
    pub(in crate::record) line: Vec<u8>,
}

impl OutcomeLine {
    /// Whether the row is sent again as one that may have been applied.
    pub(in crate::record) fn is_stopped(&self) -> bool {
        self.code == Some(ErrorCode::Stopped)
    }

    /// Whether the row was skipped because it was unchanged.
    pub(in crate::record) fn is_unchanged(&self) -> bool {
        self.code == Some(ErrorCode::Unchanged)
    }
}

/// Where the parts of a journal end, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::record) struct Ends {
    /// End of the first line.
    pub(in crate::record) header: u64,
    /// End of the lines in row order.
    pub(in crate::record) ordered: u64,
    /// End of the last complete line.
    pub(in crate::record) recent: u64,
}

/// The outcomes in row order, each row once with its last outcome. Rows of the streak that ended a
/// run are left out, because they are sent again; those that may have been applied are returned as
/// `stopped`.
pub(in crate::record) struct Ordered<'a> {
    older: Part,
    newer: MergeWindow,
    /// The next outcome of each part.
    old: Option<OutcomeLine>,
    new: Option<OutcomeLine>,
    /// The rows of the streak that ended the run.
    again: &'a HashSet<u64>,
}

impl<'a> Ordered<'a> {
    pub(in crate::record) fn open(path: &Path, ends: Ends, again: &'a HashSet<u64>) -> io::Result<Self> {
        let mut older = Part::open(path, ends.header, ends.ordered)?;
        let mut newer = MergeWindow::new(Part::open(path, ends.ordered, ends.recent)?);
        let (old, new) = (older.next()?, newer.next()?);
        Ok(Self {
            older,
            newer,
            old,
            new,
            again,
        })
    }

    /// Returns the next outcome in row order, or `None` at the end.
    pub(in crate::record) fn next(&mut self) -> io::Result<Option<OutcomeLine>> {
        while let Some(outcome) = self.next_of_both()? {
            if let Some(outcome) = self.still_known(outcome) {
                return Ok(Some(outcome));
            }
        }
        Ok(None)
    }

    fn next_of_both(&mut self) -> io::Result<Option<OutcomeLine>> {
        let takes_old = match (&self.old, &self.new) {
            (Some(old), Some(new)) if old.row == new.row => {
                self.old = self.older.next()?;
                false
            }
            (Some(old), Some(new)) => old.row < new.row,
            (old, _) => old.is_some(),
        };
        Ok(if takes_old {
            std::mem::replace(&mut self.old, self.older.next()?)
        } else {
            std::mem::replace(&mut self.new, self.newer.next()?)
        })
    }

    /// Drops the outcome of a row of the streak, unless it may have been applied; then it becomes
    /// `stopped`.
    fn still_known(&self, outcome: OutcomeLine) -> Option<OutcomeLine> {
        if !self.again.contains(&outcome.row) {
            return Some(outcome);
        }
        let in_doubt = outcome.status == Status::Unconfirmed;
        let line = in_doubt.then(|| entry::stopped(&outcome.line)).flatten()?;
        Some(OutcomeLine {
            line,
            code: Some(ErrorCode::Stopped),
            ..outcome
        })
    }
}

/// The outcomes of one part of a journal, in file order.
struct Part {
    lines: Lines,
}

impl Part {
    fn open(path: &Path, start: u64, end: u64) -> io::Result<Self> {
        let mut file = regular::open(path)?;
        file.seek(SeekFrom::Start(start))?;
        Ok(Self {
            lines: Lines::new(file, end.saturating_sub(start)),
        })
    }

    fn next(&mut self) -> io::Result<Option<OutcomeLine>> {
        while let Some(line) = self.lines.next()? {
            if let Some(Entry::Outcome { row, settled, .. }) = entry::read_entry(line) {
                return Ok(Some(OutcomeLine {
                    row,
                    status: settled.status,
                    code: settled.error_code,
                    line: line.to_vec(),
                }));
            }
        }
        Ok(None)
    }
}

/// Sorts a part that is out of row order by at most a window. Holds the rows of one window.
struct MergeWindow {
    part: Part,
    waiting: BTreeMap<u64, OutcomeLine>,
}

impl MergeWindow {
    fn new(part: Part) -> Self {
        Self {
            part,
            waiting: BTreeMap::new(),
        }
    }

    fn next(&mut self) -> io::Result<Option<OutcomeLine>> {
        // A row cannot come after more than a window of later rows, since each of them took a slot.
        while self.waiting.len() <= SLOTS as usize {
            let Some(outcome) = self.part.next()? else { break };
            self.waiting.insert(outcome.row, outcome);
        }
        Ok(self.waiting.pop_first().map(|(_, outcome)| outcome))
    }
}
