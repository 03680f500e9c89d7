//! Checks the settings of `forget`: whom to forget, and which files runs with these settings write.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Result;

use super::state::digits;
use crate::cli::ForgetArgs;
use crate::config::file::ConfigFile;
use crate::config::groups::{outputs, state};
use crate::config::mistakes::Mistakes;
use crate::config::run_flags::RunFlags;
use crate::read::Input;
use crate::record::{OutputPaths, TRIAL};
use crate::text::Message;

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
    let mut mistakes = Mistakes::default();
    let respondents = args
        .respondent
        .iter()
        .map(|id| mistakes.note(digits(id)))
        .collect();
    let flags = mistakes.keep(RunFlags::new(file, &typed(&args), args.input.as_deref()));
    let flags = mistakes.settle(flags)?;
    let input = flags.input.clone().filter(|input| input.as_os_str() != "-");
    let of_input = input.clone().map_or(Input::Stdin, Input::File);
    let output = &flags.args.output;
    if input.is_none() && output.output.is_none() {
        anyhow::bail!(Message::new(|words| words.forget_in_what()));
    }
    let mut outputs = Vec::new();
    for rehearsal in [None, Some(TRIAL), Some("sandbox")] {
        let mut paths = outputs::paths(output, &of_input, rehearsal)?;
        paths.rehearsal = rehearsal.is_some();
        if !outputs
            .iter()
            .any(|other: &OutputPaths| other.results == paths.results)
        {
            outputs.push(paths);
        }
    }
    Ok(ErasureSettings {
        outputs,
        input,
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

/// Returns what was typed as a run would have it.
fn typed(args: &ForgetArgs) -> Vec<OsString> {
    let mut words = Vec::new();
    for (flag, value) in [
        ("--output=", &args.output),
        ("--output-dir=", &args.output_dir),
        ("--failed=", &args.failed),
        ("--summary=", &args.summary),
        ("--state=", &args.state),
    ] {
        words.extend(value.iter().map(|value| {
            let mut word = OsString::from(flag);
            word.push(value);
            word
        }));
    }
    words
}
