//! The names of the output files (design, section 2, `--output`). Pure.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::cli::OutputArgs;
use crate::read::Input;
use crate::record::OutputPaths;

/// `rehearsal` is the word in the names of a run that is none: `sandbox` or `trial`.
pub(crate) fn paths(args: &OutputArgs, input: &Input, rehearsal: Option<&str>) -> Result<OutputPaths> {
    let (folder, stem) = match (&args.output, input) {
        (Some(output), _) => (
            output.parent().unwrap_or(Path::new("")).to_owned(),
            stem_of_output(output),
        ),
        (None, Input::Stdin) => {
            bail!("standard input has no name to derive the outputs' from: give `--output FILE`")
        }
        (None, Input::File(path)) => {
            let stem = path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let stem = rehearsal.map_or(stem.clone(), |word| format!("{stem}.{word}"));
            let beside = path.parent().unwrap_or(Path::new("")).to_owned();
            (args.output_dir.clone().unwrap_or(beside), stem)
        }
    };
    let named = |given: &Option<PathBuf>, kind: &str| {
        given
            .clone()
            .filter(|path| path.as_os_str() != "-")
            .unwrap_or_else(|| folder.join(format!("{stem}.{kind}")))
    };
    Ok(OutputPaths {
        results: named(&args.output, "results.csv"),
        failed: named(&args.failed, "failed.csv"),
        summary: named(&args.summary, "summary.json"),
        replaceable: rehearsal.is_some() && args.output.is_none() && args.failed.is_none(),
    })
}

/// The output's name without `.results.csv` or `.csv`.
fn stem_of_output(output: &Path) -> String {
    let name = output.file_name().unwrap_or_default().to_string_lossy();
    let stem = name
        .strip_suffix(".results.csv")
        .or_else(|| name.strip_suffix(".csv"))
        .unwrap_or(&name);
    stem.to_owned()
}
