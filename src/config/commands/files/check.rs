//! `config check`: whether the jobs of a folder are ready for the night, each by itself and beside the
//! others. Reads config files and the files of secrets; runs no command, asks no server and writes
//! nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Error, Result, anyhow};

use crate::cli::{ConfigChoice, JobsArgs, RunArgs};
use crate::config::commands::run::{mistakes_in_flags, rehearsal};
use crate::config::file::{self, ConfigFile};
use crate::config::groups::monitor::metrics_file;
use crate::config::groups::outputs;
use crate::config::groups::reading::newest;
use crate::config::run_flags::RunFlags;
use crate::config::secrets::kinds::{Secret, looked_at, seen};
use crate::config::variable;
use crate::model::{Lang, ShownPath as _};
use crate::record::{folder_of, resolved};
use crate::text::{Message, words};

/// The name of a job's config file in a folder of jobs.
const NAME: &str = "job.toml";

/// Maximum number of folders in each other. A deeper tree is none of jobs.
const MAX_DEPTH: usize = 16;

/// A job that was looked at.
struct Job {
    path: PathBuf,
    mistakes: Vec<Error>,
    /// Its input, if it is not there yet though its folder is.
    awaited: Option<PathBuf>,
    /// The files that it writes.
    writes: Vec<PathBuf>,
}

/// Checks config files, and all that are called `job.toml` in folders. Returns what to print.
///
/// # Errors
///
/// All that is wrong with all jobs, or that there is none.
pub(in crate::config) fn check(args: &JobsArgs, lang: Lang) -> Result<String> {
    let files = files(&args.paths)?;
    let mut jobs: Vec<Job> = files.into_iter().map(looked_at_job).collect();
    note_shared_files(&mut jobs);
    let count = jobs.len() as u64;
    let awaited: Vec<String> = jobs
        .iter()
        .filter_map(|job| Some(job.awaited.as_ref()?.shown().to_string()))
        .collect();
    let wrong = jobs.iter().filter(|job| !job.mistakes.is_empty()).count() as u64;
    if wrong == 0 {
        return Ok(words(lang).ready_jobs(count, &awaited));
    }
    let mistakes: Vec<Message> = jobs.into_iter().flat_map(told).collect();
    let text = Message::join(&mistakes, |words, mistakes| {
        words.wrong_jobs((wrong, count), mistakes)
    });
    Err(text.into())
}

