//! The stages side by side (design, section 8): a thread that reads and plans, the task that sends, a thread that
//! records. The end of the input travels down as channels close; a stop travels up as receivers close.

use std::io::Read;
use std::thread;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;

use super::opened::Opened;
use crate::model::{EarlyEnd, ErrorCode, Outcome, PlannedRow, Row, Settled, Waiting};
use crate::plan::{PlanTally, Planner};
use crate::read::{InputError, Rows, RowsEnd};
use crate::record::{OutputError, Recorder, SettledRows};
use crate::report::{Notes, Progress, RunSummary};
use crate::send::{HttpTransport, Room, SendEnd, SendSettings, Wires, calls_among, dispatch};

/// A message between threads costs more than a call; so rows travel in batches of at most this many or this much.
const BATCH_ROWS: usize = 64;
const BATCH_BYTES: usize = 32 << 10;

/// How long a reader may take to notice that the run has ended.
const READER_GRACE: Duration = Duration::from_secs(1);

/// Batches under way between two stages.
const BATCHES: usize = 4;

/// How the three stages ended.
pub(crate) struct PipelineEnd {
    /// Nothing of a reader that did not end when the run did.
    pub(crate) read: Option<Result<RowsEnd, ReadFault>>,
    pub(crate) tally: PlanTally,
    pub(crate) send: SendEnd,
    pub(crate) written: Result<(), OutputError>,
    pub(crate) recorder: Recorder,
    pub(crate) summary: RunSummary,
}

/// Why the reader did not come to the end of the input.
#[derive(Debug, Error)]
pub(crate) enum ReadFault {
    #[error(transparent)]
    Input(#[from] InputError),
    /// The journal beside it cannot be read, or is not of this input.
    #[error(transparent)]
    Journal(#[from] OutputError),
}

/// What goes into the pipeline: a stage's own thing each.
pub(crate) struct Stages {
    pub(crate) opened: Opened,
    pub(crate) planner: Planner,
    pub(crate) settled: SettledRows,
    pub(crate) transport: HttpTransport,
    pub(crate) stops: mpsc::Receiver<EarlyEnd>,
    pub(crate) recorder: Recorder,
    pub(crate) progress: Progress,
    pub(crate) waiting: watch::Sender<Option<Waiting>>,
}

/// Runs the stages to their end. `None` if one of the two threads panicked, which is a bug.
pub(crate) async fn run(stages: Stages, settings: SendSettings) -> Option<PipelineEnd> {
    let Stages {
        opened,
        planner,
        settled,
        transport,
        stops,
        recorder,
        progress,
        waiting,
    } = stages;
    let (plans, plans_in) = mpsc::channel(BATCHES);
    let (outcomes, outcomes_in) = mpsc::channel(BATCHES);
    let room = Room::new(settings.concurrency);
    let given_back = room.clone();
    let reader = Reader {
        rows: opened.rows,
        planner,
        settled,
    };
    let reading = in_thread(move || reader.read(&plans));
    let recording = in_thread(move || record(recorder, outcomes_in, &given_back, &progress));
    let wires = Wires {
        plans: plans_in,
        outcomes,
        stops,
        room,
        waiting,
    };
    let send = dispatch(wires, transport, settings).await;
    // A reader that waits for more of a stream cannot be told to stop: what it counted is given up then, and it ends
    // with the process.
    let patience = if send.early.is_some() {
        READER_GRACE
    } else {
        Duration::MAX
    };
    let told = timeout(patience, reading).await;
    // The recorder first: whatever became of the reader, what was sent is written.
    let (mut written, mut recorder, mut summary) = recording.await.ok()?;
    let told = told.ok().transpose().ok()?;
    let (mut read, mut tally) = (None, PlanTally::default());
    if let Some(told) = told {
        (read, tally) = (Some(told.end), told.tally);
        if let Some(rest) = told.rest {
            written = written.and_then(|()| write_rest(rest, &mut recorder, &mut summary));
        }
    }
    let written = written.and_then(|()| recorder.name_streak(&send.streak));
    Some(PipelineEnd {
        read,
        tally,
        send,
        written,
        recorder,
        summary,
    })
}

/// What planning counted, in the words of the report.
pub(super) fn notes(tally: &PlanTally, blank_records: u64) -> Notes {
    Notes {
        blank_records,
        blanks_skipped: tally.blanks_skipped,
        ids_trimmed: tally.ids_trimmed,
        repeated: tally.repeats.respondents,
        repeated_differently: tally.repeats.with_different_values,
        repeated_at_least: tally.repeats.at_least,
    }
}

/// Runs blocking work in a thread of its own; the receiver fails if the work panics.
fn in_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> oneshot::Receiver<T> {
    let (sender, receiver) = oneshot::channel();
    thread::spawn(move || sender.send(work()).ok());
    receiver
}

/// Reads and plans one row after the other, beside what an earlier run knows of them.
struct Reader {
    rows: Rows<Box<dyn Read + Send>>,
    planner: Planner,
    settled: SettledRows,
}

/// How reading ended.
struct ReadEnd {
    end: Result<RowsEnd, ReadFault>,
    tally: PlanTally,
    /// The reader of a run that ended before its input, and what it could not hand on any more.
    rest: Option<(Reader, Vec<PlannedRow>)>,
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
    fn read(mut self, plans: &mpsc::Sender<Vec<PlannedRow>>) -> ReadEnd {
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
fn write_rest(
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

/// Records until the sender is gone. After an error the receiver is dropped, which tells the sender to stop.
fn record(
    mut recorder: Recorder,
    outcomes: mpsc::Receiver<Vec<Outcome>>,
    room: &Room,
    progress: &Progress,
) -> (Result<(), OutputError>, Recorder, RunSummary) {
    let mut summary = RunSummary::default();
    let written = record_all(&mut recorder, outcomes, room, |outcome| {
        summary.add(outcome);
        progress.row(outcome);
    });
    (written, recorder, summary)
}

fn record_all(
    recorder: &mut Recorder,
    mut outcomes: mpsc::Receiver<Vec<Outcome>>,
    room: &Room,
    mut count: impl FnMut(&Outcome),
) -> Result<(), OutputError> {
    loop {
        // The derived files are handed to the system when there is nothing better to do.
        let batch = if let Ok(batch) = outcomes.try_recv() {
            batch
        } else {
            recorder.flush()?;
            let Some(batch) = outcomes.blocking_recv() else {
                break;
            };
            batch
        };
        let calls = calls_among(&batch);
        let written = recorder.record(batch)?;
        room.journalled(calls);
        room.written(&written);
        written.iter().for_each(&mut count);
    }
    recorder.close()?.iter().for_each(count);
    Ok(())
}
