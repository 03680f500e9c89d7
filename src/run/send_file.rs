//! `run`: from the settings to the exit code, a step after the other.

use std::path::Path;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::time::Instant;

use super::announce::{announce, confirm};
use super::fingerprint::fingerprint;
use super::finished::{Finished, already_sent};
use super::guards::{Unfinished, guard, has_news};
use super::lock::{Claims, Locks, Patience};
use super::next_command::next_command;
use super::opened::Opened;
use super::site::Site;
use super::state::{Beginning, Memory};
use super::workers::Workers;
use super::{Failure, pipeline, stale, state};
use crate::config::{RunSettings, max_query_bytes};
use crate::delta::{Clock, Delta, Store};
use crate::model::{DeltaMode, UpdateRespondent, local_time};
use crate::plan::Planner;
use crate::read::Input;
use crate::record::{self, Before, Decision, GoOn, Header, ResultsFormat, SentBefore};
use crate::report::{Console, ExitCode, Progress, RunReport, counted};
use crate::send::HttpTransport;
use crate::stop;
use crate::window::Window;

/// How a run ended.
pub(super) struct Ran {
    /// What there is to report of it; `None` if it ended before its first call.
    pub(super) report: Option<RunReport>,
    pub(super) end: Result<ExitCode, Failure>,
    /// What there is to say of a run that had nothing to do, since its input was sent before.
    pub(super) sent_before: Option<String>,
}

impl Ran {
    /// One that ended before its first call.
    pub(super) fn unsent(end: Result<ExitCode, Failure>) -> Self {
        Self {
            report: None,
            end,
            sent_before: None,
        }
    }
}

/// A run that may make its first call.
struct Ready {
    window: Window,
    site: Site,
    transport: HttpTransport,
    opened: Opened,
    decision: Decision,
    header: Header,
    memory: Memory,
    /// Commands of the input that the platform acknowledged before.
    known: Vec<UpdateRespondent>,
    /// Held until the run is over.
    locks: Locks,
}

/// What came of looking at everything before the first call.
enum Prepared {
    Ready(Box<Ready>),
    /// The same input went to the same place before, to its end.
    AlreadySent(SentBefore),
}

/// Sends a file, or finds that there is no need or no way to. `begun` is when the program started.
pub(super) async fn run(settings: &RunSettings, begun: Instant, console: &Console) -> Ran {
    let ready = match prepare(settings, begun, console).await {
        Ok(Prepared::Ready(ready)) => ready,
        Ok(Prepared::AlreadySent(before)) => {
            return already_sent(&settings.outputs.paths, &before);
        }
        Err(failure) => return Ran::unsent(Err(failure)),
    };
    match Box::pin(send(settings, *ready, console)).await {
        Ok(ran) => ran,
        Err(failure) => Ran::unsent(Err(failure)),
    }
}

/// Everything before the first call: nothing is sent, and nothing but locks is written.
async fn prepare(settings: &RunSettings, begun: Instant, console: &Console) -> Result<Prepared, Failure> {
    let RunSettings {
        reading,
        calls,
        outputs,
        ..
    } = settings;
    let window = Window::since(begun, settings.deadline.clone());
    outputs
        .paths
        .check(input_path(&reading.input))
        .map_err(Failure::usage)?;
    let site = Site::open(&settings.destination).await?;
    let locks = locks(settings, &site, window.clone()).await?;
    let transport = HttpTransport::new(site.endpoint.clone(), &calls.http).map_err(Failure::usage)?;
    let mut opened = Opened::open(reading, max_query_bytes(calls.http.method, &site.endpoint))?;
    let header = Header::new(
        Timestamp::now(),
        fingerprint(&opened, &site.account),
        outputs.existing.overwrite,
    );
    let store = state::open(&settings.delta, &site)?;
    let Decided {
        decision,
        content_since,
        replaced,
    } = decide(settings, &header, &mut opened, store.as_ref())?;
    let header = header.with_content_since(content_since);
    let decision = match decision {
        Decision::AlreadySent(before) => return Ok(Prepared::AlreadySent(before)),
        decision => decision,
    };
    let resumes = matches!(decision, Decision::GoOn(_));
    let journal = match &decision {
        Decision::GoOn(go_on) => Some(go_on.as_ref()),
        _ => replaced.as_ref(),
    };
    let unfinished = journal.map(|journal| Unfinished {
        journal,
        paths: &outputs.paths,
    });
    let mode = settings.delta.mode;
    let passed = guard(
        &mut opened,
        reading,
        &settings.guards,
        store.as_ref(),
        mode,
        unfinished.filter(|_| resumes),
    )?;
    announce(&opened, settings, &site, transport.proxy());
    confirm(&opened, settings, &site, console)?;
    record::check_space(&outputs.paths, opened.known_rows().unwrap_or_default()).map_err(Failure::output)?;
    let beginning = Beginning {
        mode,
        plan: &opened.plan,
        account: &site.account,
        clock: Clock {
            start: header.started_at,
            late: calls.http.timeout,
        },
        unfinished,
        resumes,
    };
    let memory = Memory::begin(store, passed.remembered, &beginning)?;
    let known = memory.still_known(passed.known)?;
    let used = memory.delta.as_ref().and_then(Delta::store_run).cloned();
    let header = header.looked_over(passed.looked_over, used);
    Ok(Prepared::Ready(Box::new(Ready {
        window,
        site,
        transport,
        opened,
        decision,
        header,
        memory,
        known,
        locks,
    })))
}

