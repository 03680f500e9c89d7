//! Turns flags, environment and config file into the settings of one [`Command`], which are valid
//! by type, or into an error that lists all mistakes (exit 2). Reads the environment, the config
//! file, the files and commands of the secrets, and the CA file. Starts nothing and writes nothing.

mod commands;
mod file;
mod groups;
mod mistakes;
mod retried;
mod run_flags;
mod secrets;

use anyhow::Result;

use super::cli::{self, Cli, ConfigCommand, Origins};

pub(crate) use commands::check::{CheckFormat, CheckSettings};
pub(crate) use commands::doctor::{DoctorSettings, FoundSecret, ListToAsk};
pub(crate) use commands::files::check::CheckedJobs;
pub(crate) use commands::help::{HelpPage, ManualSettings};
pub(crate) use commands::init::{
    FormSettings, InitSettings, KeyPart, ListingSettings, check_of_file, is_valid_secret, platform_address,
    secret_variables,
};
pub(crate) use commands::kept::forget::ErasureSettings;
pub(crate) use commands::kept::history::HistorySettings;
pub(crate) use commands::list::over::{UndoSettings, VerifySettings};
pub(crate) use commands::list::pull::PullSettings;
pub(crate) use commands::report::{ReportOf, ReportSettings};
pub(crate) use commands::retry::RoundSettings;
pub(crate) use commands::run::{Asked, RunCommand, RunSettings};
pub(crate) use commands::sandbox::SandboxSettings;
pub(crate) use commands::state::{ForgetSettings, StateSettings};
pub(crate) use file::ConfigFile;
pub(crate) use groups::calls::{Destination, max_query_bytes, sandbox_credentials};
pub(crate) use groups::guards::GuardSettings;
pub(crate) use groups::list::ListSettings;
pub(crate) use groups::list::api::{AskSettings, sandbox_api_credentials};
pub(crate) use groups::log::log;
pub(crate) use groups::monitor::MonitorSettings;
pub(crate) use groups::outputs::{default_paths, input_of_printed_summary};
pub(crate) use groups::page::{PageSettings, PageStyle, UnsentSettings};
pub(crate) use groups::reading::{
    IdsSettings, LIST_ADDRESS, LIST_ID, ReadingSettings, SURVEY_COLUMN, SurveySettings,
};
pub(crate) use groups::state::DeltaSettings;
pub(crate) use retried::settings;
pub(crate) use secrets::kinds::Secret;
pub(crate) use secrets::samples::{is_sample_secret, is_sample_survey};
pub(crate) use secrets::source::SecretSource;

/// A command with all its settings.
#[derive(Debug)]
pub(crate) enum Command {
    Run(RunCommand),
    Check(Box<CheckSettings>),
    /// Prints this text.
    Print(String),
    /// Prints what was found about jobs.
    Jobs(CheckedJobs),
    State(StateSettings),
    Sandbox(SandboxSettings),
    Help(HelpPage),
    Manual(ManualSettings),
    Init(Box<InitSettings>),
    Doctor(Box<DoctorSettings>),
    Forget(Box<ErasureSettings>),
    History(Box<HistorySettings>),
    Report(Box<ReportSettings>),
    Pull(Box<PullSettings>),
    Verify(Box<VerifySettings>),
    Undo(Box<UndoSettings>),
}

/// Checks the command line and returns the command. Warnings are logged, so logging must have
/// started.
///
/// # Errors
///
/// All mistakes in the settings. Those of `run` are part of the command instead, because a monitor
/// may have to be notified.
pub(crate) fn command(cli: Cli, origins: &Origins, file: &ConfigFile) -> Result<Command> {
    Ok(match cli.command {
        cli::Command::Run(mut args) => {
            groups::reading::newest::choose_for_run(&mut args);
            Command::Run(commands::run::run(&args, origins, file))
        }
        cli::Command::Init(args) => Command::Init(Box::new(commands::init::init(*args)?)),
        cli::Command::Doctor(args) => Command::Doctor(Box::new(commands::doctor::doctor(&args))),
        cli::Command::Forget(args) => Command::Forget(Box::new(commands::kept::forget::forget(*args, file)?)),
        cli::Command::History(args) => {
            Command::History(Box::new(commands::kept::history::history(*args, file)?))
        }
        cli::Command::Report(args) => Command::Report(Box::new(commands::report::report(args)?)),
        cli::Command::Pull(args) => {
            Command::Pull(Box::new(commands::list::pull::pull(&args, origins, file)?))
        }
        cli::Command::Retry(args) => Command::Run(commands::retry::retry(*args, origins, file)),
        cli::Command::Verify(args) => {
            Command::Verify(Box::new(commands::list::over::verify(*args, origins, file)?))
        }
        cli::Command::Undo(args) => {
            Command::Undo(Box::new(commands::list::over::undo(*args, origins, file)?))
        }
        cli::Command::Check(mut args) => {
            groups::reading::newest::choose_for_check(&mut args, file);
            Command::Check(Box::new(commands::check::check(&args, origins, file)?))
        }
        cli::Command::Config(ConfigCommand::Show(_)) => {
            Command::Print(commands::files::show::show(file, variable)?)
        }
        cli::Command::Config(ConfigCommand::Check(args)) => Command::Jobs(commands::files::check::check(
            &args,
            groups::log::lang(args.lang),
        )?),
        cli::Command::State(command) => Command::State(commands::state::state(&command, origins)?),
        cli::Command::Completions(args) => Command::Print(cli::completions(&args)),
        cli::Command::Help(args) => {
            Command::Help(commands::help::help(&args.topic, groups::log::lang(args.lang))?)
        }
        cli::Command::Manual(args) => Command::Manual(commands::help::manual(args)),
        cli::Command::Sandbox(args) => Command::Sandbox(commands::sandbox::sandbox(args)?),
    })
}

/// Returns an environment variable. Invalid Unicode is replaced by a character that no setting
/// accepts, so such a value is refused and not ignored.
fn variable(name: &str) -> Option<String> {
    Some(std::env::var_os(name)?.to_string_lossy().into_owned())
}