/// Returns the config files that are named, and those below the folders, sorted.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        let before = files.len();
        if path.is_dir() {
            find(path, MAX_DEPTH, &mut files)?;
        } else {
            files.push(path.clone());
        }
        if files.len() == before {
            let shown = path.shown().to_string();
            return Err(Message::new(|words| words.no_job_below(&shown)).into());
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

/// Collects the jobs below a folder. Links are not followed: they may lead out of it or in a circle.
fn find(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<()> {
    let cannot_read = |error: std::io::Error| {
        let shown = folder.shown().to_string();
        Message::new(|words| words.cannot_read_folder(&shown)).caused_by(error)
    };
    for entry in fs::read_dir(folder).map_err(cannot_read)? {
        let entry = entry.map_err(cannot_read)?;
        let kind = entry.file_type().map_err(cannot_read)?;
        if kind.is_dir() && depth > 0 {
            find(&entry.path(), depth - 1, files)?;
        } else if !kind.is_dir() && entry.file_name() == NAME {
            files.push(entry.path());
        }
    }
    Ok(())
}

fn looked_at_job(path: PathBuf) -> Job {
    let mut mistakes = Vec::new();
    let read = file::file(ConfigChoice::Named(path.clone()));
    let flags = read.and_then(|file| Ok((RunFlags::new(&file, &[], None)?, file)));
    let (flags, file) = match flags {
        Ok(read) => read,
        Err(error) => {
            mistakes.push(error);
            return Job {
                path,
                mistakes,
                awaited: None,
                writes: Vec::new(),
            };
        }
    };
    mistakes.extend(secrets(&flags.args, &file));
    let mut awaited = None;
    let mut writes = Vec::new();
    match &flags.input {
        None => mistakes.push(Message::new(|words| words.job_without_input()).into()),
        Some(input) => {
            mistakes.extend(mistakes_in_flags(&flags.args, &flags.origins, &file).each());
            writes = written(&flags.args);
            let chosen = newest::quietly(&flags.args);
            match missing(chosen.as_ref().unwrap_or(input)) {
                Ok(missing) => awaited = missing,
                Err(error) => mistakes.push(error),
            }
        }
    }
    Job {
        path,
        mistakes,
        awaited,
        writes,
    }
}

/// Returns the files that a run with these flags writes, but for its state, which many may share.
fn written(args: &RunArgs) -> Vec<PathBuf> {
    let paths = outputs::paths(&args.output, &newest::job(&args.input), rehearsal(args));
    let paths = paths.map(|paths| {
        [
            Some(paths.results),
            Some(paths.failed),
            Some(paths.summary),
            paths.report,
        ]
    });
    let metrics = metrics_file(&args.monitor).ok().flatten();
    paths
        .unwrap_or_default()
        .into_iter()
        .flatten()
        .chain(metrics)
        .collect()
}

/// Returns what is wrong with the secrets. The command that prints one is not run.
fn secrets(args: &RunArgs, file: &ConfigFile) -> Vec<Error> {
    if args.platform.sandbox {
        return Vec::new();
    }
    let mut faults = seen(&file.secrets, variable).faults;
    if args.list.is_read().is_some() {
        for secret in Secret::OF_API {
            match looked_at(secret, &file.secrets, variable) {
                Ok(Some(_)) => {}
                Ok(None) => faults.push(anyhow!("no `{}`", secret.name())),
                Err(error) => faults.push(error),
            }
        }
    }
    let monitor = looked_at(Secret::HealthcheckUrl, &file.secrets, variable);
    faults.extend(monitor.err());
    faults
}

/// Returns the input if it is not there. An export may come later; its folder may not.
fn missing(input: &Path) -> Result<Option<PathBuf>> {
    if input.as_os_str() == "-" || input.exists() {
        return Ok(None);
    }
    let folder = folder_of(input);
    if folder.is_dir() {
        return Ok(Some(input.to_owned()));
    }
    let shown = folder.shown().to_string();
    Err(Message::new(|words| words.no_folder_of_input(&shown)).into())
}

/// Notes which other job writes a file of a job: one would replace what the other needs.
fn note_shared_files(jobs: &mut [Job]) {
    let mut writers: BTreeMap<PathBuf, Vec<(usize, PathBuf)>> = BTreeMap::new();
    for (at, job) in jobs.iter().enumerate() {
        for path in &job.writes {
            let same = writers
                .entry(resolved(path).unwrap_or_else(|| path.clone()))
                .or_default();
            if !same.iter().any(|(other, _)| *other == at) {
                same.push((at, path.clone()));
            }
        }
    }
    // One file says it; the others of the same jobs would only repeat it.
    let mut shared: BTreeMap<(usize, usize), PathBuf> = BTreeMap::new();
    for writers in writers.values() {
        for (at, path) in writers {
            if let Some((other, _)) = writers.iter().find(|(other, _)| other != at) {
                shared.entry((*at, *other)).or_insert_with(|| path.clone());
            }
        }
    }
    for ((at, other), path) in shared {
        let other = jobs.get(other).map(|job| job.path.shown().to_string());
        let (path, other) = (path.shown().to_string(), other.unwrap_or_default());
        if let Some(job) = jobs.get_mut(at) {
            job.mistakes
                .push(Message::new(|words| words.file_of_two_jobs(&path, &other)).into());
        }
    }
}

/// Returns what is wrong with a job, each with its path, as a compiler names the place of a fault.
fn told(job: Job) -> Vec<Message> {
    let path = job.path.shown().to_string();
    let told = |error| {
        Message::from_error(error).map(|_, error| match error.strip_prefix(&path) {
            // An error in the file's text has its place already.
            Some(rest) if rest.starts_with(':') => error.to_owned(),
            _ => format!("{path}: {error}"),
        })
    };
    job.mistakes.into_iter().map(told).collect()
}
