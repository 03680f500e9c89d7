//! The stages side by side (`lib.rs` lists the channels): a thread that reads and plans, the task
//! that sends, a thread that records. The end of the input travels downstream as channels close; a
//! stop travels upstream as receivers close.

use std::collections::HashSet;
use std::io::Read;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout};

use super::reader::{ReadFault, Reader, write_rest};
use super::workers::Workers;
use crate::model::{EarlyEnd, Outcome, UpdateRespondent, Waiting};
use crate::plan::{PlanTally, Planner};
use crate::read::{Rows, RowsEnd};
use crate::record::{OutputError, Recorder, SettledRows};
use crate::report::{Notes, Progress, RunSummary};
use crate::send::{ControlMemory, SendEnd, SendSettings, Slots, Transport, Wires, calls_among, dispatch};
use crate::state::Delta;

/// Time that the reader gets to notice that the run has ended.
const READER_GRACE: Duration = Duration::from_secs(1);

/// Maximum age of the derived files while outcomes arrive.
const FLUSH_EVERY: Duration = Duration::from_secs(1);

/// Maximum age of unwritten changes to the store while outcomes arrive. After a kill a later run
/// repeats the calls of this period.
const REMEMBER_EVERY: Duration = Duration::from_millis(200);

/// Maximum batches queued between two stages.
const BATCHES: usize = 4;

/// How the three stages ended.
pub(crate) struct PipelineEnd {
    /// `None` if the reader did not end when the run did.
    pub(crate) read: Option<Result<RowsEnd, ReadFault>>,
    pub(crate) tally: PlanTally,
    pub(crate) send: SendEnd,
    /// Whether all outcomes were written.
    pub(crate) written: Result<(), OutputError>,
    pub(crate) recorder: Recorder,
    pub(crate) summary: RunSummary,
}

/// The inputs of the pipeline, one or more for each stage.
pub(crate) struct Stages<T> {
    /// Where the reader and the recorder run.
    pub(crate) workers: Workers,
    pub(crate) rows: Rows<Box<dyn Read + Send>>,
    /// Whether the whole input is available, and not a stream.
    pub(crate) reads_ahead: bool,
    pub(crate) planner: Planner,
    /// Verdicts of an earlier run on rows of this input.
    pub(crate) settled: SettledRows,
    /// Whether an earlier process made calls for these rows.
    pub(crate) resumed: bool,
    /// Whether a success is among the settled rows.
    pub(crate) knows_success: bool,
    /// Settled rows whose command a killed process may have been repeating.
    pub(crate) repeated: HashSet<u64>,
    /// Commands of this input that earlier runs have acknowledged.
    pub(crate) known: Vec<UpdateRespondent>,
    /// The store's view of earlier runs; `None` without a store.
    pub(crate) delta: Option<Delta>,
    pub(crate) transport: T,
    /// Requests to end the run early.
    pub(crate) stops: mpsc::Receiver<EarlyEnd>,
    pub(crate) recorder: Recorder,
    /// The totals to add to.
    pub(crate) summary: RunSummary,
    pub(crate) progress: Progress,
    /// Reports why no call is made at the moment.
    pub(crate) waiting: watch::Sender<Option<Waiting>>,
}

