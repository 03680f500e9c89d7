//! What was typed: the command line and the environment, as clap types, one group of flags per subject. Opens nothing
//! and decides nothing; what it all means is settled in [`crate::config`].

mod args;

use clap::parser::ValueSource;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

pub(crate) use args::{
    BlankIdArg, CheckArgs, EmptyArg, InputArgs, LogArgs, LogFormatArg, MethodArg, OutputArgs, PaceArgs,
    PlatformArgs, RunArgs, SandboxArgs, SelectionArgs,
};

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "respondent-sync", version, about, long_about = None, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What is to be done.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Send the file: one call per row, a verdict for every row
    Run(Box<RunArgs>),
    /// Everything but the sending: what was found, what is wrong, how long it will take
    Check(Box<CheckArgs>),
    /// The platform in small, on loopback, with faults on request
    Sandbox(SandboxArgs),
}

/// Where a value came from, for the line that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Flag,
    Environment,
    Default,
}

/// Where the values came from that the start line names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origins {
    pub(crate) survey: Origin,
    pub(crate) map: Origin,
    pub(crate) keep: Origin,
    pub(crate) rate: Origin,
    pub(crate) quiet: Origin,
    pub(crate) verbose: Origin,
}

/// Parses the process's arguments. Help, version and faults of usage are clap's own to print and to exit with.
pub(crate) fn parse() -> (Cli, Origins) {
    let mut matches = Cli::command().get_matches();
    let sub = matches
        .subcommand()
        .map(|(_, sub)| sub.clone())
        .unwrap_or_default();
    let origin = |id: &str| match sub.try_contains_id(id).ok().and_then(|_| sub.value_source(id)) {
        Some(ValueSource::CommandLine) => Origin::Flag,
        Some(ValueSource::EnvVariable) => Origin::Environment,
        _ => Origin::Default,
    };
    let origins = Origins {
        survey: origin("survey"),
        map: origin("map"),
        keep: origin("keep"),
        rate: origin("rate"),
        quiet: origin("quiet"),
        verbose: origin("verbose"),
    };
    let cli = Cli::from_arg_matches_mut(&mut matches).unwrap_or_else(|error| error.exit());
    (cli, origins)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_readme_names_each_flag_and_no_other() {
        let readme = include_str!("../../README.md");
        for command in Cli::command().get_subcommands() {
            for flag in command.get_arguments().filter_map(clap::Arg::get_long) {
                if !["help", "version"].contains(&flag) {
                    assert!(
                        readme.contains(&format!("`--{flag}")),
                        "README.md lacks `--{flag}`"
                    );
                }
            }
        }
    }
}
