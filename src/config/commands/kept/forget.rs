//! Checks the settings of `forget`: whom to forget, and which files runs with these settings write.

use std::path::PathBuf;

use anyhow::Result;

use super::{asked, input, outputs_of};
use crate::cli::ForgetArgs;
use crate::config::file::ConfigFile;
use crate::config::groups::outputs::KINDS_OF_RUN;
use crate::config::groups::state;
use crate::record::OutputPaths;

/// Whom to forget, and where.
#[derive(Clone, Debug)]
pub(crate) struct ErasureSettings {
    /// The outputs of whole runs, of trials and of rehearsals.
    pub(crate) outputs: Vec<OutputPaths>,
    /// The input, if it is named.
    pub(crate) input: Option<PathBuf>,
    /// The config file that was typed.
    pub(crate) config: Option<PathBuf>,
    /// The table of respondents that a run reads from the platform, if it is named (`--ids`).
    pub(crate) table: Option<PathBuf>,
    /// The store's file; `None` if a run has none.
    pub(crate) state: Option<PathBuf>,
    /// Ids, digits only.
    pub(crate) respondents: Vec<String>,
    /// The column with the id, for a failed file whose run is unknown.
    pub(crate) id_column: String,
    pub(crate) dry_run: bool,
    /// Whether to ask for confirmation on a terminal.
    pub(crate) asks: bool,
}

/// Checks all flags of `forget`.
pub(in crate::config) fn forget(args: ForgetArgs, file: &ConfigFile) -> Result<ErasureSettings> {
    let (respondents, flags) = asked(&args.respondent, (args.input.as_deref(), &args.kept), file)?;
    let outputs = outputs_of(&flags, &KINDS_OF_RUN)?;
    Ok(ErasureSettings {
        outputs,
        input: input(&flags),
        config: args.config.config,
        table: flags
            .args
            .list
            .is_read()
            .and_then(|_| flags.args.input.ids.clone()),
        state: state::state(&flags.args.delta.state).ok(),
        respondents,
        id_column: flags.args.input.id_column.clone(),
        dry_run: args.dry_run,
        asks: !args.yes,
    })
}