/// Runs the stages to their end. `None` if the reader or the recorder panicked, which is a bug.
pub(crate) async fn run<T: Transport>(stages: Stages<T>, settings: SendSettings) -> Option<PipelineEnd> {
    let Stages {
        workers,
        rows,
        reads_ahead,
        planner,
        settled,
        resumed,
        knows_success,
        repeated,
        known,
        delta,
        transport,
        stops,
        recorder,
        summary,
        progress,
        waiting,
    } = stages;
    let (plans, plans_in) = mpsc::channel(BATCHES);
    let (outcomes, outcomes_in) = mpsc::channel(BATCHES);
    let room = Slots::new(settings.concurrency);
    let (given_back, memory, delta_of_controls) = (room.clone(), delta.clone(), delta.clone());
    let reader = Reader {
        rows,
        planner,
        settled,
        delta: delta.clone(),
        reads_ahead,
    };
    let mut reading = workers.start(reader.read(plans));
    let mut recording = workers.start(record(
        (recorder, summary),
        outcomes_in,
        given_back,
        (progress, delta),
    ));
    let wires = Wires {
        plans: plans_in,
        outcomes,
        stops,
        room,
        waiting,
        resumed,
        knows_success,
        repeated,
        known,
        memory: delta_of_controls.map(|delta| Box::new(delta) as Box<dyn ControlMemory>),
    };
    let send = dispatch(wires, transport, settings).await;
    // A reader that waits for more of a stream cannot be stopped. Its counts are given up then, and
    // it ends with the process.
    let patience = if send.early.is_some() {
        READER_GRACE
    } else {
        Duration::MAX
    };
    let read_end = timeout(patience, reading.result()).await.ok();
    // The recorder comes first: whatever happened to the reader, what was sent is written.
    let (mut written, mut recorder, mut summary) = recording.result().await?;
    if let Some(delta) = memory.filter(|_| written.is_ok()) {
        delta.finish();
    }
    let (mut read, mut tally) = (None, PlanTally::default());
    if let Some(told) = read_end {
        let told = told?;
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

impl ControlMemory for Delta {
    fn begins(&self, update: &UpdateRespondent) -> bool {
        self.control_begins(update)
            .inspect_err(|error| {
                tracing::warn!(
                    target: "respondent_sync::loud", event = "state_not_written",
                    "{error:#}; no update is repeated to learn whose fault failures are"
                );
            })
            .is_ok()
    }

    fn ended(&self, in_doubt_since: Option<Timestamp>) {
        // A call that cannot be recorded stays in doubt, which costs one repeated call.
        self.control_ended(in_doubt_since).ok();
    }
}

/// Converts the counts of planning into the notes of the report.
pub(in crate::run) fn notes(tally: &PlanTally, blank_records: u64, only_last: bool) -> Notes {
    Notes {
        blank_records,
        blanks_skipped: tally.blanks_skipped,
        ids_trimmed: tally.ids_trimmed,
        damaged: tally.damaged,
        repeated: tally.repeats.respondents,
        repeated_differently: tally.repeats.with_different_values,
        repeated_at_least: tally.repeats.at_least,
        other_zeros: tally.repeats.with_other_zeros,
        other_zeros_at_least: tally.repeats.with_other_zeros_at_least,
        only_last,
    }
}

/// Records until the sender is dropped. After an error the receiver is dropped, which makes the
/// sender stop.
async fn record(
    (mut recorder, mut summary): (Recorder, RunSummary),
    outcomes: mpsc::Receiver<Vec<Outcome>>,
    room: Slots,
    (progress, delta): (Progress, Option<Delta>),
) -> (Result<(), OutputError>, Recorder, RunSummary) {
    let written = record_all(&mut recorder, outcomes, (&room, delta.as_ref()), |outcome| {
        summary.add(outcome);
        progress.row(outcome);
    });
    let written = written.await;
    if let Some(delta) = delta {
        delta.flush();
    }
    // This is done after an error too. Lines that wait for earlier rows are in the journal, and
    // should reach the other files if those can still be written.
    let written = match (written, recorder.close()) {
        (Ok(()), closed) => closed,
        (Err(error), _) => Err(error),
    };
    (written, recorder, summary)
}

async fn record_all(
    recorder: &mut Recorder,
    mut outcomes: mpsc::Receiver<Vec<Outcome>>,
    (room, delta): (&Slots, Option<&Delta>),
    mut count: impl FnMut(&Outcome),
) -> Result<(), OutputError> {
    let (mut flushed, mut remembered) = (Instant::now(), Instant::now());
    while let Some(batch) = outcomes.recv().await {
        let calls = calls_among(&batch);
        if let Some(delta) = delta {
            recorder.note_passes(delta.passes());
        }
        let free = recorder.record(&batch)?;
        room.journalled(calls);
        room.free(free);
        if let Some(delta) = delta {
            // After the journal: a row that the store holds as acknowledged then has its verdict
            // there.
            delta.acknowledge(&batch);
            if remembered.elapsed() >= REMEMBER_EVERY {
                delta.flush();
                remembered = Instant::now();
            }
        }
        batch.iter().for_each(&mut count);
        // For users who read the derived files while the run continues.
        if flushed.elapsed() >= FLUSH_EVERY {
            recorder.flush()?;
            flushed = Instant::now();
        }
    }
    Ok(())
}
