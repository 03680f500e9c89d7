//! `run`: from the settings to the exit code, step by step.

mod prepare;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use crate::config::RunSettings;
use crate::model::{EarlyEnd, local_time_in};
use crate::plan::Planner;
use crate::read::Input;
use crate::record::{self, OutputDecision, OutputPaths, ResultsFormat, UNDO};
use crate::report::{Console, ExitCode, Progress, RunEnd, RunFacts, RunReport, RunSummary};
use crate::run::Failure;
use crate::run::finish::{Finished, already_sent};
use crate::run::list::after::ListBefore;
use crate::run::list::{after, before};
use crate::run::next_command::{beside_us, next_command, own_command, undo_command, undo_of_file};
use crate::run::pages;
use crate::run::pipeline::stages;
use crate::run::pipeline::workers::Workers;
use crate::run::prepare::before_sending::{self, in_thread, unless_stopped};
use crate::run::prepare::late_calls::wait_for_quiet;
use crate::run::prepare::lock::{Claims, Locks};
use crate::run::prepare::memory;
use crate::run::prepare::site::Site;
use crate::state::Delta;
use crate::system::window::Window;
use crate::text::Message;
use prepare::{Prepared, Ready, prepare};

/// Requests to end that may wait for the stages.
const STOPS: usize = 8;

/// How a run ended.
pub(in crate::run) struct Ran {
    /// The report; `None` if the run ended before its first call.
    pub(in crate::run) report: Option<RunReport>,
    /// The facts of the report; the defaults without one.
    pub(in crate::run) facts: RunFacts,
    /// The exit code, or why the run did not complete.
    pub(in crate::run) end: Result<ExitCode, Failure>,
    /// The message of a run that had nothing to do because its input was sent before.
    pub(in crate::run) sent_before: Option<String>,
    /// Held until the process ends: a thread that was abandoned before the first call may still be
    /// working.
    pub(in crate::run) locks: Locks,
}

impl Ran {
    /// Creates the end of a run that made no call.
    pub(in crate::run) fn unsent(end: Result<ExitCode, Failure>) -> Self {
        Self {
            report: None,
            facts: RunFacts::default(),
            end,
            sent_before: None,
            locks: Locks::default(),
        }
    }
}

/// Sends a file, or finds that this is unnecessary or impossible. `begun` is the time when the
/// program started.
pub(in crate::run) async fn run(settings: RunSettings, begun: Instant, console: &Console) -> Ran {
    if let Some(time) = settings.deadline.missed() {
        return Ran::unsent(Err(before_sending::too_late(time)));
    }
    // From here on a signal ends the run in an orderly way.
    let window = Window::since(begun, settings.deadline.clone());
    match before_sending::stops(window, console) {
        Ok(stops) => run_with(settings, (stops, None), console).await,
        Err(failure) => Ran::unsent(Err(failure)),
    }
}

/// Sends a file like [`run`], until something asks the run to end. Locks that are held already are not
/// taken.
pub(in crate::run) async fn run_with(
    settings: RunSettings,
    (mut stops, held): (mpsc::Receiver<EarlyEnd>, Option<Locks>),
    console: &Console,
) -> Ran {
    let takes = held.is_none();
    let mut locks = held.unwrap_or_default();
    let ran = start(&Arc::new(settings), (&mut locks, takes), &mut stops, console).await;
    let ran = ran.unwrap_or_else(|failure| Ran::unsent(Err(failure)));
    Ran { locks, ..ran }
}

async fn start(
    settings: &Arc<RunSettings>,
    (locks, takes): (&mut Locks, bool),
    stops: &mut mpsc::Receiver<EarlyEnd>,
    console: &Console,
) -> Result<Ran, Failure> {
    let input = input_path(&settings.reading.input);
    let reading = &settings.reading;
    let ids = reading.ids.as_ref().map(|ids| ids.path.as_path());
    let others = settings.others.iter().map(PathBuf::as_path);
    let inputs: Vec<&Path> = [input, ids, reading.exclude.as_deref()]
        .into_iter()
        .flatten()
        .chain(others)
        .collect();
    let paths = &settings.outputs.paths;
    paths.check(&inputs).map_err(Failure::usage)?;
    paths.check_page(&settings.others).map_err(Failure::usage)?;
    let site = Arc::new(Site::open(&settings.destination).await?);
    if takes {
        let retried = settings.reading.round.as_ref().map(|round| &round.run.paths);
        *locks = unless_stopped(stops, self::locks(settings, &site, retried)).await?;
    }
    let fresh = match &settings.list {
        Some(list) => unless_stopped(stops, before::read(list, &settings.reading, &site)).await?,
        None => None,
    };
    let settings = &match &fresh {
        Some(fresh) => Arc::new(settings.with_members(fresh.path())),
        None => Arc::clone(settings),
    };
    let work = {
        let (settings, site, console) = (Arc::clone(settings), Arc::clone(&site), console.clone());
        move || prepare(&settings, &site, fresh, &console)
    };
    match unless_stopped(stops, in_thread(work)).await? {
        Prepared::Ready(ready) => {
            unless_stopped(stops, wait_for_quiet(ready.quiet_from)).await?;
            Box::pin(send(settings, &site, *ready, stops, console)).await
        }
        Prepared::AlreadySent(before) => already_sent(settings, &before),
    }
}

/// Takes the locks of a run that makes calls, and of the files of the run that it is about. A rehearsal in
/// the sandbox needs none.
pub(in crate::run) async fn locks(
    settings: &RunSettings,
    site: &Site,
    about: Option<&OutputPaths>,
) -> Result<Locks, Failure> {
    if site.is_sandbox() {
        return Ok(Locks::default());
    }
    let outputs = &settings.outputs;
    Locks::take(Claims {
        paths: &outputs.paths,
        retried: about,
        state: memory::used(&settings.delta),
        account: &site.account,
        input: &settings.reading.input.to_string(),
        wait: outputs.wait_lock,
    })
    .await
}

