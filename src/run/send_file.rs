//! `run`: from the settings to the exit code, a step after the other.

use std::path::Path;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::time::Instant;

use super::announce::{announce, confirmed};
use super::dry_run::dry_run;
use super::fingerprint::fingerprint;
use super::finished::{Finished, already_sent};
use super::guards::{guard, has_news};
use super::lock::Locks;
use super::next_command::next_command;
use super::opened::Opened;
use super::rehearsal::Sandbox;
use super::state::Memory;
use super::window::Window;
use super::{Failure, pipeline, state};
use crate::cli::{Origins, RunArgs};
use crate::config::{self, CallSettings, ConfigFile, DeltaMode, ReadingSettings};
use crate::delta::Account;
use crate::model::{Credentials, Endpoint};
use crate::plan::Planner;
use crate::read::Input;
use crate::record::{self, Decision, Header, OutputError, OutputPaths, ResultsFormat};
use crate::report::{Console, ExitCode, Progress, RunEnd, RunReport, counted, local_time};
use crate::send::HttpTransport;
use crate::stop;

/// The survey of a rehearsal whose input names none.
const SANDBOX_SURVEY: &str = "1";

/// `told` is what is to be told of the run, where it began to send.
pub(super) async fn run(
    args: &RunArgs,
    origins: &Origins,
    file: &ConfigFile,
    console: &Console,
    told: &mut Option<RunReport>,
) -> Result<ExitCode, Failure> {
    let window = Window::begin(&args.pace);
    let mut reading = config::reading(&args.input, &args.selection, &args.output.results.keep, origins)
        .map_err(Failure::usage)?;
    let guards =
        config::guards(&args.guards, args.max_changes.max_changes, origins).map_err(Failure::usage)?;
    let sandbox = if args.platform.sandbox && !args.output.dry_run {
        Some(Sandbox::start().await?)
    } else {
        None
    };
    if args.platform.sandbox {
        reading.fallback_survey = Some(SANDBOX_SURVEY);
    }
    let calls = config::calls(
        args,
        sandbox.as_ref().map(|sandbox| sandbox.base.clone()),
        origins,
    )
    .map_err(Failure::usage)?;
    if args.output.dry_run {
        return dry_run(args, file, reading, &calls, guards, console);
    }
    let credentials = match &sandbox {
        Some(_) => config::sandbox_credentials(),
        None => config::credentials(&file.secrets, config::variable).map_err(Failure::usage)?,
    };
    let endpoint = Endpoint::new(&calls.base, &credentials);
    reading.limit_query(calls.http.method, &endpoint);
    let rehearsal = match &sandbox {
        Some(_) => Some("sandbox"),
        None => reading.plan.selection.is_partial().then_some("trial"),
    };
    let paths = config::output_paths(&args.output, &reading.input, rehearsal).map_err(Failure::usage)?;
    paths.check(input_path(&reading.input)).map_err(Failure::usage)?;
    let delta = config::delta(&args.delta).map_err(Failure::usage)?;
    let existing = config::existing(&args.output.existing, delta.mode).map_err(Failure::usage)?;
    if existing.resume && reading.input == Input::Stdin {
        return Err(Failure::usage(OutputError::ResumedStream));
    }
    let mut locks = Locks::default();
    if sandbox.is_none() {
        let (account, wait) = (&credentials.account, window.within(args.output.wait_lock));
        let outputs = (&paths, state::used(&delta));
        locks = Locks::take(outputs, &calls.base, account, &reading.input, wait).await?;
    }
    let transport = HttpTransport::new(endpoint.clone(), &calls.http).map_err(Failure::usage)?;
    let mut opened = Opened::open(&mut reading)?;
    let fingerprint = fingerprint(&opened, &reading, &calls, &credentials);
    let mut decision = record::decide(&paths, &fingerprint, existing).map_err(Failure::output)?;
    let store = state::open(&delta, account_of(&calls, &credentials), sandbox.is_some())?;
    let known = store.as_ref().filter(|_| delta.mode == DeltaMode::ChangedOnly);
    match (&decision, known, existing.rotate) {
        // Somebody may have made it forget, or a run of another input came between.
        (Decision::AlreadySent(_), Some(store), Some(keep)) if has_news(&mut opened, &reading, store)? => {
            decision = Decision::SetAside { keep };
        }
        (Decision::AlreadySent(before), _, _) => return Ok(already_sent(&paths, before)),
        _ => {}
    }
    // One that is gone on with was let through when it started.
    let judges = !matches!(decision, Decision::GoOn(_));
    let remembered = guard(
        &mut opened,
        &reading,
        &guards,
        store.as_ref(),
        (delta.mode, judges),
    )?;
    announce(&opened, &reading, &calls, &endpoint, transport.proxy());
    let asks = !args.output.yes && sandbox.is_none() && reading.input != Input::Stdin;
    if asks && Console::is_interactive() && !confirmed(&opened, &endpoint, &reading, console) {
        return Err(Failure::usage(anyhow::anyhow!("not confirmed: nothing was sent")));
    }
    let rows = opened.first.totals.map_or(0, |totals| totals.rows);
    record::check_space(&paths, rows).map_err(Failure::output)?;
    let header = Header::new(Timestamp::now(), fingerprint, existing.overwrite);
    let memory = Memory::begin(store, remembered, delta.mode, &reading.plan)?;
    let finished = Box::pin(send(
        (args, window),
        (opened, memory),
        &reading,
        &calls,
        transport,
        (paths, decision, header),
        console,
    ))
    .await?;
    let (report, end) = finished.conclude(args.output.summary.as_deref(), console);
    *told = Some(report);
    if let Some(sandbox) = sandbox {
        sandbox.tell(console);
    }
    drop(locks);
    end
}

