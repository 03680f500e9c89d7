//! A journal's outcomes in row order, in bounded memory.
//!
//! A journal has up to two parts: what an earlier resume put in order, and what happened since, which is out of order
//! by at most a window. Both are merged in one pass.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, Seek, SeekFrom};
use std::path::Path;

use super::entry::{self, Entry};
use super::lines::Lines;
use crate::model::{ErrorCode, SLOTS, Status};
use crate::system::regular;

/// An outcome's line, with what is to be known of it.
pub(in crate::record) struct OutcomeLine {
    pub(in crate::record) row: u64,
    pub(in crate::record) status: Status,
    code: Option<ErrorCode>,
    pub(in crate::record) line: Vec<u8>,
}

impl OutcomeLine {
    /// Whether it is sent again, as one that may have been applied.
    pub(in crate::record) fn is_stopped(&self) -> bool {
        self.code == Some(ErrorCode::Stopped)
    }

    /// Whether it was passed over, since it said nothing new.
    pub(in crate::record) fn is_unchanged(&self) -> bool {
        self.code == Some(ErrorCode::Unchanged)
    }
}

/// Where the parts of a journal end, one behind the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::record) struct Ends {
    /// The first line.
    pub(in crate::record) header: u64,
    /// What is in row order.
    pub(in crate::record) ordered: u64,
    /// What is not; the last whole line.
    pub(in crate::record) recent: u64,
}

/// The outcomes in row order, each row once: its last word counts. Left out are rows of the streak that ended a run, which are
/// sent again; one of them that may have been applied is `stopped`.
pub(in crate::record) struct Ordered<'a> {
    older: Part,
    newer: MergeWindow,
    /// The next line of each.
    old: Option<OutcomeLine>,
    new: Option<OutcomeLine>,
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

    /// What is left of an outcome: nothing of one that is of the streak, but that it may have been applied.
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

/// The outcomes of one part of a journal, as they stand.
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

/// Puts a part in row order that is out of it by at most a window. Holds a window's rows.
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
        // Behind more than a window of later rows no earlier one can come: each took a slot of it.
        while self.waiting.len() <= SLOTS as usize {
            let Some(outcome) = self.part.next()? else { break };
            self.waiting.insert(outcome.row, outcome);
        }
        Ok(self.waiting.pop_first().map(|(_, outcome)| outcome))
    }
}
