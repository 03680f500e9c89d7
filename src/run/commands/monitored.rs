//! `run` with its monitoring: reports the start, and the end in every case.

use std::time::Duration;

use anyhow::Error;
use jiff::Timestamp;
use secrecy::ExposeSecret;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use super::check;
use super::send_file::{self, Ran};
use crate::config::{Asked, CheckSettings, MonitorSettings, ReadingSettings, RunCommand};
use crate::model::{Deadline, ErrorCode, ShownPath, Status};
use crate::monitor::{Counts, Healthcheck, Metrics, write_metrics};
use crate::read::Input;
use crate::report::{
    ALREADY_SENT, Console, Ending, ExitCode, RunReport, to_json, to_printed_json, unsent_to_json,
};
use crate::run::Failure;
use crate::run::list::before;
use crate::run::pages;
use crate::run::prepare::before_sending;
use crate::run::prepare::before_sending::{in_thread, unless_stopped};
use crate::run::prepare::input::opened::OpenedInput;
use crate::system::stop;
use crate::system::window::Window;
use crate::text::Message;

/// How long a run waits until the monitor has received the start. After that both continue.
const HEAD_START: Duration = Duration::from_secs(1);

/// Runs `run`. `begun` is the time when the program started.
pub(in crate::run) async fn run(
    command: RunCommand,
    begun: Instant,
    console: &Console,
) -> Result<ExitCode, Failure> {
    let RunCommand {
        monitor,
        unsent,
        asked,
        reading,
    } = command;
    let input = match &asked {
        Ok(Asked::Run(settings)) => settings.reading.input.to_string(),
        _ => reading
            .as_ref()
            .map(|reading| reading.input.to_string())
            .unwrap_or_default(),
    };
    let check = healthcheck(&monitor, console)?;
    let mut starting = check
        .clone()
        .map(|check| tokio::spawn(async move { check.start().await }));
    if let Some(starting) = &mut starting {
        // Reading blocks this thread, so the monitor gets a moment to receive the start first.
        timeout(HEAD_START, starting).await.ok();
    }
    let ran = match asked {
        Ok(Asked::Run(settings)) => Box::pin(send_file::run(*settings, begun, console)).await,
        Ok(Asked::DryRun(settings)) => Ran::unsent(dry_run(settings, begun, console).await),
        Ok(Asked::NothingLeft(why)) => nothing_left(&why),
        Err(error) => Ran::unsent(Err(with_faults_of_input(error, reading).await)),
    };
    if let (None, Some(settings)) = (&ran.report, &unsent) {
        let how = pages::Unsent {
            input: &input,
            failure: ran.end.as_ref().err(),
            holds_lock: ran.locks.is_held(),
            reader: console.reader(),
        };
        pages::of_unsent(settings, &how);
    }
    let page = unsent.as_ref().and_then(|unsent| unsent.page.as_ref());
    let shown = page.and_then(|page| std::path::absolute(&page.path).ok());
    let shown = shown.map(|page| page.shown().to_string());
    print(&ran, shown.as_deref(), console);
    let Ran {
        report,
        end,
        locks: _held,
        ..
    } = ran;
    let code = match &end {
        Ok(code) => *code,
        Err(failure) => failure.code,
    };
    stop::run_is_over(code.code());
    if let Some(path) = monitor.metrics_file
        && let Err(error) = write_metrics(&path, metrics(code, report.as_ref(), console))
    {
        tracing::warn!(
            target: "respondent_sync::loud", event = "metrics_not_written",
            "cannot write `{}`: {error}",
            path.shown()
        );
    }
    if let (Some(check), Some(starting)) = (check, starting) {
        finish(&check, starting, code, text(&end, report.as_ref())).await;
    }
    end
}

/// Adds what is wrong with the input to mistakes in the settings, so that all of it is reported at
/// once.
async fn with_faults_of_input(error: Error, reading: Option<Box<ReadingSettings>>) -> Failure {
    let Some(mut reading) = reading.filter(|reading| matches!(reading.input, Input::File(_))) else {
        return Failure::usage(error);
    };
    if reading.members.take().is_some() {
        // The mailing list was not read.
        reading.ids = None;
    }
    let opened = in_thread(move || OpenedInput::open(&reading, None).map(drop)).await;
    match opened {
        Ok(()) => Failure::usage(error),
        Err(of_input) => {
            let all = [error, of_input.error].map(Message::from_error);
            Failure::usage(Message::join(&all, |_, all| all.join("\n")))
        }
    }
}

