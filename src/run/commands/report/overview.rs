//! Collects the summaries of many runs, by job, for the overview. A file that is no summary is named
//! and left out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use jiff::Timestamp;
use url::Url;

use super::unwritten;
use crate::config::PageStyle;
use crate::model::{Course, ShownPath as _};
use crate::page::{Job, JobRun, Overview, Unsent};
use crate::record::{self, NIGHTS, PageFile, RESULTS, SUMMARY, UnsentNight};
use crate::report::StoredRun;
use crate::run::{Failure, pages};
use crate::text::Message;

/// Maximum depth of folders below the one that is named.
const MAX_DEPTH: usize = 32;

/// What the journal of the newest run of a job is called, behind its name.
const JOURNAL: &str = ".results.csv.journal";

/// A summary with its place.
struct Found {
    run: StoredRun,
    path: PathBuf,
}

/// What was found of a job.
#[derive(Default)]
struct FoundJob {
    runs: Vec<Found>,
    /// A run of it was interrupted and is not under way.
    is_unfinished: bool,
    unsent: Vec<UnsentNight>,
}

/// What was found in the folders.
#[derive(Default)]
struct Listed {
    summaries: Vec<PathBuf>,
    journals: Vec<PathBuf>,
    nights: Vec<PathBuf>,
    unreadable: Vec<String>,
}

/// Writes the overview of these summaries and of those in these folders.
pub(super) fn write(
    files: &[PathBuf],
    (page, file): (&Path, &PageFile),
    style: &PageStyle,
    replaces_any: bool,
) -> Result<(), Failure> {
    let mut listed = Listed::default();
    for file in files {
        if file.is_dir() {
            collect(file, 0, &mut listed);
        } else if !file.exists() {
            let path = file.shown().to_string();
            return Err(Failure::usage(Message::new(|words| words.nothing_here(&path))));
        } else {
            listed.summaries.push(file.clone());
        }
    }
    listed.summaries.sort();
    listed.summaries.dedup();
    let mut jobs: BTreeMap<PathBuf, FoundJob> = BTreeMap::new();
    for path in listed.summaries {
        match pages::stored_run(&path) {
            Ok(run) if run.rehearsal || run.facts.is_trial || run.facts.is_sandbox => {}
            Ok(mut run) => {
                // Many thousand of them would need much memory.
                run.facts.course = Course::default();
                let job = record::job_of(&path, run.retry_of.is_some());
                jobs.entry(job).or_default().runs.push(Found { run, path });
            }
            Err(error) => listed
                .unreadable
                .push(Message::from_error(error).text(style.lang).to_owned()),
        }
    }
    for journal in listed.journals {
        if let Some(summary) = unfinished(&journal) {
            jobs.entry(summary).or_default().is_unfinished = true;
        }
    }
    for nights in listed.nights {
        let name = nights.to_string_lossy().into_owned();
        let summary = name.strip_suffix(NIGHTS).map(|stem| format!("{stem}{SUMMARY}"));
        if let Some(summary) = summary {
            let job = record::job_of(Path::new(&summary), false);
            jobs.entry(job).or_default().unsent = record::unsent_nights(&nights);
        }
    }
    if jobs.is_empty() && listed.unreadable.is_empty() {
        return Err(Failure::usage(Message::new(|words| words.no_summaries())));
    }
    let base = files
        .first()
        .filter(|_| files.len() == 1)
        .filter(|file| file.is_dir());
    let place = place_of(page);
    let jobs = jobs.into_iter().map(|(family, found)| Job {
        name: name(&family, base.map(PathBuf::as_path)),
        is_unfinished: found.is_unfinished,
        unsent: found.unsent.into_iter().map(unsent).collect(),
        runs: runs(found.runs, place.as_ref()),
    });
    let overview = Overview {
        jobs: jobs
            .filter(|job| job.is_unfinished || !job.runs.is_empty() || !job.unsent.is_empty())
            .collect(),
        unreadable: listed.unreadable,
        made_at: Timestamp::now(),
        group: style.group.as_ref().map(|group| group.name().to_owned()),
    };
    let html = overview
        .render(style.lang)
        .map_err(|error| unwritten(error.into()))?;
    file.write(&html, style.group.as_ref(), replaces_any)
        .map_err(Failure::output)
}

fn unsent(night: UnsentNight) -> Unsent {
    Unsent {
        at: night.at,
        exit_code: night.exit_code,
        why: Message {
            english: night.why_en,
            polish: night.why_pl,
        },
    }
}

/// Lists the summaries and journals below a folder. Links to folders are not followed.
fn collect(folder: &Path, depth: usize, listed: &mut Listed) {
    let entries = match fs::read_dir(folder) {
        _ if depth > MAX_DEPTH => {
            listed.unreadable.push(format!("{}: too deep", folder.shown()));
            return;
        }
        Ok(entries) => entries,
        Err(error) => {
            listed.unreadable.push(format!("{}: {error}", folder.shown()));
            return;
        }
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            collect(&path, depth + 1, listed);
        } else if name.ends_with(SUMMARY) {
            listed.summaries.push(path);
        } else if name.ends_with(NIGHTS) {
            listed.nights.push(path);
        } else if name.ends_with(JOURNAL) {
            listed.journals.push(path);
        }
    }
}

/// Returns the summary of the job whose newest run has left this journal; `None` if it is under way, was
/// set aside, or is a rehearsal or a round.
fn unfinished(journal: &Path) -> Option<PathBuf> {
    let results = journal.with_extension("");
    let stem = results.file_name()?.to_str()?.strip_suffix(RESULTS)?;
    let is_other = stem.contains(".retry-")
        || [".sandbox", ".trial"].iter().any(|kind| stem.ends_with(kind))
        || record::is_set_aside(&results);
    let is_left = !is_other && !record::is_under_way(&results);
    is_left.then(|| results.with_file_name(format!("{stem}{SUMMARY}")))
}

/// Returns the runs of a job, oldest first, each with the rounds of its retries.
fn runs(found: Vec<Found>, place: Option<&Url>) -> Vec<JobRun> {
    let (rounds, runs): (Vec<Found>, Vec<Found>) =
        found.into_iter().partition(|found| found.run.retry_of.is_some());
    let mut runs: Vec<JobRun> = runs
        .into_iter()
        .filter_map(|found| {
            let started_at = found.run.started_at?;
            let page = record::page_beside(&found.path, pages::named_page(&found.run));
            Some(JobRun {
                started_at,
                rounds: Vec::new(),
                page: page.and_then(|page| address(&page, place?)),
                run: found.run,
            })
        })
        .collect();
    runs.sort_by_key(|run| run.started_at);
    for found in rounds.into_iter().filter(|found| found.run.finished) {
        let of = found.run.retry_of;
        if let Some(run) = runs.iter_mut().find(|run| Some(run.started_at) == of) {
            run.rounds.push(found.run);
        }
    }
    for run in &mut runs {
        run.rounds.sort_by_key(|round| round.finished_at);
    }
    runs
}

/// Returns the name of a job: its path without `.summary.json`, from the folder that was named.
fn name(family: &Path, base: Option<&Path>) -> String {
    let below = base
        .and_then(|base| family.strip_prefix(base).ok())
        .unwrap_or(family);
    let name = below.shown().to_string();
    let name = name.strip_suffix(SUMMARY).unwrap_or(&name);
    // The same on every system.
    name.replace(MAIN_SEPARATOR, "/")
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
