//! Checks the settings of `history`: which runs, and of which respondents.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use anyhow::Result;

use super::{asked, input, outputs_of};
use crate::cli::{HistoryArgs, HistoryFormatArg};
use crate::config::file::ConfigFile;
use crate::config::groups::state;
use crate::record::{OutputPaths, TRIAL};

/// Which runs, and of whom.
#[derive(Clone, Debug)]
pub(crate) struct HistorySettings {
    /// The outputs of whole runs, then those of trials.
    pub(crate) outputs: Vec<OutputPaths>,
    /// The input, if it is named.
    pub(crate) input: Option<PathBuf>,
    /// The config file that was typed.
    pub(crate) config: Option<PathBuf>,
    /// The store's file; `None` if a run has none.
    pub(crate) state: Option<PathBuf>,
    /// Ids as they were typed, digits only.
    pub(crate) respondents: Vec<String>,
    /// Number of the newest nights to print; `None` for all.
    pub(crate) last: Option<usize>,
    /// Whether to print JSON.
    pub(crate) is_json: bool,
}

/// Checks all flags of `history`.
pub(in crate::config) fn history(args: HistoryArgs, file: &ConfigFile) -> Result<HistorySettings> {
    let (respondents, flags) = asked(&args.respondent, (args.input.as_deref(), &args.kept), file)?;
    Ok(HistorySettings {
        outputs: outputs_of(&flags, &[None, Some(TRIAL)])?,
        input: input(&flags),
        config: args.config.config,
        state: state::state(&flags.args.delta.state).ok(),
        respondents,
        last: args.last.map(NonZeroUsize::get),
        is_json: args.format == HistoryFormatArg::Json,
    })
}
