//! What was typed: the command line and the environment, as clap types, one group of flags per subject. Opens nothing
//! and decides nothing; what it all means is settled in [`crate::config`].

mod args;
mod calls;
mod config;
mod from_file;
mod guards;
mod input;
mod monitor;
mod output;
mod sandbox;
mod state;
mod values;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};

pub(crate) use args::{CheckArgs, CheckFormatArg, RunArgs};
pub(crate) use calls::{MethodArg, PaceArgs, PlatformArgs};
pub(crate) use config::ConfigCommand;
pub(crate) use from_file::{FileSetting, FileValue, KeyError};
pub(crate) use guards::GuardArgs;
pub(crate) use input::{BlankIdArg, EmptyArg, InputArgs, OnDuplicateArg, SelectionArgs};
pub(crate) use output::{ExistingArgs, LogArgs, LogFormatArg, OutputArgs};
pub(crate) use sandbox::SandboxArgs;
pub(crate) use state::{DeltaArgs, StateArg, StateCommand, StateForgetArgs, StateShowArgs};

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
    /// The settings, and where each of them comes from
    #[command(subcommand)]
    Config(ConfigCommand),
    /// What is remembered of what was sent (`--changed-only`)
    #[command(subcommand)]
    State(StateCommand),
}

/// Where a value came from, for the line that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Flag,
    Environment,
    File,
    Default,
}

impl Origin {
    /// In words; `flag` is the flag's name with its dashes.
    pub(crate) fn named(self, flag: &str) -> String {
        match self {
            Self::Flag => format!("`{flag}`"),
            Self::Environment => {
                let name = flag.trim_start_matches('-').replace('-', "_");
                format!("RESPONDENT_SYNC_{}", name.to_uppercase())
            }
            Self::File => "the config file".to_owned(),
            Self::Default => "the default".to_owned(),
        }
    }
}

/// Where the values came from that are told, or that depend on it.
#[derive(Clone, Debug)]
pub(crate) struct Origins {
    pub(crate) survey: Origin,
    pub(crate) id_column: Origin,
    pub(crate) map: Origin,
    pub(crate) set: Origin,
    pub(crate) keep: Origin,
    pub(crate) min_filled: Origin,
    pub(crate) rate: Origin,
    pub(crate) quiet: Origin,
    pub(crate) verbose: Origin,
    /// The survey that the config file names, whether it is the one that counts or not.
    pub(crate) survey_of_file: Option<String>,
}

/// The keys of a config file, checked, and the folder that its paths are relative to.
#[derive(Clone, Debug, Default)]
pub(crate) struct FileSettings(Vec<FileSetting>);

impl FileSettings {
    /// Checks the keys against the flags; `others` are keys that are none.
    pub(crate) fn new(folder: &Path, settings: &[FileSetting], others: &[&str]) -> Result<Self, KeyError> {
        from_file::checked(&run_command(), folder, settings, others).map(Self)
    }

    fn has(&self, key: &str) -> bool {
        self.0.iter().any(|setting| setting.key == key)
    }
}

/// What is to be done with the config file that is named, by whichever command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ConfigChoice {
    Named(PathBuf),
    /// The one in the user's config folder, if it is there.
    Usual,
    /// None at all.
    Nothing,
}

/// Which config file the process's arguments ask for. Where they are not sound, parsing them whole says so.
pub(crate) fn config_choice() -> ConfigChoice {
    const NONE: &str = "none";
    let lenient = |command: clap::Command| command.mut_arg("input", |arg| arg.required(false));
    let command = ["run", "check"]
        .into_iter()
        .fold(Cli::command(), |command, name| {
            command.mut_subcommand(name, lenient)
        });
    let Ok(matches) = command.try_get_matches() else {
        return ConfigChoice::Nothing;
    };
    let Some(sub) = innermost(&matches).filter(|sub| sub.try_contains_id("config").is_ok()) else {
        return ConfigChoice::Nothing;
    };
    match sub.get_one::<PathBuf>("config") {
        Some(path) if path.as_os_str() == NONE => ConfigChoice::Nothing,
        Some(path) => ConfigChoice::Named(path.clone()),
        None => ConfigChoice::Usual,
    }
}

/// Parses the process's arguments. Help, version and faults of usage are clap's own to print and to exit with.
pub(crate) fn parse(file: &FileSettings) -> (Cli, Origins) {
    let command = ["run", "check"]
        .into_iter()
        .fold(Cli::command(), |command, name| {
            command.mut_subcommand(name, |sub| from_file::with_defaults(sub, &file.0))
        })
        .mut_subcommand("state", |state| {
            let of_state = file.0.iter().filter(|setting| setting.key == "state");
            let of_state: Vec<FileSetting> = of_state.cloned().collect();
            ["show", "forget"].into_iter().fold(state, |state, name| {
                state.mut_subcommand(name, |sub| from_file::with_defaults(sub, &of_state))
            })
        });
    let mut matches = command.get_matches();
    let sub = innermost(&matches).cloned().unwrap_or_default();
    let origin = |id: &str| origin(&sub, file, id);
    let survey_of_file = file.0.iter().find(|setting| setting.key == "survey");
    let origins = Origins {
        survey: origin("survey"),
        id_column: origin("id_column"),
        map: origin("map"),
        set: origin("set"),
        keep: origin("keep"),
        min_filled: origin("min_filled"),
        rate: origin("rate"),
        quiet: origin("quiet"),
        verbose: origin("verbose"),
        survey_of_file: survey_of_file.map(|setting| setting.texts().join(",")),
    };
    let cli = Cli::from_arg_matches_mut(&mut matches).unwrap_or_else(|error| error.exit());
    (cli, origins)
}

