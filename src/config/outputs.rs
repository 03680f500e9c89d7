//! The names of the output files (design, section 2, `--output`). Pure.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail, ensure};

use crate::cli::OutputArgs;
use crate::read::Input;
use crate::record::{Output, OutputPaths};

/// `rehearsal` is the word in the names of a run that is none: `sandbox` or `trial`.
pub(crate) fn paths(args: &OutputArgs, input: &Input, rehearsal: Option<&str>) -> Result<OutputPaths> {
    for (flag, given) in [("--output", &args.output), ("--failed", &args.failed)] {
        ensure!(
            !is_dash(given.as_ref()),
            "`{flag} -` is no file: the results are written under a name"
        );
    }
    ensure!(
        args.output.is_none() || args.output_dir.is_none(),
        "`--output` names the folder of all outputs already: leave `--output-dir` out"
    );
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
    let output = |given: Option<&PathBuf>, kind: &str| match given.filter(|path| !is_dash(Some(path))) {
        Some(path) => Output {
            path: path.clone(),
            replaces: false,
        },
        None => Output {
            path: folder.join(format!("{stem}.{kind}")),
            replaces: rehearsal.is_some() && args.output.is_none(),
        },
    };
    Ok(OutputPaths {
        results: output(args.output.as_ref(), "results.csv"),
        failed: output(args.failed.as_ref(), "failed.csv"),
        summary: output(args.summary.as_ref(), "summary.json"),
    })
}

fn is_dash(path: Option<&PathBuf>) -> bool {
    path.is_some_and(|path| path.as_os_str() == "-")
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
