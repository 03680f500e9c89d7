//! The command line and the environment as clap types, one group of flags per subject. Opens
//! nothing and decides nothing; [`crate::config`] says what the values mean.

mod args;
mod commands;
mod completions;
mod from_file;
mod groups;
mod man;
mod parse;
mod recorded;
mod shape;
mod usage_error;
mod values;

use clap::{Parser, Subcommand};

use crate::model::version;

pub(crate) use args::{CheckArgs, CheckFormatArg, RunArgs};
pub(crate) use commands::forget::ForgetArgs;
pub(crate) use commands::help::{HelpArgs, ManualArgs, ManualFormatArg};
pub(crate) use commands::history::{HistoryArgs, HistoryFormatArg};
pub(crate) use commands::init::{InitArgs, InitFormArgs};
pub(crate) use commands::pull::PullArgs;
pub(crate) use completions::{CompletionsArgs, completions};
pub(crate) use from_file::{FileSetting, FileValue};
pub(crate) use groups::calls::{AddressArgs, AttemptArgs, MethodArg, PaceArgs, PlatformArgs};
pub(crate) use groups::config::{ConfigCommand, DoctorArgs, JobsArgs};
pub(crate) use groups::guards::{GuardArgs, PastGuardArgs};
pub(crate) use groups::input::{
    BlankIdArg, Chosen, EmptyArg, InputArgs, NoMatchArg, OnDuplicateArg, SelectionArgs,
};
pub(crate) use groups::kept::KeptArgs;
pub(crate) use groups::list::{ApiArgs, FreshnessArg, ListArgs, OnConflictArg};
pub(crate) use groups::monitor::MonitorArgs;
pub(crate) use groups::output::{ExistingArgs, LangArg, LogArgs, LogFormatArg, OutputArgs};
pub(crate) use groups::report::{ExpectArg, PageArgs, PagePrivacyArgs, ReportArgs, ReportFormatArg};
pub(crate) use groups::sandbox::SandboxArgs;
pub(crate) use groups::state::{DeltaArgs, StateArg, StateCommand, StateForgetArgs};
pub(crate) use man::man_pages;
pub(crate) use parse::{
    ConfigChoice, Effective, FileSettings, Meant, Origin, Origins, config_choice, effective, parse,
    parse_without_file, parse_words, run_meant,
};
pub(crate) use recorded::CONFIG as CONFIG_KEY;
pub(crate) use shape::{help_of, overview};
pub(crate) use values::{Times, Until};

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "respondent-sync", version = version::full(), about, long_about = None, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The command to run.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Set up a config: ask for what a run needs, and write it with the secrets as files
    Init(Box<InitArgs>),
    /// Send the file: one call per row, a verdict for each
    Run(Box<RunArgs>),
    /// Send the rows again that failed, with the settings of their run
    Retry(Box<RunArgs>),
    /// Read the mailing list again, and say whether it shows what a run has sent (REST API)
    Verify(Box<RunArgs>),
    /// Put back the labels that a run has changed, as far as they still are what it sent (REST API)
    Undo(Box<RunArgs>),
    /// Read the survey's respondents, with their ids and labels, into a table for `--ids` (REST API)
    Pull(Box<PullArgs>),
    /// Make the page about a run that is over, or an overview of many runs
    Report(ReportArgs),
    /// Print what became of the rows night by night, or of one respondent
    History(Box<HistoryArgs>),
    /// Examine the file and send nothing: what was found, what is wrong, how long it will take
    Check(Box<CheckArgs>),
    /// Look at what a run needs on this machine: settings, secrets, folders, network, clock
    Doctor(DoctorArgs),
    /// Serve a small copy of the platform on this machine, with faults on request
    Sandbox(SandboxArgs),
    /// Show the settings and where each comes from
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Show or forget what was sent (`--changed-only`)
    #[command(subcommand)]
    State(StateCommand),
    /// Remove everything about a respondent from the files of all runs: a person asked to be erased
    Forget(Box<ForgetArgs>),
    /// Explain a command or a topic of the manual
    Help(HelpArgs),
    /// Write the manual into a folder, as man pages or web pages
    Manual(ManualArgs),
    /// Print a script that completes commands and flags in a shell
    Completions(CompletionsArgs),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        shape::command().debug_assert();
    }

    /// Returns a flag's row in the manual: names, value, default, help.
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
    fn the_manual_prints_the_same_table_of_flags() {
        let manual = include_str!("../manual/en/flags.md");
        let mut command = shape::command();
        command.build();
        let mut rows: Vec<String> = Vec::new();
        let shared = flags(&command, "run");
        for name in [
            "run", "check", "pull", "sandbox", "init", "report", "history", "forget",
        ] {
            let of_its_own = flags(&command, name).into_iter();
            rows.extend(of_its_own.filter(|row| name == "run" || !shared.contains(row)));
        }
        let found: Vec<&str> = manual.lines().filter(|line| line.starts_with("| `--")).collect();
        assert_eq!(
            found,
            rows,
            "flags.md and the help differ; the table is\n{}",
            rows.join("\n")
        );
    }

    /// Returns the rows of a command's flags.
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
        let command = shape::command();
        let run = flags(&command, "run");
        let check = flags(&command, "check");
        let of_its_own: Vec<_> = check.iter().filter(|flag| !run.contains(flag)).collect();
        let names = ["| `--format`", "| `--preview`"];
        assert_eq!(of_its_own.len(), names.len(), "{of_its_own:?}");
        assert!(
            of_its_own
                .iter()
                .zip(names)
                .all(|(row, name)| row.starts_with(name))
        );
    }
}
