//! The names of the output files (`--output`), and how they are written. Pure.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, bail, ensure};

use super::page::{self, PageSettings};
use crate::cli::{Cli, Command, ExistingArgs, LangArg, OutputArgs};
use crate::config::mistakes::Mistakes;
use crate::model::{CountOrPercent, DeltaMode, ShownPath};
use crate::read::Input;
use crate::record::{
    Existing, FAILED, KeptSets, OutputError, OutputPaths, RESULTS, SANDBOX, SUMMARY, SameInput, Style, TRIAL,
};
use crate::report::Expect;

/// The words in the names of the outputs of every kind of run; whole runs have none.
pub(in crate::config) const KINDS_OF_RUN: [Option<&str>; 3] = [None, Some(TRIAL), Some(SANDBOX)];

/// What a run writes, and what it prints while it runs.
#[derive(Clone, Debug)]
pub(crate) struct OutputSettings {
    pub(crate) paths: OutputPaths,
    pub(crate) existing: Existing,
    /// The program that results and failed file are meant for.
    pub(crate) style: Style,
    /// Maximum wait for another run's locks.
    pub(crate) wait_lock: Duration,
    pub(crate) accept_failures: CountOrPercent,
    pub(crate) shows_progress: bool,
    /// The page about the run; `None` if none is asked for.
    pub(crate) page: Option<PageSettings>,
    pub(crate) expect: Option<Expect>,
    /// Whether to ask for confirmation on a terminal before many rows are sent.
    pub(crate) asks: bool,
}

/// Returns the input, as typed, of a run that prints its end as a JSON object (`--summary -`).
pub(crate) fn input_of_printed_summary(cli: &Cli) -> Option<String> {
    match &cli.command {
        Command::Run(args) | Command::Retry(args) if prints_summary(&args.output) => {
            Some(args.input.input.shown().to_string())
        }
        _ => None,
    }
}

/// Whether the summary is also printed.
pub(in crate::config) fn prints_summary(args: &OutputArgs) -> bool {
    is_dash(args.summary.as_ref())
}

/// Checks what a run of this input writes. `None` if a mistake was noted.
pub(in crate::config) fn outputs(
    args: &OutputArgs,
    input: &Input,
    (rehearsal, mode): (Option<&str>, DeltaMode),
    lang: Option<LangArg>,
    mistakes: &mut Mistakes,
) -> Option<OutputSettings> {
    let paths = mistakes.keep(paths(args, input, rehearsal));
    let of_page = paths.as_ref().and_then(|paths| paths.report.clone());
    let page = mistakes.keep(page::page(&args.page, of_page, lang)).flatten();
    let existing = mistakes.note(existing(&args.existing, mode));
    if existing.resume && *input == Input::Stdin {
        mistakes.note::<()>(Err(OutputError::ResumedStream.into()));
    }
    Some(OutputSettings {
        paths: paths?,
        existing,
        style: if args.results.excel {
            Style::Excel
        } else {
            Style::Plain
        },
        wait_lock: args.wait_lock,
        accept_failures: args.accept.accept_failures,
        shows_progress: !args.no_progress,
        page,
        expect: page::expect(&args.page),
        asks: !args.ask.yes && !args.ask.unattended && existing.rotate.is_none(),
    })
}

