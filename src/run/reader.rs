//! The thread that reads and plans, beside what an earlier run knows of the rows; and what is left to it when a run is
//! cut short.

use std::io::Read;

use thiserror::Error;
use tokio::sync::mpsc;

use crate::model::{ErrorCode, Outcome, PlannedRow, Row, Settled};
use crate::plan::{PlanTally, Planner};
use crate::read::{InputError, Rows, RowsEnd};
use crate::record::{OutputError, Recorder, SettledRows};
use crate::report::RunSummary;

/// A message between threads costs more than a call; so rows travel in batches of at most this many or this much.
const BATCH_ROWS: usize = 64;
const BATCH_BYTES: usize = 32 << 10;

/// Why the reader did not come to the end of the input.
#[derive(Debug, Error)]
pub(crate) enum ReadFault {
    #[error(transparent)]
    Input(#[from] InputError),
    /// The journal beside it cannot be read, or is not of this input.
    #[error(transparent)]
    Journal(#[from] OutputError),
}

/// Reads and plans one row after the other, beside what an earlier run knows of them.
pub(super) struct Reader {
    pub(super) rows: Rows<Box<dyn Read + Send>>,
    pub(super) planner: Planner,
    pub(super) settled: SettledRows,
}

/// How reading ended.
pub(super) struct ReadEnd {
    pub(super) end: Result<RowsEnd, ReadFault>,
    pub(super) tally: PlanTally,
    /// The reader of a run that ended before its input, and what it could not hand on any more.
    pub(super) rest: Option<(Reader, Vec<PlannedRow>)>,
}

impl Reader {
    fn next(&mut self) -> Result<Option<PlannedRow>, ReadFault> {
        let Some(row) = self.rows.next()? else {
            return Ok(None);
        };
        let mut plan = self.planner.plan_row(&row);
        take_verdict(&mut self.settled, &row, &mut plan)?;
        Ok(Some(plan))
    }

    /// Hands on until the input ends, breaks, or nobody wants more. Of an input that breaks, the rows before the fault
    /// are handed on.
    pub(super) fn read(mut self, plans: &mpsc::Sender<Vec<PlannedRow>>) -> ReadEnd {
        let mut batch = Vec::with_capacity(BATCH_ROWS);
        let mut bytes = 0;
        let broke = loop {
            match self.next() {
                Ok(Some(plan)) => {
                    bytes += plan.record.len();
                    batch.push(plan);
                }
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
            if batch.len() >= BATCH_ROWS || bytes >= BATCH_BYTES {
                let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH_ROWS));
                bytes = 0;
                if let Err(unwanted) = plans.blocking_send(full) {
                    return self.cut_short(unwanted.0);
                }
            }
        };
        if !batch.is_empty()
            && let Err(unwanted) = plans.blocking_send(batch)
        {
            return self.cut_short(unwanted.0);
        }
        ReadEnd {
            end: match broke {
                Some(error) => Err(error),
                None => self.rows.finish().map_err(ReadFault::from),
            },
            tally: self.planner.into_tally(),
            rest: None,
        }
    }

    fn cut_short(self, unwanted: Vec<PlannedRow>) -> ReadEnd {
        ReadEnd {
            end: Ok(self.rows.so_far()),
            tally: self.planner.tally().clone(),
            rest: Some((self, unwanted)),
        }
    }
}

/// Writes what an earlier run knows of the rows that this one does not come to, so that the files of a run that was cut
/// short again hold every verdict that was ever reached.
pub(super) fn write_rest(
    (mut reader, unwanted): (Reader, Vec<PlannedRow>),
    recorder: &mut Recorder,
    summary: &mut RunSummary,
) -> Result<(), OutputError> {
    let mut unwanted = unwanted.into_iter();
    while !reader.settled.is_over() || unwanted.len() > 0 {
        // An input that breaks here has been told of, or will be when it is read again.
        let next = unwanted.next().or_else(|| reader.next().ok().flatten());
        let Some(row) = next else { break };
        if let Some(outcome) = Outcome::known(row) {
            recorder.write_known(&outcome)?;
            summary.add(&outcome);
        }
    }
    recorder.flush()
}

/// What an earlier run knows of the row: a verdict, or that it was stopped, and then it is sent again in doubt.
pub(super) fn take_verdict(
    settled: &mut SettledRows,
    row: &Row<'_>,
    plan: &mut PlannedRow,
) -> Result<(), OutputError> {
    let known = settled.take(row.position.row, row.record)?;
    let is_stopped = |known: &Settled| known.error_code == Some(ErrorCode::Stopped);
    if known.as_deref().is_some_and(is_stopped) {
        plan.doubt = known;
    } else {
        plan.settled = known;
    }
    Ok(())
}