/// The locks of a run that makes calls; a rehearsal of the sandbox needs none.
async fn locks(settings: &RunSettings, site: &Site, window: Window) -> Result<Locks, Failure> {
    if site.is_sandbox() {
        return Ok(Locks::default());
    }
    let outputs = &settings.outputs;
    Locks::take(Claims {
        paths: &outputs.paths,
        state: state::used(&settings.delta),
        account: &site.account,
        input: &settings.reading.input.to_string(),
        patience: Patience::new(outputs.wait_lock, Some(window)),
    })
    .await
}

/// What is done about the outputs that are there.
struct Decided {
    decision: Decision,
    /// Since when runs in a row had this content, if one is not resumed.
    content_since: Option<Timestamp>,
    /// The unfinished run that is there and not resumed.
    replaced: Option<GoOn>,
}

/// Decides about the outputs that are there. A stale export is refused: an unfinished run of it is resumed nevertheless, but
/// it is not "already sent".
fn decide(
    settings: &RunSettings,
    header: &Header,
    opened: &mut Opened,
    store: Option<&Store>,
) -> Result<Decided, Failure> {
    let (paths, existing) = (&settings.outputs.paths, settings.outputs.existing);
    let decision = record::decide(paths, &header.fingerprint, existing).map_err(Failure::output)?;
    if matches!(decision, Decision::GoOn(_)) {
        return Ok(Decided {
            decision,
            content_since: None,
            replaced: None,
        });
    }
    let Before {
        content_since,
        unfinished,
    } = record::before(paths, &header.fingerprint).map_err(Failure::output)?;
    stale::check(&settings.reading, &settings.guards, content_since)?;
    let store = store.filter(|_| settings.delta.mode == DeltaMode::ChangedOnly);
    let decision = match (&decision, store, existing.rotate) {
        // Somebody may have made it forget, or a run of another input came between.
        (Decision::AlreadySent(_), Some(store), Some(keep))
            if has_news(opened, &settings.reading, store)? =>
        {
            Decision::SetAside { keep }
        }
        _ => decision,
    };
    Ok(Decided {
        decision,
        content_since,
        replaced: unfinished,
    })
}

/// The stages, and what they add up to.
async fn send(settings: &RunSettings, ready: Ready, console: &Console) -> Result<Ran, Failure> {
    let Ready {
        window,
        site,
        transport,
        mut opened,
        decision,
        header,
        memory,
        known,
        locks,
    } = ready;
    let RunSettings { reading, outputs, .. } = settings;
    let start = Instant::now();
    // Before there is an output: a file that has changed by now is refused as in every look before this one.
    let rows = opened.rows(reading)?;
    // From here on a signal lets the run end in an orderly way.
    let stops = stop::in_thread(window).map_err(Failure::usage)?;
    let results = ResultsFormat {
        style: outputs.style,
        kept: &opened.kept_names(),
    };
    let failed = opened.failed_format(outputs.style);
    let files = record::open(&outputs.paths, &decision, header, results, failed).map_err(Failure::output)?;
    if matches!(decision, Decision::GoOn(_)) {
        tracing::info!(
            event = "run_resumed",
            settled_before = files.settled_count,
            "going on with a run of {}: {} settled already",
            local_time(files.header.started_at),
            counted(files.settled_count, "row")
        );
    }
    let (waiting, waits) = watch::channel(None);
    let progress = Progress::start(console, opened.known_rows(), outputs.shows_progress, waits);
    let telling = outputs
        .shows_progress
        .then(|| tokio::spawn(progress.clone().tell()));
    let stages = pipeline::Stages {
        workers: Workers::Threads,
        rows,
        reads_ahead: opened.is_file(),
        planner: Planner::new(opened.plan.clone(), opened.layout.clone()),
        settled: files.settled,
        resumed: matches!(decision, Decision::GoOn(_)),
        knows_success: files.knows_success,
        known,
        delta: memory.delta.clone(),
        transport,
        stops,
        recorder: files.recorder,
        progress: progress.clone(),
        waiting,
    };
    let ended = Box::pin(pipeline::run(stages, settings.calls.send)).await;
    if let Some(telling) = telling {
        telling.abort();
    }
    progress.finish();
    // The sandbox's platform ends with the process, so nothing can be resumed there.
    let next = next_command(&reading.input).filter(|_| !site.is_sandbox());
    let Some(ended) = ended else {
        let hint = next.map(|next| format!("; to go on: {next}")).unwrap_or_default();
        return Err(Failure::bug(&format!("a stage of the pipeline panicked{hint}")));
    };
    memory.remember(&ended.summary);
    let finished = Finished {
        run_id: console.run_id(),
        settings,
        known_rows: opened.known_rows(),
        header: files.header,
        settled_before: files.settled_count,
        elapsed: start.elapsed(),
        next,
        ended,
    };
    let ran = finished.conclude(files.summary, console);
    site.describe_sandbox(console);
    drop(locks);
    Ok(ran)
}

fn input_path(input: &Input) -> Option<&Path> {
    match input {
        Input::File(path) => Some(path),
        Input::Stdin => None,
    }
}
