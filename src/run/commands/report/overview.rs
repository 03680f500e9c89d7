//! Collects the summaries of many runs, by job, for the overview. A file that is no summary is named
//! and left out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use url::Url;

use super::{stored, unwritten};
use crate::config::PageStyle;
use crate::model::{Course, ShownPath as _};
use crate::page::{Job, JobRun, Overview};
use crate::record::{self, SUMMARY, SetFile};
use crate::report::StoredRun;
use crate::run::Failure;
use crate::text::Message;

/// Maximum depth of folders below the one that is named.
const MAX_DEPTH: usize = 12;

/// A summary with its place.
struct Found {
    run: StoredRun,
    path: PathBuf,
    set: SetFile,
}

/// Writes the overview of these summaries and of those in these folders.
pub(super) fn write(files: &[PathBuf], page: &Path, style: &PageStyle) -> Result<(), Failure> {
    let mut paths = Vec::new();
    let mut unreadable = Vec::new();
    for file in files {
        if file.is_dir() {
            collect(file, 0, &mut paths, &mut unreadable);
        } else {
            paths.push(file.clone());
        }
    }
    paths.sort();
    paths.dedup();
    let mut jobs: BTreeMap<PathBuf, Vec<Found>> = BTreeMap::new();
    for path in paths {
        match stored(&path) {
            Ok(run) if run.rehearsal || run.facts.is_trial => {}
            Ok(mut run) => {
                // Many thousand of them would need much memory.
                run.facts.course = Course::default();
                let set = record::set_file(&path);
                jobs.entry(set.family.clone())
                    .or_default()
                    .push(Found { run, path, set });
            }
            Err(error) => unreadable.push(Message::from_error(error).text(style.lang).to_owned()),
        }
    }
    if jobs.is_empty() && unreadable.is_empty() {
        return Err(Failure::usage(Message::new(|words| words.no_summaries())));
    }
    let base = files
        .first()
        .filter(|_| files.len() == 1)
        .filter(|file| file.is_dir());
    let place = place_of(page);
    let jobs = jobs.into_iter().filter_map(|(family, found)| {
        let runs = runs(found, place.as_ref());
        (!runs.is_empty()).then(|| Job {
            name: name(&family, base.map(PathBuf::as_path)),
            runs,
        })
    });
    let overview = Overview {
        jobs: jobs.collect(),
        unreadable,
        made_at: Timestamp::now(),
        group: style.group.as_ref().map(|group| group.name().to_owned()),
    };
    let html = overview
        .render(style.lang)
        .map_err(|error| unwritten(error.into()))?;
    record::write_page(page, &html, style.group.as_ref()).map_err(Failure::output)
}

/// Lists the summaries below a folder. Links to folders are not followed.
fn collect(folder: &Path, depth: usize, paths: &mut Vec<PathBuf>, unreadable: &mut Vec<String>) {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            unreadable.push(format!("{}: {error}", folder.shown()));
            return;
        }
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && depth < MAX_DEPTH {
            collect(&path, depth + 1, paths, unreadable);
        } else if !is_folder && path.to_string_lossy().ends_with(SUMMARY) {
            paths.push(path);
        }
    }
}

/// Returns the runs of a job, oldest first, each with the last round of its retries.
fn runs(found: Vec<Found>, place: Option<&Url>) -> Vec<JobRun> {
    let (rounds, runs): (Vec<Found>, Vec<Found>) = found
        .into_iter()
        .partition(|found| found.set.round.is_some() || found.run.retry_of.is_some());
    let mut runs: Vec<JobRun> = runs
        .into_iter()
        .filter_map(|found| {
            let started_at = found.run.started_at?;
            let page = record::page_beside(&found.path, found.run.report.as_deref());
            Some(JobRun {
                started_at,
                round: None,
                page: page.and_then(|page| address(&page, place?)),
                run: found.run,
            })
        })
        .collect();
    runs.sort_by_key(|run| run.started_at);
    for found in rounds {
        let of = found.run.retry_of;
        let Some(run) = runs.iter_mut().find(|run| Some(run.started_at) == of) else {
            continue;
        };
        let is_later = |round: &StoredRun| round.finished_at < found.run.finished_at;
        if found.run.finished && run.round.as_ref().is_none_or(is_later) {
            run.round = Some(found.run);
        }
    }
    runs
}

/// Returns the name of a job: its path without `.summary.json`, from the folder that was named.
fn name(family: &Path, base: Option<&Path>) -> String {
    let below = base
        .and_then(|base| family.strip_prefix(base).ok())
        .unwrap_or(family);
    let name = below.shown().to_string();
    name.strip_suffix(SUMMARY).unwrap_or(&name).to_owned()
}

/// Returns the address of a file that exists or will.
fn place_of(page: &Path) -> Option<Url> {
    let page = std::path::absolute(page).ok()?;
    let folder = page.parent()?.canonicalize().ok()?;
    Url::from_file_path(folder.join(page.file_name()?)).ok()
}

/// Returns the address of a page, relative to the overview.
fn address(page: &Path, place: &Url) -> Option<String> {
    let page = Url::from_file_path(page.canonicalize().ok()?).ok()?;
    // Without the dot, a folder called `javascript:` would be a scheme.
    place.make_relative(&page).map(|address| format!("./{address}"))
}
