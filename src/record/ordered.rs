//! A journal's outcomes in row order, in bounded memory.
//!
//! A journal has up to two parts: what an earlier resume put in order, and what happened since, which is out of order
//! by at most a window. Both are merged in one pass.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::path::Path;

use super::entry::{self, Entry};
use super::lines::Lines;
use crate::model::{ErrorCode, SLOTS, Status};

/// An outcome's line, with what is to be known of it.
pub(super) struct OutcomeLine {
    pub(super) row: u64,
    /// It is sent again, as one that may have been applied.
    pub(super) stopped: bool,
    /// It was passed over, since it said nothing new.
    pub(super) unchanged: bool,
    in_doubt: bool,
    pub(super) succeeded: bool,
    pub(super) line: Vec<u8>,
}

/// Where the parts of a journal lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parts {
    /// Where the first line ends.
    pub(super) header_end: u64,
    /// Where the part ends that is in row order; the start of the other.
    pub(super) ordered_end: u64,
    /// Where the last whole line ends.
    pub(super) whole_end: u64,
}

/// The outcomes in row order, each row once: its last word counts. Left out are rows of the streak that ended a run, which are
/// sent again; one of them that may have been applied is `stopped`.
pub(super) struct Ordered<'a> {
    ordered: Part,
    recent: Window,
    before: Option<OutcomeLine>,
    since: Option<OutcomeLine>,
    again: &'a HashSet<u64>,
}

impl<'a> Ordered<'a> {
    pub(super) fn open(path: &Path, parts: Parts, again: &'a HashSet<u64>) -> io::Result<Self> {
        let mut ordered = Part::open(path, parts.header_end, parts.ordered_end)?;
        let mut recent = Window::new(Part::open(path, parts.ordered_end, parts.whole_end)?);
        let (before, since) = (ordered.next()?, recent.next()?);
        Ok(Self {
            ordered,
            recent,
            before,
            since,
            again,
        })
    }

    pub(super) fn next(&mut self) -> io::Result<Option<OutcomeLine>> {
        while let Some(outcome) = self.next_of_both()? {
            if let Some(outcome) = self.still_known(outcome) {
                return Ok(Some(outcome));
            }
        }
        Ok(None)
    }

    fn next_of_both(&mut self) -> io::Result<Option<OutcomeLine>> {
        let takes_older = match (&self.before, &self.since) {
            (Some(old), Some(new)) => {
                if old.row == new.row {
                    self.before = self.ordered.next()?;
                    false
                } else {
                    old.row < new.row
                }
            }
            (Some(_), None) => true,
            (None, _) => false,
        };
        Ok(if takes_older {
            std::mem::replace(&mut self.before, self.ordered.next()?)
        } else {
            std::mem::replace(&mut self.since, self.recent.next()?)
        })
    }

    /// What is left of an outcome: nothing of one that is of the streak, but that it may have been applied.
    fn still_known(&self, outcome: OutcomeLine) -> Option<OutcomeLine> {
        if !self.again.contains(&outcome.row) {
            return Some(outcome);
        }
        let line = outcome
            .in_doubt
            .then(|| entry::stopped(&outcome.line))
            .flatten()?;
        Some(OutcomeLine {
            line,
            stopped: true,
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
        let mut file = File::open(path)?;
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
                    stopped: settled.error_code == Some(ErrorCode::Stopped),
                    unchanged: settled.error_code == Some(ErrorCode::Unchanged),
                    in_doubt: settled.status == Status::Unconfirmed,
                    succeeded: settled.status == Status::Success,
                    line: line.to_vec(),
                }));
            }
        }
        Ok(None)
    }
}

/// Puts a part in row order that is out of it by at most a window. Holds a window's rows.
struct Window {
    part: Part,
    waiting: BTreeMap<u64, OutcomeLine>,
}

impl Window {
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
