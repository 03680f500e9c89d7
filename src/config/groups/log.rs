//! How much is logged, in which form and in which language, and what the run is called there.

use anyhow::{Result, anyhow};

use crate::cli::{Cli, Command, ConfigCommand, LangArg, LogArgs, LogFormatArg, Origin, Origins};
use crate::config::variable;
use crate::model::{Identity, Lang, Tags, check_run_id, new_run_id};
use crate::report::{LogFormat, Verbosity};
use crate::system::locale;

/// How much is logged, in which form and in which language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogSettings {
    pub(crate) verbosity: Verbosity,
    pub(crate) format: LogFormat,
    /// The language for people.
    pub(crate) lang: Lang,
    pub(crate) identity: Identity,
}

/// The variable with the id that a scheduler has given to the run.
const RUN_ID: &str = "RESPONDENT_SYNC_RUN_ID";

/// Returns the log settings of a command. Commands without flags for the log write for people.
pub(crate) fn log(cli: &Cli, origins: &Origins) -> LogSettings {
    match &cli.command {
        Command::Run(args) | Command::Retry(args) | Command::Verify(args) | Command::Undo(args) => {
            // Tags that are given twice are reported with the other mistakes.
            let tags = Tags::new(&args.monitor.tag).unwrap_or_default();
            settings(&args.log, tags, origins)
        }
        Command::Check(args) => settings(&args.log, Tags::default(), origins),
        Command::Pull(args) => settings(&args.log, Tags::default(), origins),
        Command::Init(args) => for_people(args.lang),
        Command::Doctor(args) => for_people(args.lang),
        Command::Config(ConfigCommand::Check(args)) => for_people(args.lang),
        Command::Forget(args) => for_people(args.lang),
        Command::History(args) => for_people(args.lang),
        Command::Report(args) => for_people(args.lang),
        Command::Config(_)
        | Command::State(_)
        | Command::Sandbox(_)
        | Command::Help(_)
        | Command::Completions(_)
        | Command::Manual(_) => for_people(None),
    }
}

fn for_people(given: Option<LangArg>) -> LogSettings {
    LogSettings {
        verbosity: Verbosity::Normal,
        format: LogFormat::Text,
        lang: lang(given),
        identity: identity(Tags::default()),
    }
}

/// Returns what a run is called. An id that is not valid is reported with the other mistakes.
fn identity(tags: Tags) -> Identity {
    Identity {
        run_id: run_id().unwrap_or_else(|_| new_run_id()),
        tags,
    }
}

/// Returns the id that a scheduler has given to the run, or a new one.
///
/// # Errors
///
/// If the given one is not valid.
pub(in crate::config) fn run_id() -> Result<String> {
    let given = variable(RUN_ID).filter(|given| !given.is_empty());
    let Some(given) = given else {
        return Ok(new_run_id());
    };
    check_run_id(&given).map_err(|why| anyhow!("`{RUN_ID}` {why}"))?;
    Ok(given)
}

/// Combines flags and environment. A flag takes precedence over a variable; if both come from the
/// same place, quiet wins.
fn settings(args: &LogArgs, tags: Tags, origins: &Origins) -> LogSettings {
    let outdone = origins.quiet == Origin::Environment && origins.verbose == Origin::Flag;
    let verbosity = match (args.quiet && !outdone, args.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, 0) => Verbosity::Normal,
        (_, 1) => Verbosity::Verbose,
        _ => Verbosity::VeryVerbose,
    };
    let format = match args.log_format {
        LogFormatArg::Text => LogFormat::Text,
        LogFormatArg::Json => LogFormat::Json,
    };
    LogSettings {
        verbosity,
        format,
        lang: lang(args.lang),
        identity: identity(tags),
    }
}

/// Returns the language that is given, or the system's.
pub(in crate::config) fn lang(given: Option<LangArg>) -> Lang {
    match given {
        Some(LangArg::En) => Lang::En,
        Some(LangArg::Pl) => Lang::Pl,
        None => locale::language(),
    }
}
