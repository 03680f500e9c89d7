//! `run`: from the settings to the exit code, a step after the other.

use std::path::Path;

use jiff::Timestamp;
use tokio::time::Instant;

use super::announce::{announce, confirmed};
use super::fingerprint::fingerprint;
use super::opened::Opened;
use super::rehearsal::Sandbox;
use super::{Failure, check, pipeline};
use crate::cli::{Origins, RunArgs};
use crate::config::{self, CallSettings, ReadingSettings};
use crate::model::{Credentials, Endpoint, Method};
use crate::plan::Planner;
use crate::read::{Input, is_own_column};
use crate::record::{self, FailedFormat, OutputPaths, SummaryFile};
use crate::report::{Console, ExitCode, LogFormat, Progress, RunEnd, RunReport, to_json, to_text};
use crate::send::HttpTransport;

/// The survey of a rehearsal whose input names none.
const SANDBOX_SURVEY: &str = "1";

/// The most bytes of a GET request's target (design, section 3).
const MOST_TARGET_BYTES: usize = 8_000;

pub(super) async fn run(args: &RunArgs, origins: Origins, console: &Console) -> Result<ExitCode, Failure> {
    let mut reading =
        config::reading(&args.input, &args.selection, &args.output.keep, origins).map_err(Failure::usage)?;
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
        let blank = Credentials {
            account: String::new(),
            ..config::sandbox_credentials()
        };
        limit_query(&mut reading, &calls, &Endpoint::new(&calls.base, &blank));
        return check::examine(
            &mut reading,
            calls.send.rate,
            args.output.accept.accept_failures,
            console,
        );
    }
    let credentials = match &sandbox {
        Some(_) => config::sandbox_credentials(),
        None => config::credentials(|name| std::env::var(name).ok()).map_err(Failure::usage)?,
    };
    let endpoint = Endpoint::new(&calls.base, &credentials);
    limit_query(&mut reading, &calls, &endpoint);
    let rehearsal = match &sandbox {
        Some(_) => Some("sandbox"),
        None => reading.plan.selection.is_partial().then_some("trial"),
    };
    let paths = config::output_paths(&args.output, &reading.input, rehearsal).map_err(Failure::usage)?;
    paths.check(input_path(&reading.input)).map_err(Failure::usage)?;
    let transport = HttpTransport::new(endpoint.clone(), &calls.http).map_err(Failure::usage)?;
    let opened = Opened::open(&mut reading)?;
    let fingerprint = fingerprint(&opened, &reading, &calls, &credentials);
    announce(&opened, &reading, &calls, &endpoint, transport.proxy());
    let asks = !args.output.yes && sandbox.is_none() && reading.input != Input::Stdin;
    if asks && Console::is_interactive() && !confirmed(&opened, &endpoint, &reading, console) {
        return Err(Failure::usage(anyhow::anyhow!("not confirmed: nothing was sent")));
    }
    let finished = send(args, opened, &reading, &calls, transport, paths, console).await?;
    let end = conclude(args, finished, &fingerprint, console);
    if let Some(sandbox) = sandbox {
        sandbox.tell(console);
    }
    end
}

