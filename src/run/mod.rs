//! Wires the stages together: opens the files, creates the channels, starts and joins the stages.
//! The only module that knows all stages; each stage documents its own work.

mod commands;
mod correction;
mod finish;
mod list;
mod next_command;
mod pages;
mod pipeline;
mod prepare;
mod results;

use anyhow::Error;
use tokio::time::Instant;

use super::config::Command;
use super::read::InputError;
use super::record::OutputError;
use super::report::{Console, Ending, ExitCode, unsent_to_json};
use super::text::Message;

/// The reason why a command did not complete: an error for people, an exit code for schedulers.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: ExitCode,
    pub(crate) error: Error,
}

impl Failure {
    /// Creates a failure of usage or configuration.
    pub(crate) fn usage(error: impl Into<Error>) -> Self {
        Self {
            code: ExitCode::Usage,
            error: error.into(),
        }
    }

    /// Creates a failure of the input. The input's name comes first.
    pub(crate) fn input(error: InputError, input: &impl std::fmt::Display) -> Self {
        let name = input.to_string();
        Self::input_called(error, &Message::new(|_| name.clone()))
    }

    /// Creates a failure of the input, whose name is not the same in every language.
    pub(crate) fn input_called(error: InputError, name: &Message) -> Self {
        let code = if error.is_no_rows() {
            ExitCode::NoRows
        } else {
            ExitCode::Input
        };
        Self {
            code,
            error: name.caused_by(error),
        }
    }

    /// Creates a failure of an output. It is a usage failure if a file is in the way or its place
    /// cannot be written, and an output failure if the disk fails.
    pub(crate) fn output(error: OutputError) -> Self {
        let code = if error.is_of_the_disk() {
            ExitCode::Output
        } else {
            ExitCode::Usage
        };
        Self {
            code,
            error: error.into(),
        }
    }

    /// Returns the failure in the form for machines.
    pub(super) fn ending(&self) -> Ending {
        Ending::new(self.code, &format!("{:#}", self.error))
    }

    /// Creates a failure for a state that cannot occur.
    pub(crate) fn bug(what: &str) -> Self {
        Self {
            code: ExitCode::Bug,
            error: anyhow::anyhow!("{what}: this is a bug, please report it"),
        }
    }
}

pub(crate) use correction::{Correction, corrected};

/// Prints the JSON object of a run that promised one and has not reported its end.
pub(crate) fn print_end(console: &Console, end: &Result<ExitCode, Failure>, page: Option<&str>) {
    let ending = match end {
        Ok(code) => Ending::new(*code, ""),
        Err(failure) => failure.ending(),
    };
    let name = match end {
        Err(failure) if failure.code == ExitCode::Bug => "bug",
        Err(failure) if failure.code == ExitCode::Deadline => "deadline",
        Err(failure) if matches!(failure.code, ExitCode::Interrupted | ExitCode::Terminated) => "interrupted",
        _ => "not_started",
    };
    console.keep_promise(|input| unsent_to_json(console.identity(), (input, page), name, &ending));
}

/// Runs a command to its end. `begun` is the time when the program started.
pub(crate) async fn run(command: Command, begun: Instant, console: &Console) -> Result<ExitCode, Failure> {
    match command {
        Command::Run(command) => Box::pin(commands::monitored::run(command, begun, console)).await,
        Command::Init(settings) => Box::pin(commands::init::run(*settings, begun, console)).await,
        Command::Doctor(settings) => commands::doctor::run(*settings, console).await,
        Command::Forget(settings) => commands::kept::forget::run(*settings, console).await,
        Command::History(settings) => commands::kept::history::run(&settings, console),
        Command::Pull(settings) => commands::list::pull::run(*settings, begun, console).await,
        Command::Verify(settings) => Box::pin(commands::list::verify::run(*settings, begun, console)).await,
        Command::Undo(settings) => Box::pin(commands::list::undo::run(*settings, begun, console)).await,
        Command::Report(settings) => commands::report::run(*settings, console),
        Command::Check(settings) => commands::check::run(settings, begun, console).await,
        Command::Print(text) => {
            console.print(&text);
            Ok(ExitCode::Success)
        }
        Command::Jobs(checked) => {
            console.print(&checked.text);
            Ok(if checked.are_ready {
                ExitCode::Success
            } else {
                ExitCode::Usage
            })
        }
        Command::State(settings) => commands::state::run(settings, console).await,
        Command::Help(page) => {
            commands::help::show(&page, console);
            Ok(ExitCode::Success)
        }
        Command::Manual(settings) => commands::manual::write(settings, console),
        Command::Sandbox(settings) => commands::sandbox::serve(settings, console).await,
    }
}

#[cfg(test)]
mod tests;
