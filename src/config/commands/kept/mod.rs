//! The settings of commands about the files that runs have kept, and what they share: where those runs
//! wrote.

pub(in crate::config) mod forget;
pub(in crate::config) mod history;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::cli::KeptArgs;
use crate::config::commands::state::digits;
use crate::config::file::ConfigFile;
use crate::config::groups::outputs;
use crate::config::groups::reading::newest;
use crate::config::mistakes::Mistakes;
use crate::config::retried::of_output;
use crate::config::run_flags::RunFlags;
use crate::read::Input;
use crate::record::{OutputPaths, kept_files};
use crate::text::Message;

/// Returns the respondents that are asked for, digits only, and the flags that a run would have.
///
/// # Errors
///
/// All mistakes.
fn asked(
    respondents: &[String],
    (input, kept): (Option<&Path>, &KeptArgs),
    file: &ConfigFile,
) -> Result<(Vec<String>, RunFlags)> {
    let mut mistakes = Mistakes::default();
    let respondents = respondents.iter().map(|id| mistakes.note(digits(id))).collect();
    let flags = mistakes.keep(RunFlags::new(file, &typed(kept), input));
    let mut flags = mistakes.settle(flags)?;
    // What these commands read has the name that a pattern gives to it.
    flags.args.input.newest |= newest::is_pattern_by_mistake(&flags.args.input);
    Ok((respondents, flags))
}

/// Returns the flags with their values as a run would have them typed.
fn typed(kept: &KeptArgs) -> Vec<OsString> {
    let mut words = Vec::new();
    for (flag, value) in [
        ("--output", &kept.output),
        ("--output-dir", &kept.output_dir),
        ("--failed", &kept.failed),
        ("--summary", &kept.summary),
        ("--state", &kept.state),
    ] {
        words.extend(value.iter().map(|value| {
            let mut word = OsString::from(format!("{flag}="));
            word.push(value);
            word
        }));
    }
    words
}

/// Returns the input of the runs, unless that is standard input. A file that a run has written stands for
/// its input, unless it was an input itself.
fn input(flags: &RunFlags) -> Option<PathBuf> {
    flags.input.as_ref()?;
    let input = newest::named_after(&flags.args.input);
    let paths = outputs::paths(&flags.args.output, &Input::File(input.clone()), None);
    let has_runs = paths.is_ok_and(|paths| kept_files(&paths).is_ok_and(|kept| !kept.runs.is_empty()));
    let input = if has_runs { input } else { of_output(&input) };
    Some(input).filter(|input| input.as_os_str() != "-")
}

/// Returns the outputs of runs with these flags, and of their rehearsals. Each word is that in the
/// names of a rehearsal; `None` stands for whole runs.
fn outputs_of(flags: &RunFlags, rehearsals: &[Option<&str>]) -> Result<Vec<OutputPaths>> {
    let output = &flags.args.output;
    let input = input(flags);
    if input.is_none() && output.output.is_none() {
        bail!(Message::new(|words| words.forget_in_what()));
    }
    let of_input = input.map_or(Input::Stdin, Input::File);
    let mut found: Vec<OutputPaths> = Vec::new();
    for rehearsal in rehearsals {
        let mut paths = outputs::paths(output, &of_input, *rehearsal)?;
        paths.rehearsal = rehearsal.is_some();
        if !found.iter().any(|other| other.results == paths.results) {
            found.push(paths);
        }
    }
    Ok(found)
}
