//! The thread that reads and plans rows and adds what an earlier run knows of them. Also handles
//! the rows that were not read when a run is interrupted.

use std::io::Read;

use thiserror::Error;
use tokio::sync::mpsc;

use crate::model::{ErrorCode, Outcome, PlannedRow, Row, Settled};
use crate::plan::{PlanTally, Planner};
use crate::read::{InputError, Rows, RowsEnd};
use crate::record::{OutputError, Recorder, SettledRows};
use crate::report::{RunSummary, counted};
use crate::state::{Delta, StoreError};

/// Maximum rows of a batch. A message between threads costs more than a call, so rows travel in
/// batches of at most [`BATCH_ROWS`] rows or [`BATCH_BYTES`] bytes.
const BATCH_ROWS: usize = 64;
const BATCH_BYTES: usize = 32 << 10;

/// Maximum rows of a batch that is read ahead with a store. It is larger because each batch with a
/// changed row syncs a deletion to the disk.
const COMMIT_ROWS: usize = 4_096;
const COMMIT_BYTES: usize = 1 << 20;

/// Why the reader did not reach the end of the input.
#[derive(Debug, Error)]
pub(crate) enum ReadFault {
    #[error(transparent)]
    Input(#[from] InputError),
    /// The journal cannot be read, or belongs to another input.
    #[error(transparent)]
    Journal(#[from] OutputError),
    /// The store cannot be read, or an entry cannot be deleted.
    #[error(transparent)]
    State(#[from] StoreError),
}

impl ReadFault {
    /// Whether the fault lies in the program's own files and not in the input.
    pub(in crate::run) fn is_of_own_files(&self) -> bool {
        match self {
            Self::Input(_) => false,
            Self::Journal(error) => error.is_of_the_disk(),
            Self::State(_) => true,
        }
    }
}

/// Reads and plans the rows one by one and adds what an earlier run knows of them.
pub(in crate::run) struct Reader {
    pub(in crate::run) rows: Rows<Box<dyn Read + Send>>,
    pub(in crate::run) planner: Planner,
    /// Verdicts of an earlier run.
    pub(in crate::run) settled: SettledRows,
    /// The store's view of earlier runs, if there is one. It is never missing if the journal has
    /// `unchanged` rows.
    pub(in crate::run) delta: Option<Delta>,
    /// Whether the whole input is available. If it is, holding rows back until others follow delays
    /// nothing.
    pub(in crate::run) reads_ahead: bool,
}

/// How reading ended.
pub(in crate::run) struct ReadEnd {
    /// Counts of the rows read, or why reading failed.
    pub(in crate::run) end: Result<RowsEnd, ReadFault>,
    /// Counts of planning.
    pub(in crate::run) tally: PlanTally,
    /// The part of the input that was not read; `None` if there is none.
    pub(in crate::run) rest: Option<Rest>,
}

/// The part of an input that was not read.
pub(in crate::run) enum Rest {
    /// The run ended first: the reader, and the rows that it could not pass on.
    Unread(Box<Reader>, Vec<PlannedRow>),
    /// The input broke or changed. Only the journal's verdicts on the later rows are available.
    Unreadable(SettledRows),
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

    /// Passes rows on until the input ends, the input breaks, or the receiver is dropped. Rows
    /// before a fault in the input are passed on.
    pub(in crate::run) async fn read(mut self, plans: mpsc::Sender<Vec<PlannedRow>>) -> ReadEnd {
        loop {
            let (mut rows, ended) = self.chunk();
            let passed = self.delta.as_ref().map_or(Ok(()), |delta| delta.pass(&mut rows));
            if let Err(error) = passed {
                return ReadEnd {
                    end: Err(error.into()),
                    ..self.cut_short(rows)
                };
            }
            let mut rows = rows.into_iter();
            while rows.len() > 0 {
                let batch = rows.by_ref().take(BATCH_ROWS).collect();
                if let Err(unwanted) = plans.send(batch).await {
                    return self.cut_short(unwanted.0.into_iter().chain(rows).collect());
                }
            }
            let Some(ended) = ended else { continue };
            let broke = matches!(ended, Err(ReadFault::Input(_)));
            return ReadEnd {
                end: ended.and_then(|()| self.rows.finish().map_err(ReadFault::from)),
                tally: self.planner.into_tally(),
                rest: broke.then_some(Rest::Unreadable(self.settled)),
            };
        }
    }

    /// Returns the next rows. If the input ended after them, also returns how it ended.
    fn chunk(&mut self) -> (Vec<PlannedRow>, Option<Result<(), ReadFault>>) {
        let (most_rows, most_bytes) = match self.delta {
            Some(_) if self.reads_ahead => (COMMIT_ROWS, COMMIT_BYTES),
            _ => (BATCH_ROWS, BATCH_BYTES),
        };
        let mut rows = Vec::with_capacity(most_rows);
        let mut bytes = 0;
        while rows.len() < most_rows && bytes < most_bytes {
            match self.next() {
                Ok(Some(plan)) => {
                    bytes += plan.record.len();
                    rows.push(plan);
                }
                Ok(None) => return (rows, Some(Ok(()))),
                Err(error) => return (rows, Some(Err(error))),
            }
        }
        (rows, None)
    }

    fn cut_short(self, unwanted: Vec<PlannedRow>) -> ReadEnd {
        ReadEnd {
            end: Ok(self.rows.so_far()),
            tally: self.planner.tally().clone(),
            rest: Some(Rest::Unread(Box::new(self), unwanted)),
        }
    }
}

/// Writes what an earlier run knows of the rows that this run did not reach. So the results of a
/// run that was interrupted again hold every verdict that was ever reached.
pub(in crate::run) fn write_rest(
    rest: Rest,
    recorder: &mut Recorder,
    summary: &mut RunSummary,
) -> Result<(), OutputError> {
    let mut settled = match rest {
        Rest::Unread(reader, unwanted) => write_unread(*reader, unwanted, recorder, summary)?,
        Rest::Unreadable(settled) => settled,
    };
    let mut count = 0_u64;
    while let Some(mut outcome) = settled.take_without_record()? {
        recorder.write_without_record(&mut outcome)?;
        summary.add(&outcome);
        count += 1;
    }
    if count > 0 {
        tracing::warn!(
            event = "records_missing",
            rows = count,
            "{} behind the place where the input broke had their verdict before: their lines lack the columns of `--keep`, and \
             those that failed are missing in the failed file, until a resume can read them again",
            counted(count, "row")
        );
    }
    recorder.flush()
}

/// Reads on while the journal has verdicts. Returns the verdicts on rows after the place where the
/// input broke.
fn write_unread(
    mut reader: Reader,
    unwanted: Vec<PlannedRow>,
    recorder: &mut Recorder,
    summary: &mut RunSummary,
) -> Result<SettledRows, OutputError> {
    let mut unwanted = unwanted.into_iter();
    while !reader.settled.is_over() || unwanted.len() > 0 {
        // A fault of the input here was reported before, or will be at the next read.
        let next = unwanted.next().or_else(|| reader.next().ok().flatten());
        let Some(row) = next else { break };
        if let Some(outcome) = Outcome::known(row) {
            recorder.write_known(&outcome)?;
            summary.add(&outcome);
        }
    }
    Ok(reader.settled)
}

/// Attaches to the row what an earlier run knows of it. A row that was stopped is sent again and
/// counts as in doubt.
pub(in crate::run) fn take_verdict(
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