/// Runs the stages and concludes the run.
async fn send(
    settings: &RunSettings,
    site: &Site,
    ready: Ready,
    stops: &mut mpsc::Receiver<EarlyEnd>,
    console: &Console,
) -> Result<Ran, Failure> {
    let Ready {
        transport,
        mut opened,
        decision,
        header,
        memory,
        known,
        is_fresh,
        ..
    } = ready;
    let RunSettings { reading, outputs, .. } = settings;
    let start = Instant::now();
    // The rows are opened before any output exists. A file that has changed by now is refused, as
    // at every earlier read.
    let rows = opened.rows(reading)?;
    let results = ResultsFormat {
        style: outputs.style,
        kept: &opened.kept_names(),
    };
    let failed = opened.failed_format(reading, outputs.style);
    let files = record::open(&outputs.paths, &decision, header, results, failed).map_err(Failure::output)?;
    pages::of_set_aside(outputs.page.as_ref(), &files.set_aside);
    let resumes = matches!(decision, OutputDecision::GoOn(_));
    if resumes {
        say_resumed(files.header.started_at, files.settled_count);
    }
    let (waiting, waits) = watch::channel(None);
    let progress = Progress::start(
        console,
        opened.known_rows(),
        outputs.shows_progress,
        waits,
        |moment| Message::new(|words| words.moment(moment)),
    );
    let telling = outputs
        .shows_progress
        .then(|| tokio::spawn(progress.clone().tell()));
    let (stop, asked) = mpsc::channel(STOPS);
    let stages = stages::Stages {
        workers: Workers::Threads,
        rows,
        reads_ahead: opened.is_file(),
        planner: Planner::new(opened.plan.clone(), opened.layout.clone()),
        settled: files.settled,
        resumed: resumes,
        knows_success: files.knows_success,
        repeated: files.repeated,
        known,
        delta: memory.delta.clone(),
        transport,
        stops: asked,
        summary: if reading.round.is_some() && opened.row_of_run().is_some() {
            RunSummary::of_round()
        } else {
            RunSummary::default()
        },
        recorder: files.recorder,
        progress: progress.clone(),
        waiting,
    };
    let running = Box::pin(stages::run(stages, settings.calls.send));
    let ended = passing_stops(stops, stop, running).await;
    if let Some(telling) = telling {
        telling.abort();
    }
    progress.finish();
    // The sandbox's platform ends with the process, so such a run cannot be resumed.
    let next = next_of(settings).filter(|_| !site.is_sandbox());
    let Some(ended) = ended else {
        let hint = next.map(|next| format!("; to go on: {next}")).unwrap_or_default();
        return Err(Failure::bug(&format!("a stage of the pipeline panicked{hint}")));
    };
    memory.remember(&ended.summary);
    let finished = Finished {
        identity: console.identity(),
        settings,
        known_rows: opened.known_rows(),
        header: files.header,
        settled_before: files.settled_count,
        elapsed: start.elapsed(),
        next,
        has_list: is_fresh,
        undo: is_fresh.then(|| undo_of(settings)).flatten(),
        edited: memory.delta.as_ref().map(Delta::edited).unwrap_or_default(),
        ended,
    };
    let mut settled = finished.settle();
    if settled.report.end == RunEnd::Complete {
        let delta = memory.delta.as_ref();
        let before = ListBefore::new(is_fresh, resumes);
        settled.report.verified = after::read_back(settings, site, (opened, before), delta, stops).await;
    }
    let ran = settled.conclude(files.summary, console);
    site.describe_sandbox(console);
    Ok(ran)
}

/// Says that a run goes on, and since when.
fn say_resumed(since: Timestamp, settled_before: u64) {
    let line = Message::in_both(|words, lang| words.resuming(&local_time_in(lang, since), settled_before));
    tracing::info!(
        event = "run_resumed",
        settled_before,
        polish = line.polish(),
        "{line}"
    );
}

/// Returns the file with the old values of what the run has changed, and the command that puts them back.
fn undo_of(settings: &RunSettings) -> Option<(PathBuf, String)> {
    let paths = &settings.outputs.paths;
    let file = paths.beside(UNDO);
    record::survey_of_undo(&file)?;
    let file = beside_us(&file);
    let command = match &settings.reading.round {
        // What a round has changed is in its own file.
        Some(_) => undo_of_file(&file),
        None => undo_command(&settings.reading.input, paths),
    };
    Some((file, command))
}

/// Returns the command that goes on with the run.
fn next_of(settings: &RunSettings) -> Option<String> {
    if settings.is_undo {
        // What is back already is not sent again.
        return own_command().map(|command| format!("`{command}`"));
    }
    next_command(&settings.reading.input)
}

/// Waits for the stages, and passes on to them what asks the run to end.
async fn passing_stops<T>(
    stops: &mut mpsc::Receiver<EarlyEnd>,
    stop: mpsc::Sender<EarlyEnd>,
    mut running: impl Future<Output = T> + Unpin,
) -> T {
    loop {
        tokio::select! {
            biased;
            Some(reason) = stops.recv() => {
                // Stages that have ended need not be stopped.
                stop.try_send(reason).ok();
            }
            ended = &mut running => return ended,
        }
    }
}

fn input_path(input: &Input) -> Option<&Path> {
    match input {
        Input::File(path) => Some(path),
        Input::Stdin | Input::Unclear(..) => None,
    }
}