/// Returns the paths of the outputs. `rehearsal` is the word in the names of a rehearsal: `sandbox`
/// or `trial`.
pub(in crate::config) fn paths(
    args: &OutputArgs,
    input: &Input,
    rehearsal: Option<&str>,
) -> Result<OutputPaths> {
    for (flag, given) in [
        ("--output", &args.output),
        ("--failed", &args.failed),
        ("--report", &args.page.report),
    ] {
        ensure!(!is_dash(given.as_ref()), "`{flag} -` is no file: give it a name");
    }
    let is_html = |path: &&PathBuf| {
        path.extension().is_some_and(|extension| {
            ["html", "htm"]
                .iter()
                .any(|html| extension.eq_ignore_ascii_case(html))
        })
    };
    ensure!(
        args.page.report.as_ref().is_none_or(|page| is_html(&page)),
        "`--report` writes an HTML page: give it a name that ends with `.html`"
    );
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
        (None, Input::File(path) | Input::Unclear(path, _)) => {
            let stem = stem_of_input(path);
            // A pattern such as `*.csv` leaves no name.
            ensure!(
                !stem.is_empty() && !stem.starts_with('.') || path.exists(),
                "`{}` leaves no name for the outputs: give `--output FILE`",
                path.shown()
            );
            let stem = rehearsal.map_or(stem.clone(), |word| format!("{stem}.{word}"));
            let beside = path.parent().unwrap_or(Path::new("")).to_owned();
            (args.output_dir.clone().unwrap_or(beside), stem)
        }
    };
    let named = |given: Option<&PathBuf>| given.filter(|path| !is_dash(Some(path))).cloned();
    let given = [&args.output, &args.failed, &args.summary].map(|given| named(given.as_ref()));
    let is_named = given.iter().any(Option::is_some);
    let [results, failed, summary] = given;
    // A trial beside results of its own must not take the files of the whole run.
    let own = |given: Option<PathBuf>| match rehearsal.filter(|_| args.output.is_none()) {
        Some(word) => given.map(|path| with_word(&path, word)),
        None => given,
    };
    let (failed, summary) = (own(failed), own(summary));
    let report = match rehearsal {
        Some(word) => args.page.report.as_deref().map(|path| with_word(path, word)),
        None => args.page.report.clone(),
    };
    let rehearsal = rehearsal.is_some() && !is_named;
    let default = |kind: &str| folder.join(format!("{stem}{kind}"));
    Ok(OutputPaths {
        results: results.unwrap_or_else(|| default(RESULTS)),
        failed: failed.unwrap_or_else(|| default(FAILED)),
        summary: summary.unwrap_or_else(|| default(SUMMARY)),
        report,
        rehearsal,
    })
}

/// Returns the paths of the outputs of a run without flags about them.
pub(crate) fn default_paths(input: &Path) -> OutputPaths {
    let named = |kind: &str| input.with_file_name(format!("{}{kind}", stem_of_input(input)));
    OutputPaths {
        results: named(RESULTS),
        failed: named(FAILED),
        summary: named(SUMMARY),
        report: None,
        rehearsal: false,
    }
}

/// Checks the flags about existing outputs.
fn existing(args: &ExistingArgs, mode: DeltaMode) -> Result<Existing> {
    ensure!(
        args.rotate.is_none() || args.resume,
        "`--rotate` renames what `--resume` cannot resume: give both"
    );
    ensure!(
        args.rotate_max_age.is_none() || args.rotate.is_some(),
        "`--rotate-max-age` says which sets `--rotate` deletes: give both"
    );
    Ok(Existing {
        resume: args.resume,
        rotate: args.rotate.map(|sets| KeptSets {
            sets,
            max_age: args.rotate_max_age,
        }),
        overwrite: args.overwrite,
        same: match mode {
            DeltaMode::Follow | DeltaMode::ChangedOnly => SameInput::IsDone,
            DeltaMode::Refresh => SameInput::Again,
        },
    })
}

fn is_dash(path: Option<&PathBuf>) -> bool {
    path.is_some_and(|path| path.as_os_str() == "-")
}

/// Puts a word before the extension of a name.
fn with_word(path: &Path, word: &str) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(".");
    name.push(word);
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

/// Returns the input's name without its extension and without that of a compressed file.
fn stem_of_input(input: &Path) -> String {
    let packed = input.extension().is_some_and(|extension| {
        ["gz", "zst"]
            .iter()
            .any(|packed| extension.eq_ignore_ascii_case(packed))
    });
    let unpacked = if packed {
        input.file_stem().map(Path::new)
    } else {
        None
    };
    let stem = unpacked.unwrap_or(input).file_stem();
    stem.unwrap_or_default().to_string_lossy().into_owned()
}

/// Returns the output's name without `.results.csv` or `.csv`.
fn stem_of_output(output: &Path) -> String {
    let name = output.file_name().unwrap_or_default().to_string_lossy();
    let stem = name
        .strip_suffix(RESULTS)
        .or_else(|| name.strip_suffix(".csv"))
        .unwrap_or(&name);
    stem.to_owned()
}
