//! What `check` was asked to look at.

use std::path::PathBuf;

use anyhow::Result;

use crate::cli::{CheckArgs, CheckFormatArg, Origins};
use crate::config::groups::guards::{GuardSettings, guards};
use crate::config::groups::reading::{ReadingSettings, reading};
use crate::config::mistakes::Mistakes;
use crate::model::{CountOrPercent, DeltaMode, Rate};
use crate::record::OutputPaths;
use crate::state::Account;

/// What a check looks at: that of `check`, or a run's that is to send nothing.
#[derive(Clone, Debug)]
pub(crate) struct CheckSettings {
    pub(crate) reading: ReadingSettings,
    /// The maximum length of a query in bytes; `None` where commands travel in a body.
    pub(crate) max_query_bytes: Option<usize>,
    pub(crate) rate: Rate,
    pub(crate) accept_failures: CountOrPercent,
    pub(crate) guards: GuardSettings,
    /// What earlier runs remember, if it counts.
    pub(crate) known: Option<KnownSettings>,
    /// Where earlier runs have left their files, if that counts.
    pub(crate) before: Option<BeforeSettings>,
    pub(crate) format: CheckFormat,
}

/// A store that is there.
#[derive(Clone, Debug)]
pub(crate) struct KnownSettings {
    pub(crate) path: PathBuf,
    pub(crate) account: Account,
    pub(crate) mode: DeltaMode,
}

/// The outputs of earlier runs.
#[derive(Clone, Debug)]
pub(crate) struct BeforeSettings {
    pub(crate) paths: OutputPaths,
    /// An unfinished run of the same input would be resumed.
    pub(crate) resumes: bool,
}

/// For whom findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CheckFormat {
    Text,
    Json,
}

/// Checks all that `check` was asked.
pub(in crate::config) fn check(args: &CheckArgs, origins: &Origins) -> Result<CheckSettings> {
    let mut mistakes = Mistakes::default();
    let reading = reading(&args.input, &args.selection, &[], None, origins, &mut mistakes);
    let settings = CheckSettings {
        max_query_bytes: None,
        rate: args.rate.rate,
        accept_failures: args.accept.accept_failures,
        guards: guards(&args.guards, None, &reading.input, origins, &mut mistakes),
        reading,
        known: None,
        before: None,
        format: match args.format {
            CheckFormatArg::Text => CheckFormat::Text,
            CheckFormatArg::Json => CheckFormat::Json,
        },
    };
    mistakes.settle(Some(settings))
}
