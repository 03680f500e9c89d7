//! Finds the run whose failed rows `retry` sends again, and takes its settings from its summary.
//! `config/commands/retry.rs` chooses the round.

use std::path::{Path, PathBuf};

use anyhow::{Error, Result, anyhow, bail};

use super::file::{self, ConfigFile};
use super::groups::outputs;
use super::groups::reading::newest::named_after;
use super::mistakes::Mistakes;
use crate::cli::{CONFIG_KEY, ConfigChoice, Meant, RunArgs, run_meant};
use crate::model::{SettingValue, ShownPath};
use crate::read::Input;
use crate::record::{FAILED, FinishedRun, NoRetry, OutputPaths, RESULTS, SUMMARY, UNDO, WORKBOOK};
use crate::system::trust;
use crate::text::Message;

/// A run whose failed rows are sent again.
#[derive(Debug)]
pub(crate) struct RetriedRun {
    pub(crate) run: FinishedRun,
}

/// Reads the chosen config file. For `retry`, the settings of the run come with it.
pub(crate) fn settings(choice: ConfigChoice) -> Result<ConfigFile> {
    let is_asked_for = choice != ConfigChoice::Usual;
    let file = file::file(choice)?;
    match run_meant(&file.settings) {
        Some(Meant::Failed(args)) => {
            let run = FinishedRun::find(&paths(&args)?).map_err(refused)?;
            of_run(file, is_asked_for, run, false)
        }
        // Without settings of the run, those of the flags and of the config file are all.
        Some(Meant::Whole(args)) => match FinishedRun::find(&paths(&args)?) {
            Ok(run) => of_run(file, is_asked_for, run, true),
            Err(_) => Ok(file),
        },
        None => Ok(file),
    }
}

fn of_run(file: ConfigFile, is_asked_for: bool, run: FinishedRun, is_whole: bool) -> Result<ConfigFile> {
    let from = run.newest().map_err(refused)?;
    check_trust(&run, &from.file)?;
    let recorded = match from.settings.get(CONFIG_KEY) {
        Some(SettingValue::One(path)) if !is_asked_for => Some(PathBuf::from(path)),
        _ => None,
    };
    let file = match recorded {
        Some(path) => file::file(ConfigChoice::Named(path))?,
        None => file,
    };
    let settings = if is_whole {
        file.settings.of_run(&from.settings)
    } else {
        file.settings.for_retry(&from.settings)
    };
    let mut mistakes = Mistakes::default();
    let settings = match settings {
        Ok(settings) => Some(settings),
        Err(errors) => {
            let path = from.file.shown();
            mistakes.extend(errors.iter().map(|error| anyhow!("`{path}`: {}", error.what)));
            None
        }
    };
    let settings = mistakes.settle(settings)?;
    Ok(ConfigFile {
        settings,
        retried: Some(RetriedRun { run }),
        ..file
    })
}

/// Returns the files that the run wrote. INPUT may also be one of these files.
pub(in crate::config) fn paths(args: &RunArgs) -> Result<OutputPaths> {
    let input = &named_after(&args.input);
    if input.as_os_str() == "-" && args.output.output.is_none() {
        bail!(Message::new(|words| words.retry_of_stream()));
    }
    let paths = outputs::paths(&args.output, &Input::File(input.clone()), None)?;
    if paths.summary.exists() || args.output.output.is_some() {
        return Ok(paths);
    }
    match outputs::paths(&args.output, &Input::File(of_output(input)), None)? {
        of_output if of_output.summary.exists() => Ok(of_output),
        _ => Ok(paths),
    }
}

/// Returns the name of an input whose output this is, or the path as it is.
pub(in crate::config) fn of_output(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let kind = [FAILED, RESULTS, SUMMARY, WORKBOOK, UNDO]
        .into_iter()
        .find(|kind| name.ends_with(kind));
    let stem = kind.and_then(|kind| name.strip_suffix(kind));
    let Some(stem) = stem.filter(|stem| !stem.is_empty()) else {
        return path.to_owned();
    };
    // A file of a round stands for its run.
    let run = stem
        .rsplit_once(".retry-")
        .filter(|(_, round)| round.bytes().all(|byte| byte.is_ascii_digit()));
    path.with_file_name(format!("{}.csv", run.map_or(stem, |(run, _)| run)))
}

/// Explains why there is nothing that could be sent again.
pub(in crate::config) fn refused(why: NoRetry) -> Error {
    let shown = |path: PathBuf| path.shown().to_string();
    match why {
        NoRetry::NoRun(path) => {
            let path = shown(path);
            Message::new(|words| words.retry_without_run(&path)).into()
        }
        NoRetry::Unfinished(path) => {
            let path = shown(path);
            Message::new(|words| words.retry_of_unfinished(&path)).into()
        }
        NoRetry::Rehearsal(path) => {
            let path = shown(path);
            Message::new(|words| words.retry_of_rehearsal(&path)).into()
        }
        NoRetry::NoSettings(path) => {
            let path = shown(path);
            Message::new(|words| words.retry_without_settings(&path)).into()
        }
        NoRetry::NoResults(path) => {
            let path = shown(path);
            Message::new(|words| words.retry_without_results(&path)).into()
        }
        NoRetry::NoFailedFile(path) => {
            let path = shown(path);
            Message::new(|words| words.retry_without_failed_file(&path)).into()
        }
        NoRetry::Output(error) => error.into(),
    }
}

impl RetriedRun {
    /// Returns the file that stands under the name of the run's input. `typed` is what the user wrote,
    /// which may be an output of the run.
    pub(in crate::config) fn export(&self, typed: &Path) -> Option<PathBuf> {
        let paths = &self.run.paths;
        let is_output = |path: &Path| {
            of_output(path) != path
                || [&paths.results, &paths.failed, &paths.summary].contains(&&path.to_owned())
        };
        let mut named = [typed, Path::new(self.run.input())].into_iter();
        let found = named.find(|path| !is_output(path) && path.is_file());
        found.map(Path::to_path_buf)
    }
}

/// Refuses summaries that others could have written: they decide where secrets and labels go, and to
/// whom. A folder of exports is often shared.
fn check_trust(run: &FinishedRun, settings: &Path) -> Result<()> {
    let mut deciding = run.summaries().map_err(refused)?;
    deciding.push(settings.to_path_buf());
    for summary in deciding {
        trust::check(&summary).map_err(|why| {
            let summary = summary.shown().to_string();
            why.context(Message::new(|words| words.retry_of_untrusted(&summary)))
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_run_stands_for_its_input() {
        for (path, expected) in [
            ("a/c.failed.csv", "a/c.csv"),
            ("a/c.failed.xlsx", "a/c.csv"),
            ("a/c.retry-2.failed.csv", "a/c.csv"),
            ("c.20261124T075743Z.summary.json", "c.20261124T075743Z.csv"),
            ("c.retry-x.results.csv", "c.retry-x.csv"),
            ("a/c.undo.csv", "a/c.csv"),
            ("c.csv", "c.csv"),
            (".failed.csv", ".failed.csv"),
        ] {
            assert_eq!(of_output(Path::new(path)), Path::new(expected));
        }
    }
}
