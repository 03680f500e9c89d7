//! Wiring: opens the files, makes the channels, starts and joins the stages. The one place that knows them all; what
//! each of them does is theirs.

mod announce;
mod check;
mod dry_run;
mod examination;
mod fingerprint;
mod finished;
mod form;
mod guards;
mod id_table;
mod lock;
mod monitored;
mod next_command;
mod opened;
mod pipeline;
mod reader;
mod rehearsal;
mod send_file;
mod serve;
mod state;
mod window;

use anyhow::Error;

use crate::cli::{Cli, Command, ConfigCommand, Origins};
use crate::config::{self, ConfigFile};
use crate::read::InputError;
use crate::record::OutputError;
use crate::report::{Console, ExitCode, LogFormat, Verbosity};

/// Why a command did not come to its end: for a person, with the exit code that says it to a scheduler.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: ExitCode,
    pub(crate) error: Error,
}

impl Failure {
    /// Usage or configuration.
    pub(crate) fn usage(error: impl Into<Error>) -> Self {
        Self {
            code: ExitCode::Usage,
            error: error.into(),
        }
    }

    /// The input, with its name in front.
    pub(crate) fn input(error: InputError, input: &impl std::fmt::Display) -> Self {
        let code = if error.is_no_rows() {
            ExitCode::NoRows
        } else {
            ExitCode::Input
        };
        Self {
            code,
            error: Error::new(error).context(input.to_string()),
        }
    }

    /// An output: in the way or in no place to be written, or no longer to be written.
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

    /// Something that cannot happen did.
    pub(crate) fn bug(what: &str) -> Self {
        Self {
            code: ExitCode::Bug,
            error: anyhow::anyhow!("{what}: this is a bug, please report it"),
        }
    }
}

/// Runs a command to its end.
pub(crate) async fn run(cli: Cli, origins: Origins, file: ConfigFile) -> Result<ExitCode, Failure> {
    let console = |log| {
        let (verbosity, format) = config::verbosity(log, &origins);
        Console::start(verbosity, format)
    };
    match cli.command {
        Command::Run(args) => {
            let console = console(&args.log);
            file.warn();
            let ended = Box::pin(monitored::run(&args, &origins, &file, &console)).await;
            if !matches!(ended, Ok(ExitCode::Success)) {
                console.release();
            }
            ended
        }
        Command::Check(args) => check::check(&args, &origins, &console(&args.log)),
        Command::Config(ConfigCommand::Show(_)) => {
            let log = Console::start(Verbosity::Normal, LogFormat::Text);
            let settings = config::show(&file, config::variable);
            log.print(&settings.map_err(Failure::usage)?);
            Ok(ExitCode::Success)
        }
        Command::State(command) => {
            let console = Console::start(Verbosity::Normal, LogFormat::Text);
            state::run(&command, &console).await
        }
        Command::Sandbox(args) => serve::serve(args).await,
    }
}

#[cfg(test)]
mod tests;
