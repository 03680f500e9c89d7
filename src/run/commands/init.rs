//! `init`: asks for what a run needs, writes a config and the secrets as files for the owner alone,
//! offers a check, and prints the commands to type next. Sends nothing and overwrites nothing.

mod address;
mod answers;
mod asking;
mod checks;
mod columns;
mod export;
mod files;
mod interview;
mod platform;
mod proposal;
mod respondent;
mod survey;

use answers::Answers;
use asking::Asker;
use files::Files;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::check;
use crate::config::{InitSettings, Secret, check_of_file, secret_variables};
use crate::model::{Deadline, EarlyEnd, ShownPath as _};
use crate::report::{Console, ExitCode};
use crate::run::Failure;
use crate::run::list::before;
use crate::run::next_command::quoted;
use crate::run::prepare::announce::warn_if_copied;
use crate::run::prepare::before_sending::{self, code_of, in_thread, stops};
use crate::system::trust::permissions;
use crate::system::window::Window;
use crate::text::{Message, words};

/// Runs `init`. `begun` is the time when the program started.
pub(in crate::run) async fn run(
    settings: InitSettings,
    begun: Instant,
    console: &Console,
) -> Result<ExitCode, Failure> {
    let mut stops = stops(Window::since(begun, Deadline::default()), console)?;
    let own = console.clone();
    let address_file = settings.address_file.clone();
    let runtime = Handle::current();
    let asked = unless_stopped(&mut stops, move || interview::hold(&settings, &own, &runtime)).await;
    let (answers, files) = asked?.map_err(asking::stopped)?;
    let config = answers.to_config(files.folder(), &files.secrets_name(), console.lang());
    if answers.has_left_secrets {
        let is_replaced = answers.credentials.is_some();
        let left = words(console.lang()).secrets_left(&files.secrets.shown().to_string(), is_replaced);
        console.print(&console.screen_of_output().line(0, 2, &left));
    }
    let others_read = files.write(&config, &answers.secrets())?;
    console.print(&written(&answers, &files, console));
    if let Some(path) = address_file {
        let left = words(console.lang()).address_file_left(&path.shown().to_string());
        console.print(&console.screen_of_output().line(0, 2, &left));
    }
    if others_read {
        warn_of_readers(&files);
    }
    warn_if_copied(&files.secrets);
    let checked = check_if_wanted(&files, console, &mut stops).await;
    let found = match &checked {
        Ok(found) => *found,
        Err(failure) if is_no_finding(failure.code) => Checked::Not,
        Err(_) => Checked::Failed,
    };
    console.print(&next_steps(&files, found, console));
    // The findings are on the screen, and the config is written whatever they are.
    checked.map(|_| ExitCode::Success)
}

/// Whether a check that ended with this code says nothing about the export: it was stopped, or the mailing
/// list could not be read.
fn is_no_finding(code: ExitCode) -> bool {
    matches!(
        code,
        ExitCode::Interrupted | ExitCode::Terminated | ExitCode::Unreachable | ExitCode::Aborted
    )
}

/// Does work that may ask, until it is done or the process is asked to stop. Then the result is the
/// exit code, and the terminal is set back, because a question may have been abandoned.
async fn unless_stopped<T: Send + 'static>(
    stops: &mut mpsc::Receiver<EarlyEnd>,
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<Result<T, ExitCode>, Failure> {
    let done = tokio::select! {
        biased;
        Some(reason) = stops.recv() => Ok(Err(code_of(&reason))),
        done = in_thread(work) => done.map(Ok),
    };
    if !matches!(done, Ok(Ok(_))) {
        asking::restore();
    }
    done
}

