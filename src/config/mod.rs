//! What was meant: flags and environment made into settings that cannot be wrong, or an error that says which is and
//! why (exit 2). Reads the environment, the config file, the files and commands of the secrets, and the CA file.

mod access;
mod base_url;
mod calls;
mod deadline;
mod delta;
mod file;
mod guards;
mod mapping;
mod outputs;
mod permissions;
mod reading;
#[cfg(any(windows, test))]
mod sddl;
mod secret_source;
mod secrets;
mod show;

use crate::cli::{LogArgs, LogFormatArg, Origin, Origins};
use crate::report::{LogFormat, Verbosity};

pub(crate) use calls::{CallSettings, ca_pem, calls, sandbox_credentials};
pub(crate) use deadline::deadline;
pub(crate) use delta::{DeltaMode, DeltaSettings, delta, state};
pub(crate) use file::{ConfigFile, file};
pub(crate) use guards::{GuardSettings, guards};
pub(crate) use outputs::{existing, paths as output_paths, style};
pub(crate) use reading::{IdsSettings, ReadingSettings, SURVEY_COLUMN, reading};
pub(crate) use secrets::{account, credentials};
pub(crate) use show::show;

/// A variable of the environment. What of it is no text is not passed over, but replaced by what nobody takes for right.
pub(crate) fn variable(name: &str) -> Option<String> {
    Some(std::env::var_os(name)?.to_string_lossy().into_owned())
}

/// A flag wins over the environment; of two that contradict each other, quiet.
pub(crate) fn verbosity(args: &LogArgs, origins: &Origins) -> (Verbosity, LogFormat) {
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
    (verbosity, format)
}
