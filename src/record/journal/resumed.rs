//! The journal of an unfinished run, and what has to be known before it is resumed or set aside:
//! which rows were sent, and which remain. `record/journal/replay.rs` puts the journal in order.

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

/// The journal of an unfinished run that may be resumed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GoOn {
    pub(in crate::record) contents: Contents,
    /// Set if finished files in the way belong to an older run and are to be set aside: the sets to
    /// keep.
    pub(in crate::record) sets_aside: Option<KeptSets>,
    /// Which finished files the resumed run may replace at its end.
    pub(in crate::record) replaces: Replaces,
}

impl GoOn {
    /// How the export was checked when the run was started or last resumed.
    pub(crate) fn looked_over(&self) -> &LookedOver {
        &self.contents.header.looked_over
    }

    /// The store that the run used last, if any, and how often that store had invalidated entries
    /// by then.
    pub(crate) fn store(&self) -> (Option<&StoreRun>, u64) {
        (self.contents.header.store.as_ref(), self.contents.passes)
    }

    /// Whether calls of the run may still be applied, which is possible for `late` after their end.
    /// That is so if its process was killed with calls in flight, ended before they did, or gave up
    /// calls recently.
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

    /// Whether the run's input has the same content.
    pub(crate) fn has_content_of(&self, fingerprint: &Fingerprint) -> bool {
        self.contents.header.fingerprint.has_content_of(fingerprint)
    }

    /// Whether rows were skipped because they were unchanged.
    pub(crate) fn has_unchanged(&self) -> bool {
        self.contents.has_unchanged
    }

    /// Returns the rows that were sent, in the input's order.
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

    /// Returns a reader that distinguishes rows which keep their verdict from the remaining ones.
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

/// Returns the latest time at which the process that wrote the existing journal can have been
/// alive; `None` if there is no journal.
pub(crate) fn alive_until(paths: &OutputPaths) -> Option<Timestamp> {
    let journal = fs::metadata(names::journal(&paths.results)).ok()?;
    let modified = Timestamp::try_from(journal.modified().ok()?).ok()?;
    modified.checked_add(SYNC_EVERY).ok()
}

/// Determines the remaining rows of an input, read in parallel with it.
pub(crate) struct LeftRows<'a> {
    outcomes: Ordered<'a>,
    /// The next row that keeps its verdict.
    next: Option<u64>,
    is_over: bool,
}

impl LeftRows<'_> {
    /// Whether the row may still be sent: it has no verdict, is sent again, or was skipped as
    /// unchanged and is decided anew. Rows must be queried in the input's order.
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
