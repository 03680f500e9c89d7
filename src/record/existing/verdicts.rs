//! The verdicts of a run that has not finished, by its journal, as its partial results would have them.
//! Only reads; the run may be under way.

use std::path::Path;

use jiff::Timestamp;

use crate::model::{Settled, StoreRun};
use crate::record::error::OutputError;
use crate::record::journal::entry::{self, Entry};
use crate::record::journal::replay::Contents;

/// A run by the first line of its journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct JournalRun {
    pub(crate) started_at: Timestamp,
    /// The start of the run of which it is a retry round.
    pub(crate) retry_of: Option<Timestamp>,
    pub(crate) store: Option<StoreRun>,
    /// The last process ended in an orderly way.
    pub(crate) has_ended: bool,
}

/// What the journal has about a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct JournalVerdict {
    pub(crate) row: u64,
    /// The row of the run that a retry round has sent again; `None` if it is unknown or this is no
    /// round.
    pub(crate) row_of_run: Option<u64>,
    pub(crate) respondent: String,
    pub(crate) survey: String,
    /// The message is not guarded.
    pub(crate) settled: Settled,
}

/// Passes the last verdict of each row to `see`, in row order. Rows of a streak that ended the run are
/// left out, as they are sent again. `None` if the first line is not whole: nothing was sent.
pub(crate) fn verdicts_of_journal(
    path: &Path,
    mut see: impl FnMut(JournalVerdict),
) -> Result<Option<JournalRun>, OutputError> {
    let Some(contents) = Contents::read(path)? else {
        return Ok(None);
    };
    let fault = |source| OutputError::read(path, source);
    let mut outcomes = contents.outcomes(path).map_err(fault)?;
    while let Some(outcome) = outcomes.next().map_err(fault)? {
        if let Some(Entry::Outcome {
            row,
            ids: (respondent, survey),
            settled,
            row_of_run,
            ..
        }) = entry::read_entry(&outcome.line)
        {
            see(JournalVerdict {
                row,
                row_of_run: Some(row_of_run).filter(|row| *row > 0),
                respondent,
                survey,
                settled,
            });
        }
    }
    drop(outcomes);
    let (has_ended, header) = (contents.ended, contents.header);
    Ok(Some(JournalRun {
        started_at: header.started_at,
        retry_of: header.retry_of,
        store: header.store,
        has_ended,
    }))
}