/// Says what was written where, and what is still missing.
fn written(answers: &Answers, files: &Files, console: &Console) -> String {
    let (words, screen) = (words(console.lang()), console.screen_of_output());
    let (config, secrets) = (
        files.config.shown().to_string(),
        files.secrets.shown().to_string(),
    );
    let mut text = format!("\n{}", screen.line(0, 0, &words.written()));
    let width = config.chars().count().max(secrets.chars().count());
    text += &screen.line(
        2,
        width + 4,
        &format!("{config:<width$}  {}", words.about_config()),
    );
    let mut stored: Vec<Secret> = answers.secrets().into_iter().map(|(secret, _)| secret).collect();
    if answers.has_left_secrets && answers.credentials.is_none() {
        stored.extend(Secret::OF_WEBHOOK);
    }
    if !stored.is_empty() {
        text += &screen.line(
            2,
            width + 4,
            &format!("{secrets:<width$}  {}", words.about_secrets()),
        );
        let variables = secret_variables(&stored);
        if !variables.is_empty() {
            text += &screen.line(0, 2, &words.variables_preferred(&variables.join(", ")));
        }
    }
    if !answers.has_secrets() {
        let names = Secret::OF_WEBHOOK.map(Secret::name).join(", ");
        text += &screen.line(0, 2, &words.secrets_missing(&names, &secrets));
    }
    text
}

/// Warns that others can read the secrets, which get the rights of their folder on Windows.
fn warn_of_readers(files: &Files) {
    let folder = files.secrets.shown().to_string();
    let message = Message::new(|words| words.secrets_readable(&folder));
    tracing::warn!(
        event = "secret_readable",
        polish = message.polish(),
        "{message}: {}",
        permissions::ADVICE
    );
}

/// What a check of the new config found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Checked {
    /// Nobody wanted one, or it was stopped.
    Not,
    /// A run would make calls.
    Sendable,
    /// The export has to be mended first.
    Failed,
}

/// Checks the export as `check --config` does, if somebody wants that.
async fn check_if_wanted(
    files: &Files,
    console: &Console,
    stops: &mut mpsc::Receiver<EarlyEnd>,
) -> Result<Checked, Failure> {
    let own = console.clone();
    let is_wanted = move || match Asker::new(&own) {
        Some(asker) => asker.yes(&asker.words.ask_check(), true),
        None => Ok(false),
    };
    // Everything is written, so a stop here only leaves the check out.
    if !matches!(unless_stopped(stops, is_wanted).await, Ok(Ok(true))) {
        return Ok(Checked::Not);
    }
    let mut settings = check_of_file(&files.config).map_err(Failure::usage)?;
    // Its file is needed until the check is over.
    let _list = before_sending::unless_stopped(stops, before::read_for_check(&mut settings)).await?;
    let own = console.clone();
    match unless_stopped(stops, move || check::check_alone(&settings, &own)).await? {
        Ok(true) => Ok(Checked::Sendable),
        Ok(false) => Ok(Checked::Failed),
        Err(code) => Err(Failure {
            code,
            error: Message::new(|words| words.check_stopped()).into(),
        }),
    }
}

/// Lists the commands to type next. An export that cannot be sent as it is has to be mended and
/// checked again first.
fn next_steps(files: &Files, checked: Checked, console: &Console) -> String {
    let (words, screen) = (words(console.lang()), console.screen_of_output());
    let config = files.config.to_string_lossy();
    let config = quoted(&config);
    // A command that is pasted with a line end would run without its last flags.
    let command = |name: &str, flags: &str| format!("  respondent-sync {name} --config {config}{flags}\n");
    if checked == Checked::Failed {
        let mend = screen.line(0, 2, &words.next_mend());
        return format!("\n{mend}{}", command("check", ""));
    }
    let steps = [
        ("check", "", words.step_check()),
        ("run", " --limit 1", words.step_one_row()),
        ("run", "", words.step_all()),
    ];
    let done = usize::from(checked == Checked::Sendable);
    let lines = steps
        .iter()
        .skip(done)
        .map(|(name, flags, purpose)| command(name, flags) + &screen.line(6, 6, purpose));
    format!("\n{}\n{}", words.next_steps(), lines.collect::<String>())
}
