//! What was meant: flags, environment and config file made into the settings of one [`Command`], which cannot be wrong,
//! or into an error that lists all that is (exit 2). Reads the environment, the config file, the files and commands of
//! the secrets, and the CA file; starts nothing and writes nothing.

mod base_url;
mod calls;
mod check;
mod delta;
mod file;
mod guards;
mod log;
mod mapping;
mod mistakes;
mod monitor;
mod outputs;
mod permissions;
mod plain_text;
mod reading;
mod run;
mod sandbox;
#[cfg(any(windows, test))]
mod sddl;
mod secret_source;
mod secrets;
mod show;
mod state;
pub(crate) mod trust;

use anyhow::Result;

use super::cli::{self, Cli, ConfigCommand, Origins};

pub(crate) use calls::{Destination, max_query_bytes, sandbox_credentials};
pub(crate) use check::{CheckFormat, CheckSettings};
pub(crate) use delta::DeltaSettings;
pub(crate) use file::{ConfigFile, file};
pub(crate) use guards::GuardSettings;
pub(crate) use log::log;
pub(crate) use monitor::MonitorSettings;
pub(crate) use outputs::{OutputSettings, input_of_printed_summary};
pub(crate) use reading::{IdsSettings, ReadingSettings, SURVEY_COLUMN, SurveySettings};
pub(crate) use run::{Asked, RunCommand, RunSettings};
pub(crate) use sandbox::SandboxSettings;
pub(crate) use state::{ForgetSettings, StateSettings};

/// What the program is to do, with all that it needs to know.
#[derive(Debug)]
pub(crate) enum Command {
    Run(RunCommand),
    Check(Box<CheckSettings>),
    /// Prints this.
    ShowConfig(String),
    State(StateSettings),
    Sandbox(SandboxSettings),
}

/// What was typed as what was meant. Warnings are logged, so the log has to have started.
///
/// # Errors
///
/// All that is wrong with the settings. Those of `run` come with the command, since a monitor may have to hear of it.
pub(crate) fn command(cli: Cli, origins: &Origins, file: &ConfigFile) -> Result<Command> {
    Ok(match cli.command {
        cli::Command::Run(args) => Command::Run(run::run(&args, origins, file)),
        cli::Command::Check(args) => Command::Check(Box::new(check::check(&args, origins)?)),
        cli::Command::Config(ConfigCommand::Show(_)) => Command::ShowConfig(show::show(file, variable)?),
        cli::Command::State(command) => Command::State(state::state(&command, origins)?),
        cli::Command::Sandbox(args) => Command::Sandbox(sandbox::sandbox(args)),
    })
}

/// A variable of the environment. What of it is not Unicode is replaced by a sign that no setting has, so that it is
/// refused and not passed over.
fn variable(name: &str) -> Option<String> {
    Some(std::env::var_os(name)?.to_string_lossy().into_owned())
}
