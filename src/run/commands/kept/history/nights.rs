//! Finds the nights of a job: the runs in the kept sets with their retry rounds, trials, undoings, runs
//! that did not finish, and nights without a call.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::kept_rows::{Asked, KeptRows};
use crate::model::{Message, ShownPath as _};
use crate::page::missed_nights;
use crate::record::{
    KeptFiles, KeptUndoing, OutputPaths, is_under_way, kept_files, kept_lists, nights_beside, unsent_nights,
};
use crate::report::{Night, NightEnd, NightKind, Said, StoredRun};
use crate::run::{Failure, pages};
use crate::text::Left;

/// Finds all nights. `outputs` are those of whole runs, then those of trials.
pub(super) fn all(outputs: &[OutputPaths], asked: &Asked) -> Result<Vec<Night>, Failure> {
    let mut nights = Vec::new();
    let mut next: Vec<(OutputPaths, NightKind)> = Vec::new();
    for (at, paths) in outputs.iter().enumerate() {
        if at == 0 {
            nights.extend(unsent(paths));
        }
        let kind = if at == 0 { NightKind::Run } else { NightKind::Trial };
        next.push((paths.clone(), kind));
    }
    while let Some((paths, kind)) = next.pop() {
        let kept = kept_files(&paths).map_err(Failure::output)?;
        nights.extend(kept.runs.iter().flat_map(|files| of_files(files, kind, asked)));
        let undoings = kept_lists(&paths).map_err(Failure::output)?.undoings;
        next.extend(
            undoings
                .into_iter()
                .map(|KeptUndoing { outputs, .. }| (outputs, NightKind::Undo)),
        );
    }
    Ok(nights)
}

/// Returns the nights without a call.
fn unsent(paths: &OutputPaths) -> impl Iterator<Item = Night> {
    let nights = unsent_nights(&nights_beside(&paths.summary));
    nights.into_iter().map(|night| Night {
        started_at: Some(night.at),
        end: NightEnd::Code(night.exit_code),
        why: Some(Message {
            english: night.why_en,
            polish: night.why_pl,
        }),
        ..Night::new(NightKind::Unsent)
    })
}

/// Returns the nights on which a run was expected and none started, since the oldest run that is kept.
pub(super) fn missed(nights: &[Night], now: Timestamp) -> Vec<Night> {
    let zone = TimeZone::system();
    let local = |time: Timestamp| time.to_zoned_datetime(zone.clone()).datetime();
    let mut runs = nights.iter().filter(|night| night.kind == NightKind::Run);
    let expect = runs.clone().filter_map(|night| night.run.as_ref()).next_back();
    let Some(expect) = expect.and_then(|run| run.facts.expect) else {
        return Vec::new();
    };
    let oldest = runs.find_map(|night| night.started_at);
    let starts = nights
        .iter()
        .filter(|night| matches!(night.kind, NightKind::Run | NightKind::Unsent));
    let starts = starts.filter(|night| night.started_at >= oldest);
    let starts: Vec<DateTime> = starts.filter_map(|night| night.started_at.map(local)).collect();
    let dates = missed_nights(&starts, expect, local(now)).into_iter();
    let dates = dates.filter(|date| !starts.iter().any(|start| start.date() == *date));
    dates
        .map(|date| Night {
            // Between the nights around it.
            started_at: zone.to_timestamp(date.at(12, 0, 0, 0)).ok(),
            ..Night::new(NightKind::Missed)
        })
        .collect()
}

/// Returns the runs that left these files: a finished one, an unfinished one, or both, as
/// `--overwrite` replaces a finished run only when the new one is whole.
fn of_files(files: &KeptFiles, kind: NightKind, asked: &Asked) -> Vec<Night> {
    let blank = || Night {
        started_at: files.stamp,
        is_resumable: files.is_resumable,
        ..Night::new(files.round.map_or(kind, NightKind::Retry))
    };
    let mut summary = files
        .summary
        .as_deref()
        .map(|path| pages::stored_run(path).map_err(Message::from_error));
    let journal = files
        .unfinished
        .iter()
        .find(|path| has_extension(path, "journal"));
    let mut nights = Vec::new();
    let mut is_one = true;
    if let Some(path) = journal {
        let mut unfinished = blank();
        let own = of_journal(&mut unfinished, files, (path, asked), &mut summary);
        if own {
            nights.push(unfinished);
        }
        // Results without a finished summary of another run are of the same run: it was killed while
        // files got their names.
        is_one = matches!(&summary, Some(Ok(run)) if run.finished);
    }
    if is_one && (summary.is_some() || files.results.is_some() || partial_results(files).is_some()) {
        let mut finished = blank();
        if of_results(&mut finished, files, asked, summary) {
            nights.push(finished);
        }
    }
    nights.retain(|night| !is_rehearsal(night));
    let no_files = files.no_files.iter().map(|path| {
        let path = path.shown().to_string();
        Message::new(|words| format!("{path}: {}", words.left(Left::NoFile)))
    });
    let no_files: Vec<Message> = no_files.collect();
    match nights.first_mut() {
        Some(night) => night.faults.extend(no_files),
        None if !no_files.is_empty() => nights.push(Night {
            faults: no_files,
            ..blank()
        }),
        None => {}
    }
    nights
}

