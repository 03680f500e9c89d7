//! The stages side by side (the channels stand in `lib.rs`): a thread that reads and plans, the task that sends, a thread that
//! records. The end of the input travels down as channels close; a stop travels up as receivers close.

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

/// How long a reader may take to notice that the run has ended.
const READER_GRACE: Duration = Duration::from_secs(1);

/// How old the derived files may be while outcomes come.
const FLUSH_EVERY: Duration = Duration::from_secs(1);

/// How old what is remembered may be while outcomes come: a kill costs as many repeated calls by a later run.
const REMEMBER_EVERY: Duration = Duration::from_millis(200);

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

/// What goes into the pipeline: a stage's own thing each.
pub(crate) struct Stages<T> {
    /// Where the reader and the recorder run.
    pub(crate) workers: Workers,
    pub(crate) rows: Rows<Box<dyn Read + Send>>,
    /// The input is there whole.
    pub(crate) reads_ahead: bool,
    pub(crate) planner: Planner,
    pub(crate) settled: SettledRows,
    /// Another process made calls for these rows before.
    pub(crate) resumed: bool,
    /// A success is among the settled rows.
    pub(crate) knows_success: bool,
    /// Rows among them whose command a killed process may have been repeating.
    pub(crate) repeated: HashSet<u64>,
    /// Commands that earlier runs have acknowledged and this input repeats.
    pub(crate) known: Vec<UpdateRespondent>,
    pub(crate) delta: Option<Delta>,
    pub(crate) transport: T,
    pub(crate) stops: mpsc::Receiver<EarlyEnd>,
    pub(crate) recorder: Recorder,
    pub(crate) progress: Progress,
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
    let mut recording = workers.start(record(recorder, outcomes_in, given_back, (progress, delta)));
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
    // A reader that waits for more of a stream cannot be told to stop: what it counted is given up then, and it ends
    // with the process.
    let patience = if send.early.is_some() {
        READER_GRACE
    } else {
        Duration::MAX
    };
    let read_end = timeout(patience, reading.result()).await.ok();
    // The recorder first: whatever became of the reader, what was sent is written.
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
        // What cannot be written stays in doubt, which costs a repeated call.
        self.control_ended(in_doubt_since).ok();
    }
}

/// What planning counted, in the words of the report.
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

/// Records until the sender is gone. After an error the receiver is dropped, which tells the sender to stop.
async fn record(
    mut recorder: Recorder,
    outcomes: mpsc::Receiver<Vec<Outcome>>,
    room: Slots,
    (progress, delta): (Progress, Option<Delta>),
) -> (Result<(), OutputError>, Recorder, RunSummary) {
    let mut summary = RunSummary::default();
    let written = record_all(&mut recorder, outcomes, (&room, delta.as_ref()), |outcome| {
        summary.add(outcome);
        progress.row(outcome);
    });
    let written = written.await;
    if let Some(delta) = delta {
        delta.flush();
    }
    // Also after an error: what waits for earlier rows' lines is in the journal, and belongs into the other files if they
    // can still be written.
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
            // Behind the journal: what is remembered as acknowledged has its verdict there.
            delta.acknowledge(&batch);
            if remembered.elapsed() >= REMEMBER_EVERY {
                delta.flush();
                remembered = Instant::now();
            }
        }
        batch.iter().for_each(&mut count);
        // For whoever looks at the derived files while the run goes on.
        if flushed.elapsed() >= FLUSH_EVERY {
            recorder.flush()?;
            flushed = Instant::now();
        }
    }
    Ok(())
}
