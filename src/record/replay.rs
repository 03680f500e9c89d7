//! A journal that is read again: rewritten in row order, so that the input can be read beside it.
//!
//! A journal has up to two parts: what an earlier resume put in order, and what happened since, which is out of order
//! by at most a window. Both are merged in one pass of bounded memory into a new file, which takes the old one's place
//! once it is safe on the disk; a kill before that leaves the old one. Left out are the rows of the streak that ended a
//! run, which are sent again, and a last line that is torn. A `stopped` row keeps its line, since it is sent again as one
//! that may have been applied.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

use super::entry::{self, Entry, FINISHING, Header, RESUMED};
use super::error::OutputError;
use super::files::{create_private, sync, sync_folder_of};
use super::journal::Journal;
use super::lines::Lines;
use super::names;
use super::settled::SettledRows;
use crate::model::{ErrorCode, SLOTS, Status};

/// What a journal says on the whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Contents {
    pub(super) header: Header,
    /// Every row had its outcome: some files may have their names already.
    pub(super) finishing: bool,
    /// Where the part ends that is in row order; the start of the other.
    ordered_end: u64,
    /// Where the last whole line ends.
    whole_end: u64,
    /// How many bytes behind that cannot be read.
    pub(super) torn: u64,
    header_end: u64,
    /// Rows of the streak that ended the run.
    again: HashSet<u64>,
}

/// What was made of a journal.
pub(super) struct Rewritten {
    pub(super) journal: Journal,
    pub(super) rows: SettledRows,
    /// Rows that have their verdict.
    pub(super) count: u64,
    pub(super) knows_success: bool,
}

impl Contents {
    /// Reads a journal to its end, in bounded memory. Nothing if not even its first line is whole. A line that is not
    /// whole is the last one, which a kill has torn: one in the middle is damage, and what stands behind it would be sent
    /// again for no reason.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, OutputError> {
        let fault = |source| OutputError::read(path, source);
        let file = File::open(path).map_err(fault)?;
        let length = file.metadata().map_err(fault)?.len();
        let mut lines = Lines::new(file, length);
        let header = lines.next().map_err(fault)?.and_then(entry::read_header);
        let Some(header) = header else { return Ok(None) };
        let mut contents = Self {
            header,
            finishing: false,
            ordered_end: lines.at,
            whole_end: lines.at,
            torn: 0,
            header_end: lines.at,
            again: HashSet::new(),
        };
        while let Some(entry) = lines.next().map_err(fault)?.and_then(entry::read_entry) {
            contents.whole_end = lines.at;
            match entry {
                // One that was sent again since has its verdict.
                Entry::Outcome { row, .. } => drop(contents.again.remove(&row)),
                Entry::Streak => contents.again.clear(),
                Entry::Again { row } => drop(contents.again.insert(row)),
                Entry::Resumed => contents.ordered_end = lines.at,
                Entry::Finishing => contents.finishing = true,
            }
        }
        contents.torn = length - contents.whole_end;
        while let Some(line) = lines.next().map_err(fault)? {
            if entry::read_entry(line).is_some() {
                return Err(OutputError::DamagedJournal {
                    path: path.to_owned(),
                    byte: contents.whole_end,
                });
            }
        }
        Ok(Some(contents))
    }

    /// Writes the journal anew in row order, and opens it for the run that goes on.
    pub(super) fn rewrite(&self, results: &Path) -> Result<Rewritten, OutputError> {
        let (path, new) = (names::journal(results), names::journal_rewritten(results));
        let file = create_private(&new, true).map_err(|source| OutputError::create(&new, source))?;
        let mut rewriting = Rewriting {
            out: BufWriter::new(file),
            written: 0,
            count: 0,
            knows_success: false,
        };
        self.merge(&path, &mut rewriting)
            .map_err(|source| OutputError::write(&new, source))?;
        let Rewriting {
            out,
            written: ordered_end,
            count,
            knows_success,
        } = rewriting;
        // Flushed by the merge, so nothing is left to be written.
        let (file, _) = out.into_parts();
        sync(&file).map_err(|source| OutputError::write(&new, source))?;
        fs::rename(&new, &path).map_err(|source| OutputError::rename(&path, source))?;
        sync_folder_of(&path);
        let rows = SettledRows::open(&path, ordered_end)?;
        Ok(Rewritten {
            journal: Journal::append_to(file, &path)?,
            rows,
            count,
            knows_success,
        })
    }

    fn merge(&self, path: &Path, out: &mut Rewriting) -> io::Result<()> {
        let mut header = Vec::new();
        entry::write_header(&self.header, &mut header);
        out.put(&header)?;
        let mut ordered = Part::open(path, self.header_end, self.ordered_end)?;
        let mut recent = Window::new(Part::open(path, self.ordered_end, self.whole_end)?);
        let (mut before, mut since) = (ordered.next()?, recent.next()?);
        loop {
            let next = match (&before, &since) {
                (None, None) => break,
                (Some(old), Some(new)) if old.row < new.row => {
                    std::mem::replace(&mut before, ordered.next()?)
                }
                (Some(old), Some(new)) => {
                    if old.row == new.row {
                        before = ordered.next()?;
                    }
                    std::mem::replace(&mut since, recent.next()?)
                }
                (Some(_), None) => std::mem::replace(&mut before, ordered.next()?),
                (None, Some(_)) => std::mem::replace(&mut since, recent.next()?),
            };
            if let Some(outcome) = next.and_then(|outcome| self.still_known(outcome)) {
                out.put_outcome(&outcome)?;
            }
        }
        let mut markers = Vec::new();
        entry::write_entry(RESUMED, &mut markers);
        if self.finishing {
            entry::write_entry(FINISHING, &mut markers);
        }
        out.put(&markers)?;
        out.out.flush()
    }
}

impl Contents {
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

/// The new journal as it is written.
struct Rewriting {
    out: BufWriter<File>,
    written: u64,
    count: u64,
    knows_success: bool,
}

impl Rewriting {
    fn put(&mut self, line: &[u8]) -> io::Result<()> {
        self.written += line.len() as u64;
        self.out.write_all(line)
    }

    fn put_outcome(&mut self, outcome: &OutcomeLine) -> io::Result<()> {
        self.count += u64::from(!outcome.stopped);
        self.knows_success |= outcome.succeeded;
        self.put(&outcome.line)
    }
}

/// An outcome's line, with what the merge needs to know of it.
struct OutcomeLine {
    row: u64,
    stopped: bool,
    in_doubt: bool,
    succeeded: bool,
    line: Vec<u8>,
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

#[cfg(test)]
mod tests;