/// The stages, and what they add up to.
async fn send(
    args: &RunArgs,
    opened: Opened,
    reading: &ReadingSettings,
    calls: &CallSettings,
    transport: HttpTransport,
    paths: OutputPaths,
    console: &Console,
) -> Result<Finished, Failure> {
    let started_at = Timestamp::now();
    let start = Instant::now();
    let total = opened.first.totals.map(|totals| totals.rows);
    let kept: Vec<&str> = opened
        .layout
        .kept
        .iter()
        .map(|column| opened.first.columns.name(*column))
        .collect();
    let (recorder, summary_file) =
        record::create(&paths, &kept, failed_format(&opened)).map_err(Failure::usage)?;
    let planner = Planner::new(reading.plan.clone(), opened.layout.clone());
    let wanted = !args.output.no_progress;
    let progress = Progress::start(console, total, wanted);
    let telling = wanted.then(|| tokio::spawn(progress.clone().tell()));
    let ended = pipeline::run(opened, planner, transport, calls.send, recorder, progress.clone()).await;
    if let Some(telling) = telling {
        telling.abort();
    }
    progress.finish();
    let Some(ended) = ended else {
        return Err(Failure::bug("a stage of the pipeline panicked"));
    };
    let counted = ended.read.as_ref().and_then(|read| read.as_ref().ok());
    let mut report = RunReport {
        input: reading.input.to_string(),
        end: RunEnd::Complete,
        rows: total
            .or(counted.map(|end| end.rows))
            .unwrap_or_else(|| ended.summary.rows()),
        notes: pipeline::notes(&ended.tally, counted.map_or(0, |end| end.blank_records)),
        attempts: ended.send.attempts,
        retries: ended.send.retries,
        mean_rate: ended.send.mean_rate,
        most_in_a_second: ended.send.most_in_a_second,
        elapsed: start.elapsed(),
        accept_failures: args.output.accept.accept_failures,
        results: paths.results.path,
        failed: paths.failed.path,
        summary: ended.summary,
    };
    report.end = match (ended.recorded, ended.send.early, ended.read) {
        (Err(error), _, _) => RunEnd::NotWritten(in_full(error)),
        (_, Some(early), _) => RunEnd::Early(early),
        (_, _, Some(Err(error))) => RunEnd::InputBroke(in_full(error)),
        _ if !report.adds_up() => RunEnd::Bug("the outcomes do not add up to the rows".to_owned()),
        _ => match ended.recorder.finish() {
            Ok(()) => RunEnd::Complete,
            Err(error) => RunEnd::NotWritten(in_full(error)),
        },
    };
    Ok(Finished {
        report,
        started_at,
        summary_file,
    })
}

/// An error with its causes.
fn in_full(error: impl Into<anyhow::Error>) -> String {
    format!("{:#}", error.into())
}

/// A run that is over, and the file that is still to be written.
struct Finished {
    report: RunReport,
    started_at: Timestamp,
    summary_file: SummaryFile,
}

/// Writes the summary, tells people and machines, and chooses the exit code.
fn conclude(
    args: &RunArgs,
    finished: Finished,
    fingerprint: &str,
    console: &Console,
) -> Result<ExitCode, Failure> {
    let Finished {
        report,
        started_at,
        summary_file,
    } = finished;
    let json = to_json(&report, started_at, fingerprint);
    let written = summary_file.finish(&json);
    if args.output.summary.as_deref() == Some(Path::new("-")) {
        console.print(&json);
    }
    let code = report.verdict().exit_code();
    match console.format() {
        LogFormat::Json => tracing::info!(summary = json.trim_end(), exit_code = code.code(), "run_finished"),
        LogFormat::Text if console.is_quiet() && code == ExitCode::Success => {}
        LogFormat::Text => console.say(&to_text(&report)),
    }
    let error = match &report.end {
        RunEnd::Complete => {
            return written.map(|()| code).map_err(|error| Failure {
                code: ExitCode::Output,
                error: error.into(),
            });
        }
        RunEnd::Early(early) => early.to_string(),
        RunEnd::InputBroke(reason) | RunEnd::NotWritten(reason) => reason.clone(),
        RunEnd::Bug(what) => format!("{what}: this is a bug, please report it"),
    };
    Err(Failure {
        code,
        error: anyhow::Error::msg(error),
    })
}

fn limit_query(reading: &mut ReadingSettings, calls: &CallSettings, endpoint: &Endpoint) {
    if calls.http.method == Method::Get {
        reading.plan.most_query_bytes = Some(MOST_TARGET_BYTES.saturating_sub(endpoint.target_len() + 1));
    }
}

fn input_path(input: &Input) -> Option<&Path> {
    match input {
        Input::File(path) => Some(path),
        Input::Stdin => None,
    }
}

fn failed_format(opened: &Opened) -> FailedFormat {
    let encoding = opened.first.encoding;
    let own = opened
        .first
        .names
        .iter()
        .enumerate()
        .filter(|(_, name)| is_own_column(name));
    FailedFormat {
        delimiter: opened.first.delimiter.byte(),
        has_bom: opened.first.has_bom,
        header: opened.first.header.clone(),
        own_columns: own.map(|(column, _)| column).collect(),
        encode: Box::new(move |text| encoding.encode(text)),
    }
}