/// Ends a retry that has nothing to do.
fn nothing_left(why: &Message) -> Ran {
    tracing::info!(event = "nothing_to_retry", polish = why.polish(), "{why}");
    Ran {
        sent_before: Some(why.to_string()),
        ..Ran::unsent(Ok(ExitCode::Success))
    }
}

/// Checks the input with the flags of `run`. Nothing is sent, so the run's window does not matter.
async fn dry_run(
    mut settings: Box<CheckSettings>,
    begun: Instant,
    console: &Console,
) -> Result<ExitCode, Failure> {
    let mut stops = before_sending::stops(Window::since(begun, Deadline::default()), console)?;
    let _list = unless_stopped(&mut stops, before::read_for_check(&mut settings)).await?;
    let own = console.clone();
    unless_stopped(&mut stops, in_thread(move || check::check(&settings, &own))).await
}

fn healthcheck(monitor: &MonitorSettings, console: &Console) -> Result<Option<Healthcheck>, Failure> {
    let Some(settings) = &monitor.healthcheck else {
        return Ok(None);
    };
    let pem = settings.ca_pem.as_deref();
    Healthcheck::new(settings.url.expose_secret(), &console.identity().run_id, pem)
        .map(Some)
        .map_err(Failure::usage)
}

/// Reports the end after the start, in that order, even if reporting the start took until now.
async fn finish(check: &Healthcheck, starting: JoinHandle<()>, code: ExitCode, text: String) {
    if !starting.is_finished() {
        starting.await.ok();
    }
    check.finish(code.code(), text).await;
}

/// Prints the JSON object that was promised for the end of the run, before the monitor is notified.
fn print(ran: &Ran, page: Option<&str>, console: &Console) {
    let Ran {
        report,
        facts,
        end,
        sent_before,
        ..
    } = ran;
    match (report, end, sent_before) {
        (Some(report), Err(failure), _) if failure.code != report.verdict().exit_code() => {
            // The run ended, but its last file could not be written.
            console.keep_promise(|_| to_printed_json(report, &failure.ending(), facts));
        }
        (Some(report), _, _) => console.keep_promise(|_| to_printed_json(report, &report.ending(), facts)),
        (None, Ok(code), Some(words)) => {
            let ending = Ending::new(*code, words);
            console.keep_promise(|input| {
                unsent_to_json(console.identity(), (input, page), ALREADY_SENT, &ending)
            });
        }
        (None, _, _) => crate::run::print_end(console, end, page),
    }
}

/// Returns the text for the monitor: the summary, or why there is none. For a run that made calls
/// it has counts and codes only, because the error may quote the platform.
fn text(ended: &Result<ExitCode, Failure>, report: Option<&RunReport>) -> String {
    match (report, ended) {
        (Some(report), _) => {
            let code = match ended {
                Ok(code) => *code,
                Err(failure) => failure.code,
            };
            to_json(report, &Ending::new(code, code.meaning()))
        }
        (None, Err(failure)) => format!("{:#}\n", failure.error),
        (None, Ok(_)) => String::new(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "exact for thousands of years")]
fn metrics(code: ExitCode, report: Option<&RunReport>, console: &Console) -> Metrics {
    let counts = report.map(|report| Counts {
        seconds: report.elapsed.as_secs_f64(),
        statuses: Status::ALL
            .into_iter()
            .map(|status| (status.name(), report.summary.count(status)))
            .collect(),
        not_reached: report.not_reached(),
        unchanged: report.summary.rows_of(ErrorCode::Unchanged),
        attempts: report.attempts,
        retries: report.retries,
    });
    Metrics {
        tags: console.identity().tags.clone(),
        exit_code: code.code(),
        ended_at: Timestamp::now().as_millisecond() as f64 / 1000.0,
        counts,
        ..Metrics::default()
    }
}