/// Fills in an unfinished run by its journal. Takes the summary if it is that of this run. False if there
/// is nothing to say of it.
fn of_journal(
    night: &mut Night,
    files: &KeptFiles,
    (path, asked): (&Path, &Asked),
    summary: &mut Option<Result<StoredRun, Message>>,
) -> bool {
    night.results = Some(path.to_owned());
    let runs = is_under_way(&path.with_extension(""));
    night.end = if runs {
        NightEnd::UnderWay
    } else {
        NightEnd::Killed
    };
    let (run, read) = match KeptRows::of_journal(path, asked) {
        Ok(Some(read)) => read,
        // It was killed before its first call.
        Ok(None) => return runs,
        Err(error) => {
            night.faults.push(Message::from_error(error));
            return true;
        }
    };
    if files.is_round && run.retry_of.is_none() {
        return false;
    }
    let is_own = |stored: &StoredRun| {
        let started = stored.started_at.map(Timestamp::as_millisecond);
        !stored.finished && started == Some(run.started_at.as_millisecond())
    };
    let own = match summary.take() {
        Some(Ok(stored)) if is_own(&stored) => Some(stored),
        other => {
            *summary = other;
            let drafts = partials(files).filter_map(|path| pages::stored_run(path).ok());
            drafts.into_iter().find(is_own)
        }
    };
    night.started_at = Some(run.started_at);
    night.retry_of = run.retry_of;
    night.store = run.store;
    night.rows = read.rows;
    night.run = Some(match own.filter(|_| !runs && run.has_ended) {
        Some(stored) => {
            ended(night, &stored);
            stored
        }
        // What an earlier process said is out of date.
        None => StoredRun::of_results(read.counts).so_far(),
    });
    true
}

/// Fills in a run by its summary and its results. False if it is none of this job.
fn of_results(
    night: &mut Night,
    files: &KeptFiles,
    asked: &Asked,
    summary: Option<Result<StoredRun, Message>>,
) -> bool {
    let stored = match summary {
        Some(Ok(stored)) => Some(stored),
        Some(Err(fault)) => {
            night.faults.push(fault);
            None
        }
        None => None,
    };
    if let Some(stored) = &stored {
        // A file with the name of a round that somebody has sent by itself.
        if files.is_round && stored.retry_of.is_none() {
            return false;
        }
        night.started_at = stored.started_at.or(night.started_at);
        night.retry_of = stored.retry_of;
        night.store.clone_from(&stored.store);
        ended(night, stored);
    }
    let partial = partial_results(files).filter(|_| stored.as_ref().is_some_and(|run| !run.finished));
    let path = partial.as_ref().or(files.results.as_ref()).cloned();
    let path = path.or_else(|| partial_results(files));
    let is_partial = path != files.results;
    night.results.clone_from(&path);
    let mut counts = None;
    match &path {
        Some(path) if stored.is_none() || !asked.is_empty() => {
            match KeptRows::of_results(path, is_partial, asked) {
                Ok(read) => {
                    night.started_at = night.started_at.or(read.since);
                    night.rows = read.rows;
                    counts = Some(read.counts);
                }
                Err(error) => {
                    let path = path.shown().to_string();
                    let fault = Message::from_error(error).map(|words, why| words.no_results(&path, why));
                    night.faults.push(fault);
                }
            }
        }
        None if !asked.is_empty() => night
            .faults
            .push(Message::new(|words| words.history_no_results())),
        _ => {}
    }
    let counted = || {
        let run = StoredRun::of_results(counts?);
        Some(if is_partial { run.so_far() } else { run })
    };
    night.run = stored.or_else(counted);
    if night.end == NightEnd::Unknown && is_partial {
        night.end = NightEnd::Killed;
    }
    true
}

/// Takes over how a run ended.
fn ended(night: &mut Night, stored: &StoredRun) {
    night.end = NightEnd::Code(stored.exit_code);
    let early = stored.facts.early_end.as_ref().filter(|_| !stored.finished);
    night.why = early.map(Said::message);
    if stored.facts.is_trial && night.kind == NightKind::Run {
        night.kind = NightKind::Trial;
    }
}

/// Whether nothing went to the platform.
fn is_rehearsal(night: &Night) -> bool {
    night.run.as_ref().is_some_and(|run| run.facts.is_sandbox)
}

fn partials(files: &KeptFiles) -> impl Iterator<Item = &Path> {
    let partials = files
        .unfinished
        .iter()
        .filter(|path| has_extension(path, "partial"));
    partials.map(PathBuf::as_path)
}

/// Returns the partial results of a run without a journal.
fn partial_results(files: &KeptFiles) -> Option<PathBuf> {
    let nobody = Asked::new(&[]);
    let mut partials = partials(files).filter(|path| KeptRows::of_results(path, true, &nobody).is_ok());
    partials.next().map(Path::to_owned)
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}
