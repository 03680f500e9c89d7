//! Reads a journal again and rewrites it in row order, so that it can be read in parallel with the
//! input.
//!
//! This takes one pass in bounded memory (`record/journal/ordered.rs`) into a new file, which
//! replaces the old one once it is safe on the disk; a kill before that leaves the old one. The
//! rows of the streak that ended a run are left out, because they are sent again, and so is a torn
//! last line. A `stopped` row keeps its line, because it is sent again as one that may have been
//! applied.

use std::collections::{HashSet, VecDeque};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::entry::{self, Entry, FINISHING, RESUMED};
use super::file::Journal;
use super::header::{Header, OtherVersion};
use super::lines::Lines;
use super::ordered::{Ends, Ordered, OutcomeLine};
use super::settled::SettledRows;
use crate::model::{ErrorCode, Status};
use crate::record::error::OutputError;
use crate::record::outputs::files::{create_private, sync, sync_folder_of};
use crate::record::outputs::names;
use crate::system::regular;

/// A summary of what a journal contains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::record) struct Contents {
    pub(in crate::record) header: Header,
    /// Every row had its outcome: some files may have their final names already.
    pub(in crate::record) finishing: bool,
    ends: Ends,
    /// Bytes after the last complete line.
    pub(in crate::record) torn: u64,
    /// How often the store had invalidated entries, by the last line about it.
    pub(in crate::record) passes: u64,
    /// Whether rows were skipped because they were unchanged.
    pub(in crate::record) has_unchanged: bool,
    /// Rows of the streak that ended the run.
    again: HashSet<u64>,
    /// The process that wrote the journal ended in an orderly way: no call has an unknown outcome.
    pub(in crate::record) ended: bool,
    /// The rows that were acknowledged last, at most [`MAX_LATEST`].
    latest: VecDeque<u64>,
}

/// Maximum number of last acknowledged rows that are kept: a control call repeats one of the last
/// eight.
const MAX_LATEST: usize = 16;

/// A rewritten journal.
pub(in crate::record) struct Rewritten {
    pub(in crate::record) journal: Journal,
    /// The verdicts, positioned at the first row.
    pub(in crate::record) rows: SettledRows,
    /// Number of rows that have their verdict.
    pub(in crate::record) count: u64,
    /// Whether a row with a success is among them.
    pub(in crate::record) knows_success: bool,
}

impl Contents {
    /// Reads a journal to its end, in bounded memory. Returns `None` if not even its first line is
    /// complete. Only the last line may be incomplete, torn by a kill. An incomplete line in the
    /// middle is damage, and an error: ignoring it would send the rows after it again for no
    /// reason.
    pub(in crate::record) fn read(path: &Path) -> Result<Option<Self>, OutputError> {
        let fault = |source| OutputError::read(path, source);
        let file = regular::open(path).map_err(fault)?;
        let length = file.metadata().map_err(fault)?.len();
        let mut lines = Lines::new(file, length);
        let first = lines.next().map_err(fault)?.unwrap_or_default();
        if let Some(version) = OtherVersion::read(first) {
            let path = path.to_owned();
            return Err(OutputError::OtherVersion { path, version });
        }
        let Some(header) = Header::read(first) else {
            return Ok(None);
        };
        let mut contents = Self {
            header,
            finishing: false,
            ends: Ends {
                header: lines.at,
                ordered: lines.at,
                recent: lines.at,
            },
            torn: 0,
            passes: 0,
            has_unchanged: false,
            again: HashSet::new(),
            ended: false,
            latest: VecDeque::new(),
        };
        while let Some(entry) = lines.next().map_err(fault)?.and_then(entry::read_entry) {
            contents.ends.recent = lines.at;
            contents.ended = entry == Entry::Ended;
            match entry {
                Entry::Outcome { row, settled, .. } => {
                    if settled.status == Status::Success {
                        contents.latest.push_back(row);
                        if contents.latest.len() > MAX_LATEST {
                            contents.latest.pop_front();
                        }
                    }
                    // A row that was sent again since has its verdict.
                    contents.again.remove(&row);
                    contents.has_unchanged |= settled.error_code == Some(ErrorCode::Unchanged);
                }
                Entry::Streak => contents.again.clear(),
                Entry::Again { row } => drop(contents.again.insert(row)),
                Entry::State { passes } => contents.passes = passes,
                Entry::Resumed => contents.ends.ordered = lines.at,
                Entry::Ended => {}
                Entry::Finishing => contents.finishing = true,
            }
        }
        contents.torn = length - contents.ends.recent;
        contents.ended &= contents.torn == 0;
        while let Some(line) = lines.next().map_err(fault)? {
            if entry::read_entry(line).is_some() {
                return Err(OutputError::DamagedJournal {
                    path: path.to_owned(),
                    byte: contents.ends.recent,
                });
            }
        }
        Ok(Some(contents))
    }

    /// Rewrites the journal in row order with this header, and opens it for the run that resumes
    /// it.
    pub(in crate::record) fn rewrite(
        &self,
        results: &Path,
        header: &Header,
    ) -> Result<Rewritten, OutputError> {
        let (path, new) = (names::journal(results), names::journal_rewritten(results));
        let file = create_private(&new, true).map_err(|source| OutputError::create(&new, source))?;
        let mut rewriting = Rewriting {
            out: BufWriter::new(file),
            written: 0,
            count: 0,
            knows_success: false,
        };
        self.write_ordered(&path, header, &mut rewriting)
            .map_err(|source| OutputError::write(&new, source))?;
        let Rewriting {
            out,
            written: ordered_end,
            count,
            knows_success,
        } = rewriting;
        // The merge has flushed the writer, so no bytes are left in it.
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

    fn write_ordered(&self, path: &Path, header: &Header, out: &mut Rewriting) -> io::Result<()> {
        let mut first = Vec::new();
        header.write(&mut first);
        out.put(&first)?;
        let mut outcomes = self.outcomes(path)?;
        while let Some(outcome) = outcomes.next()? {
            out.put_outcome(&outcome)?;
        }
        let mut markers = Vec::new();
        entry::write_entry(RESUMED, &mut markers);
        if self.finishing {
            entry::write_entry(FINISHING, &mut markers);
        }
        out.put(&markers)?;
        out.out.flush()
    }

    /// Returns the rows whose command the process may have been repeating as a control call when it
    /// was killed.
    pub(in crate::record) fn repeated(&self) -> HashSet<u64> {
        if self.ended {
            return HashSet::new();
        }
        self.latest.iter().copied().collect()
    }

    /// Returns the outcomes in row order.
    pub(in crate::record) fn outcomes(&self, path: &Path) -> io::Result<Ordered<'_>> {
        Ordered::open(path, self.ends, &self.again)
    }
}

/// A journal that is being rewritten.
struct Rewriting {
    /// The writer, and the bytes written to it so far.
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
        self.count += u64::from(!outcome.is_stopped());
        self.knows_success |= outcome.status == Status::Success;
        self.put(&outcome.line)
    }
}

#[cfg(test)]
mod tests;