/// A flag of `run` with what it comes to.
#[derive(Clone, Debug)]
pub(crate) struct Effective {
    pub(crate) key: String,
    pub(crate) values: Vec<String>,
    pub(crate) is_switch: bool,
    pub(crate) origin: Origin,
}

/// What every flag of `run` comes to without any being given, in the order of the help. Fails where the environment
/// has a value that no flag takes.
pub(crate) fn effective(file: &FileSettings) -> Result<Vec<Effective>, String> {
    // Changing a flag puts it behind all others, so the order is taken before.
    let command = run_command();
    let flags: Vec<_> = command
        .get_arguments()
        .filter(|arg| !["config", "help", "version"].contains(&arg.get_id().as_str()))
        .map(|arg| (arg.get_id().to_string(), arg.get_action().takes_values()))
        .collect();
    let nothing: [OsString; 0] = [];
    let matches = from_file::with_defaults(command, &file.0)
        .mut_arg("input", |arg| arg.required(false))
        .no_binary_name(true)
        .try_get_matches_from(nothing)
        .map_err(|error| {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default();
            first.trim_start_matches("error: ").to_owned()
        })?;
    let effective = flags.into_iter().map(|(key, takes_value)| {
        let raw = matches.get_raw(&key).into_iter().flatten();
        Effective {
            values: raw.map(|value| value.to_string_lossy().into_owned()).collect(),
            is_switch: !takes_value,
            origin: origin(&matches, file, &key),
            key,
        }
    });
    Ok(effective.collect())
}

fn run_command() -> clap::Command {
    let mut command = Cli::command();
    // Groups of flags and the rest of what a command is are put together now.
    command.build();
    command.find_subcommand("run").cloned().unwrap_or_default()
}

/// The matches of the command itself, below those of the commands that only lead to it.
fn innermost(matches: &ArgMatches) -> Option<&ArgMatches> {
    let (_, mut innermost) = matches.subcommand()?;
    while let Some((_, below)) = innermost.subcommand() {
        innermost = below;
    }
    Some(innermost)
}

fn origin(matches: &ArgMatches, file: &FileSettings, id: &str) -> Origin {
    match matches
        .try_contains_id(id)
        .ok()
        .and_then(|_| matches.value_source(id))
    {
        Some(ValueSource::CommandLine) => Origin::Flag,
        Some(ValueSource::EnvVariable) => Origin::Environment,
        _ if file.has(id) => Origin::File,
        _ => Origin::Default,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    /// A flag's row in the README: names, value, default, help.
    fn row(flag: &clap::Arg) -> String {
        let code = |text: String| {
            if text.is_empty() {
                text
            } else {
                format!("`{text}`")
            }
        };
        let escaped = |text: String| text.replace('|', "\\|");
        let long = Some(code(format!("--{}", flag.get_long().unwrap())));
        let short = flag.get_short().map(|short| code(format!("-{short}")));
        let names: Vec<String> = long.into_iter().chain(short).collect();
        let takes_value = flag.get_action().takes_values();
        let values: Vec<String> = flag
            .get_possible_values()
            .iter()
            .map(|value| value.get_name().to_owned())
            .collect();
        let value = match values.as_slice() {
            _ if !takes_value => String::new(),
            [] => flag.get_value_names().unwrap()[0].to_string(),
            values => values.join("|"),
        };
        let optional = flag.get_num_args().is_some_and(|count| count.min_values() == 0) && takes_value;
        let names = if optional {
            format!("`{}[={value}]`", names.join(", ").trim_matches('`'))
        } else {
            [names.join(", "), code(value)].join(" ").trim_end().to_owned()
        };
        let defaults = if takes_value {
            flag.get_default_values()
        } else {
            &[]
        };
        let default = defaults
            .first()
            .map(|value| value.to_string_lossy().into_owned())
            .unwrap_or_default();
        format!(
            "| {} | {} | {} |",
            escaped(names),
            escaped(code(default)),
            escaped(flag.get_help().unwrap().to_string())
        )
    }

    #[test]
    fn the_readme_prints_the_same_table_of_flags() {
        let readme = include_str!("../../README.md");
        let mut command = Cli::command();
        command.build();
        let mut rows: Vec<String> = Vec::new();
        let shared = flags(&command, "run");
        for name in ["run", "check", "sandbox"] {
            let of_its_own = flags(&command, name).into_iter();
            rows.extend(of_its_own.filter(|row| name == "run" || !shared.contains(row)));
        }
        let found: Vec<&str> = readme.lines().filter(|line| line.starts_with("| `--")).collect();
        assert_eq!(
            found,
            rows,
            "README.md and the help differ; the table is\n{}",
            rows.join("\n")
        );
    }

    /// The rows of a command's flags.
    fn flags(command: &clap::Command, name: &str) -> Vec<String> {
        let flags = command.find_subcommand(name).unwrap().get_arguments();
        let is_ours = |long: &str| !["help", "version"].contains(&long);
        flags
            .filter(|flag| flag.get_long().is_some_and(is_ours))
            .map(row)
            .collect()
    }

    #[test]
    fn checks_flags_are_runs_flags() {
        let command = Cli::command();
        let run = flags(&command, "run");
        let check = flags(&command, "check");
        let of_its_own: Vec<_> = check.iter().filter(|flag| !run.contains(flag)).collect();
        assert_eq!(of_its_own.len(), 1, "{of_its_own:?}");
        assert!(of_its_own[0].starts_with("| `--format`"), "{of_its_own:?}");
    }
}
