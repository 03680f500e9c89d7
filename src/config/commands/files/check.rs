//! `config check`: whether the jobs of a folder are ready for the night, each by itself (`job.rs`) and
//! beside the others (`clashes.rs`). Reads config files and the files of secrets; runs no command, asks no
//! server and writes nothing.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::clashes::note_clashes;
use super::job::{Job, tidy};
use crate::cli::JobsArgs;
use crate::model::{Lang, ShownPath as _};
use crate::record::resolved;
use crate::text::{Message, words};

/// The name of a job's config file in a folder of jobs.
const NAME: &str = "job.toml";

/// Maximum number of folders in each other. A deeper tree is none of jobs.
const MAX_DEPTH: usize = 16;

/// What a check of jobs has found.
#[derive(Debug)]
pub(crate) struct CheckedJobs {
    pub(crate) text: String,
    pub(crate) are_ready: bool,
}

/// Checks config files, and all that are called `job.toml` in folders.
///
/// # Errors
///
/// If there is no job, or a folder cannot be read.
pub(in crate::config) fn check(args: &JobsArgs, lang: Lang) -> Result<CheckedJobs> {
    let files = files(&args.paths)?;
    let mut jobs: Vec<Job> = files.into_iter().map(Job::look_at).collect();
    note_clashes(&mut jobs);
    let count = jobs.len() as u64;
    let wrong = jobs.iter().filter(|job| !job.mistakes.is_empty()).count() as u64;
    let (mut mistakes, mut notes) = (Vec::new(), Vec::new());
    for job in &jobs {
        let told = |message: &Message| job.placed(message).text(lang).to_owned();
        mistakes.extend(
            job.mistakes
                .iter()
                .map(|error| told(&Message::from_error_ref(error))),
        );
        notes.extend(job.notes.iter().map(told));
    }
    if wrong == 0 {
        let awaited = jobs.iter().flat_map(|job| &job.awaited).map(|path| tidy(path));
        notes.extend(awaited.map(|path| words(lang).awaited_table(&path)));
    }
    Ok(CheckedJobs {
        text: words(lang).checked_jobs((wrong, count), &mistakes, &notes),
        are_ready: wrong == 0,
    })
}

/// Returns the config files that are named, and those below the folders, sorted, each once.
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
    let mut seen = HashSet::new();
    files.retain(|file| seen.insert(resolved(file).unwrap_or_else(|| file.clone())));
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
