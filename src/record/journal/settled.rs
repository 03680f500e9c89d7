//! The verdicts of an earlier run, read in parallel with the input: both are in the input's order.

use std::io;
use std::path::Path;

use super::entry::{self, Entry};
use super::lines::Lines;
use crate::model::{Outcome, Settled};
use crate::record::error::OutputError;
use crate::system::regular;

/// The rows that have their verdict, in the input's order.
pub(crate) struct SettledRows {
    /// `None` for a run that starts anew.
    lines: Option<Lines>,
    next: Option<KnownRow>,
}

/// What the journal contains about a row.
struct KnownRow {
    row: u64,
    digest: u64,
    ids: (String, String),
    settled: Settled,
}

impl SettledRows {
    /// No verdicts, for a run that starts anew.
    pub(in crate::record) fn none() -> Self {
        Self {
            lines: None,
            next: None,
        }
    }

    /// Opens a rewritten journal; `end` is the end of its ordered part in bytes.
    pub(in crate::record) fn open(path: &Path, end: u64) -> Result<Self, OutputError> {
        let file = regular::open(path).map_err(|source| OutputError::read(path, source))?;
        let mut rows = Self {
            lines: Some(Lines::new(file, end)),
            next: None,
        };
        rows.advance().map_err(|source| OutputError::read(path, source))?;
        Ok(rows)
    }

    /// Takes what the journal contains about a row: its verdict, or that it was `stopped`; `None`
    /// if it does not know the row. Rows must be queried in the input's order. Fails if the record
    /// is not the one in the journal, or the journal cannot be read.
    pub(crate) fn take(&mut self, row: u64, record: &[u8]) -> Result<Option<Box<Settled>>, OutputError> {
        if self.next.as_ref().is_none_or(|next| next.row != row) {
            return Ok(None);
        }
        match self.take_next()? {
            Some(known) if known.digest != entry::row_digest(record) => Err(OutputError::OtherRow { row }),
            known => Ok(known.map(|known| Box::new(known.settled))),
        }
    }

    /// Takes what the journal contains about its next row, for an input that cannot be read that
    /// far. The record and the kept columns are missing, because the journal does not contain them.
    pub(crate) fn take_without_record(&mut self) -> Result<Option<Outcome>, OutputError> {
        let known = self.take_next()?;
        Ok(known.map(
            |KnownRow {
                 row, ids, settled, ..
             }| {
                let (respondent, survey) = ids;
                Outcome::without_record(row, respondent, survey, settled)
            },
        ))
    }

    fn take_next(&mut self) -> Result<Option<KnownRow>, OutputError> {
        let next = self.next.take();
        self.advance().map_err(OutputError::Journal)?;
        Ok(next)
    }

    /// Whether the journal knows no further row.
    pub(crate) fn is_over(&self) -> bool {
        self.next.is_none()
    }

    fn advance(&mut self) -> io::Result<()> {
        let Some(lines) = &mut self.lines else {
            return Ok(());
        };
        self.next = None;
        while let Some(line) = lines.next()? {
            if let Some(Entry::Outcome {
                row,
                digest,
                ids,
                settled,
                ..
            }) = entry::read_entry(line)
            {
                self.next = Some(KnownRow {
                    row,
                    digest,
                    ids,
                    settled,
                });
                break;
            }
        }
        Ok(())
    }
}
