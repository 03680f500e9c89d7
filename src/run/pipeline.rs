//! The stages side by side (design, section 8): a thread that reads and plans, the task that sends, a thread that
//! records. The end of the input travels down as channels close; a stop travels up as receivers close.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::timeout;

use super::opened::Opened;
use crate::model::{Outcome, PlannedRow, SLOTS};
use crate::plan::{PlanTally, Planner};
use crate::read::{InputError, RowsEnd};
use crate::record::{OutputError, Recorder};
use crate::report::{Notes, Progress, RunSummary};
use crate::send::{HttpTransport, SendEnd, SendSettings, dispatch};

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
    pub(crate) read: Option<Result<RowsEnd, InputError>>,
    pub(crate) tally: PlanTally,
    pub(crate) send: SendEnd,
    pub(crate) recorded: Result<(), OutputError>,
    pub(crate) recorder: Recorder,
    pub(crate) summary: RunSummary,
}

/// Runs the stages to their end. `None` if one of the two threads panicked, which is a bug.
pub(crate) async fn run(
    opened: Opened,
    planner: Planner,
    transport: HttpTransport,
    settings: SendSettings,
    recorder: Recorder,
    progress: Progress,
) -> Option<PipelineEnd> {
    let (plans, plans_in) = mpsc::channel(BATCHES);
    let (outcomes, outcomes_in) = mpsc::channel(BATCHES);
    let slots = Arc::new(Semaphore::new(SLOTS as usize));
    let freed = Arc::clone(&slots);
    let reading = in_thread(move || read(opened, planner, &plans));
    let recording = in_thread(move || record(recorder, outcomes_in, &freed, &progress));
    let send = dispatch(plans_in, outcomes, slots, transport, settings).await;
    // A reader that waits for more of a stream cannot be told to stop: what it counted is given up then, and it ends
    // with the process.
    let patience = if send.early.is_some() {
        READER_GRACE
    } else {
        Duration::MAX
    };
    let told = timeout(patience, reading).await.ok().transpose().ok()?;
    let (read, tally) = told.unzip();
    let tally = tally.unwrap_or_default();
    let (written, recorder, summary) = recording.await.ok()?;
    Some(PipelineEnd {
        read,
        tally,
        send,
        recorded: written,
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

/// Reads and plans until the input ends, breaks, or nobody wants more. Of an input that breaks, the rows before the
/// fault are handed on.
fn read(
    opened: Opened,
    mut planner: Planner,
    plans: &mpsc::Sender<Vec<PlannedRow>>,
) -> (Result<RowsEnd, InputError>, PlanTally) {
    let mut rows = opened.rows;
    let mut batch = Vec::with_capacity(BATCH_ROWS);
    let mut bytes = 0;
    let broke = loop {
        match rows.next() {
            Ok(Some(row)) => {
                bytes += row.record.len();
                batch.push(planner.plan_row(&row));
            }
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
        if batch.len() >= BATCH_ROWS || bytes >= BATCH_BYTES {
            let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH_ROWS));
            bytes = 0;
            if plans.blocking_send(full).is_err() {
                return (Ok(rows.so_far()), planner.into_tally());
            }
        }
    };
    if !batch.is_empty() && plans.blocking_send(batch).is_err() {
        return (Ok(rows.so_far()), planner.into_tally());
    }
    let end = match broke {
        Some(error) => Err(error),
        None => rows.finish(),
    };
    (end, planner.into_tally())
}

fn record(
    mut recorder: Recorder,
    outcomes: mpsc::Receiver<Vec<Outcome>>,
    slots: &Arc<Semaphore>,
    progress: &Progress,
) -> (Result<(), OutputError>, Recorder, RunSummary) {
    let mut summary = RunSummary::default();
    let written = recorder.record(outcomes, slots, |outcome| {
        summary.add(outcome);
        progress.row(outcome);
    });
    (written, recorder, summary)
}
