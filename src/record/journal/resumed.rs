//! The journal of an unfinished run, and what has to be known of it before it is resumed or set aside: which rows were sent,
//! which are left. It is put in order in `record/journal/replay.rs`.

use std::fs;
use std::time::Duration;

use jiff::Timestamp;

use super::entry;
use super::file::SYNC_EVERY;
use super::header::LookedOver;
use super::ordered::Ordered;
use super::replay::Contents;
use crate::model::{Fingerprint, SentRow, StoreRun};
use crate::record::error::OutputError;
use crate::record::existing::decision::KeptSets;
use crate::record::outputs::files::{OutputPaths, Replaces};
use crate::record::outputs::names;

/// The journal of an unfinished run, which may be to be resumed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GoOn {
    pub(in crate::record) contents: Contents,
    /// Finished files that are in the way are an older run's, to be set aside, and so many sets kept.
    pub(in crate::record) sets_aside: Option<KeptSets>,
    pub(in crate::record) replaces: Replaces,
}

impl GoOn {
    /// How the export was looked over when the run was started, or resumed last.
    pub(crate) fn looked_over(&self) -> &LookedOver {
        &self.contents.header.looked_over
    }

    /// The store that the run used last, if it used one, and how often that had deleted what it knew by then.
    pub(crate) fn store(&self) -> (Option<&StoreRun>, u64) {
        (self.contents.header.store.as_ref(), self.contents.passes)
    }

    /// Whether calls of it may still be applied, up to `late` after they ended: its process was killed with some under way, or
    /// ended before they did, or gave some up of late.
    pub(crate) fn may_come_late(
        &self,
        paths: &OutputPaths,
        late: Duration,
        now: Timestamp,
    ) -> Result<bool, OutputError> {
        if !self.contents.ended {
            return Ok(true);
        }
        let mut outcomes = self.outcomes(paths)?;
        while let Some(outcome) = outcomes.next().map_err(OutputError::Journal)? {
            let is_late = |sent: SentRow| {
                let over = sent.finished_at.checked_add(late);
                sent.may_come_late && over.is_ok_and(|over| over > now)
            };
            if outcome.is_stopped() || entry::sent_row(&outcome.line).is_some_and(is_late) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether its input has the same content.
    pub(crate) fn has_content_of(&self, fingerprint: &Fingerprint) -> bool {
        self.contents.header.fingerprint.has_content_of(fingerprint)
    }

    /// Whether rows were passed over that said nothing new.
    pub(crate) fn has_unchanged(&self) -> bool {
        self.contents.has_unchanged
    }

    /// The rows that were sent, in the input's order.
    pub(crate) fn sent<'a>(
        &'a self,
        paths: &OutputPaths,
    ) -> Result<impl Iterator<Item = Result<SentRow, OutputError>> + use<'a>, OutputError> {
        let mut outcomes = self.outcomes(paths)?;
        let mut next = move || {
            while let Some(outcome) = outcomes.next().map_err(OutputError::Journal)? {
                if let Some(sent) = entry::sent_row(&outcome.line) {
                    return Ok(Some(sent));
                }
            }
            Ok(None)
        };
        Ok(std::iter::from_fn(move || next().transpose()))
    }

    /// Tells rows that keep their verdict from those that are left.
    pub(crate) fn left<'a>(&'a self, paths: &OutputPaths) -> Result<LeftRows<'a>, OutputError> {
        Ok(LeftRows {
            outcomes: self.outcomes(paths)?,
            next: None,
            is_over: false,
        })
    }

    fn outcomes(&self, paths: &OutputPaths) -> Result<Ordered<'_>, OutputError> {
        let path = names::journal(&paths.results);
        self.contents
            .outcomes(&path)
            .map_err(|source| OutputError::read(&path, source))
    }
}

/// Until when the process lived that wrote the journal that is there, at most.
pub(crate) fn alive_until(paths: &OutputPaths) -> Option<Timestamp> {
    let journal = fs::metadata(names::journal(&paths.results)).ok()?;
    let modified = Timestamp::try_from(journal.modified().ok()?).ok()?;
    modified.checked_add(SYNC_EVERY).ok()
}

/// Which rows of an input are left, read beside it.
pub(crate) struct LeftRows<'a> {
    outcomes: Ordered<'a>,
    /// The next row that keeps its verdict.
    next: Option<u64>,
    is_over: bool,
}

impl LeftRows<'_> {
    /// Whether the row may still be sent: it has no verdict, or is sent again, or was passed over and is judged anew. Rows are
    /// asked for in the input's order.
    pub(crate) fn has(&mut self, row: u64) -> Result<bool, OutputError> {
        while !self.is_over && self.next.is_none_or(|next| next < row) {
            match self.outcomes.next().map_err(OutputError::Journal)? {
                Some(outcome) if outcome.is_stopped() || outcome.is_unchanged() => {}
                Some(outcome) => self.next = Some(outcome.row),
                None => self.is_over = true,
            }
        }
        Ok(self.next != Some(row))
    }
}
