//! How much is logged, in which form and in which language.

use crate::cli::{Cli, Command, LangArg, LogArgs, LogFormatArg, Origin, Origins};
use crate::model::Lang;
use crate::report::{LogFormat, Verbosity};
use crate::system::locale;

/// How much is logged, in which form and in which language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LogSettings {
    pub(crate) verbosity: Verbosity,
    pub(crate) format: LogFormat,
    /// The language for people.
    pub(crate) lang: Lang,
}

/// Returns the log settings of a command. Commands without flags for the log write for people.
pub(crate) fn log(cli: &Cli, origins: &Origins) -> LogSettings {
    match &cli.command {
        Command::Run(args) | Command::Retry(args) | Command::Verify(args) | Command::Undo(args) => {
            settings(&args.log, origins)
        }
        Command::Check(args) => settings(&args.log, origins),
        Command::Pull(args) => settings(&args.log, origins),
        Command::Init(args) => for_people(args.lang),
        Command::Doctor(args) => for_people(args.lang),
        Command::Forget(args) => for_people(args.lang),
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
    }
}

/// Combines flags and environment. A flag takes precedence over a variable; if both come from the
/// same place, quiet wins.
fn settings(args: &LogArgs, origins: &Origins) -> LogSettings {
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