/// The stages, and what they add up to.
async fn send(
    (args, window): (&RunArgs, Window),
    (mut opened, memory): (Opened, Memory),
    reading: &ReadingSettings,
    calls: &CallSettings,
    transport: HttpTransport,
    (paths, decision, header): (OutputPaths, Decision, Header),
    console: &Console,
) -> Result<Finished, Failure> {
    let start = Instant::now();
    let total = opened.first.totals.map(|totals| totals.rows);
    let style = config::style(&args.output);
    let results = ResultsFormat {
        style,
        kept: &opened.kept_names(),
    };
    // From here on a signal lets the run end in an orderly way.
    let stops = stop::in_thread(window.left()).map_err(Failure::usage)?;
    let outputs = record::open(&paths, &decision, header, results, opened.failed_format(style))
        .map_err(Failure::output)?;
    if matches!(decision, Decision::GoOn(_)) {
        tracing::info!(
            event = "run_resumed",
            settled_before = outputs.settled_count,
            "going on with a run of {}: {} settled already",
            local_time(outputs.header.started_at),
            counted(outputs.settled_count, "row")
        );
    }
    let planner = Planner::new(reading.plan.clone(), opened.layout.clone());
    let wanted = !args.output.no_progress;
    let (waiting, waits) = watch::channel(None);
    let progress = Progress::start(console, total, wanted, waits);
    let telling = wanted.then(|| tokio::spawn(progress.clone().tell()));
    let mut settings = calls.send;
    settings.breaker.knows_success = outputs.knows_success;
    let stages = pipeline::Stages {
        rows: opened.rows(reading)?,
        reads_ahead: opened.is_file(),
        planner,
        settled: outputs.settled,
        delta: memory.delta.clone(),
        transport,
        stops,
        recorder: outputs.recorder,
        progress: progress.clone(),
        waiting,
    };
    let ended = Box::pin(pipeline::run(stages, settings)).await;
    if let Some(telling) = telling {
        telling.abort();
    }
    progress.finish();
    // The sandbox's platform ends with the process, so nothing goes on there.
    let next = next_command(&reading.input).filter(|_| !args.platform.sandbox);
    let Some(mut ended) = ended else {
        let hint = next.map(|next| format!("; to go on: {next}")).unwrap_or_default();
        return Err(Failure::bug(&format!("a stage of the pipeline panicked{hint}")));
    };
    memory.remember(&ended.summary);
    let counted = ended.read.as_ref().and_then(|read| read.as_ref().ok());
    let report = RunReport {
        run_id: console.run_id().to_owned(),
        input: reading.input.to_string(),
        started_at: outputs.header.started_at,
        fingerprint: outputs.header.fingerprint,
        rehearsal: paths.rehearsal,
        end: RunEnd::Complete,
        rows: total
            .or(counted.map(|end| end.rows))
            .unwrap_or_else(|| ended.summary.rows()),
        settled_before: outputs.settled_count,
        notes: pipeline::notes(
            &ended.tally,
            counted.map_or(0, |end| end.blank_records),
            reading.only_last,
        ),
        attempts: ended.send.attempts,
        retries: ended.send.retries,
        mean_rate: ended.send.mean_rate,
        most_in_a_second: ended.send.most_in_a_second,
        slow_downs: ended.send.slow_downs,
        taken_rate: ended.send.taken_rate,
        most_in_flight: ended.send.most_in_flight,
        elapsed: start.elapsed(),
        accept_failures: args.output.accept.accept_failures,
        results: paths.results,
        failed: paths.failed,
        failed_digest: None,
        next,
        summary: std::mem::take(&mut ended.summary),
    };
    Ok(Finished::of(report, outputs.summary, ended))
}

/// Whose surveys the calls are for.
fn account_of(calls: &CallSettings, credentials: &Credentials) -> Account {
    Account {
        base_url: calls.base.to_string(),
        account: credentials.account.clone(),
    }
}

fn input_path(input: &Input) -> Option<&Path> {
    match input {
        Input::File(path) => Some(path),
        Input::Stdin => None,
    }
}
