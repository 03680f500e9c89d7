//! `forget`: removes a person from everything that runs with one name wrote. `forget/examine.rs` finds
//! what has to go; here it is asked about, done and reported.
//!
//! The files of runs are locked meanwhile. Each is replaced as a whole, so a kill leaves it old or new,
//! and a second start finishes the work.

mod examine;
mod found;
mod pages;
mod person;
mod state;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Error;

use crate::config::ErasureSettings;
use crate::model::ShownPath as _;
use crate::record::{Kept, KeptFiles, OutputError, OutputPaths, kept_files, remove_left_over};
use crate::report::{Answer, Console, ExitCode};
use crate::run::Failure;
use crate::run::next_command::quoted;
use crate::run::prepare::lock::Locks;
use crate::state::StoreError;
use crate::system::trust;
use crate::text::{Declined, Left, Message, words};
use examine::{ExaminedRun, examine};
use found::Found;
use person::Person;

/// How long the question waits for an answer. Silence means no.
const PATIENCE: Duration = Duration::from_mins(5);

/// Runs `forget`.
pub(in crate::run) async fn run(settings: ErasureSettings, console: &Console) -> Result<ExitCode, Failure> {
    let state = settings.state.clone().filter(|path| path.exists());
    if let Some(path) = &state {
        trust::check_with_folder(path).map_err(Failure::usage)?;
    }
    let results = lockable(&settings.outputs)?;
    let results = results.iter().map(PathBuf::as_path);
    // Released last, after the store is closed.
    let _locks = Locks::of_files(results, state.as_deref(), "`forget`").await?;
    let mut found = look(&settings, state)?;
    let files = found.changes();
    let screen = console.screen_of_output();
    if settings.dry_run || files == 0 {
        console.print_page(&found.page(settings.dry_run, console));
    }
    if !settings.dry_run {
        if files > 0 && settings.asks && Console::is_interactive() {
            console.show(&found.page(true, console));
            confirm(files, console)?;
        }
        carry_out(&mut found, &settings.respondents, console)?;
    }
    let words = words(screen.lang);
    let mut text = String::new();
    if !found.left.is_empty() {
        text += &screen.line(0, 0, &words.forget_left());
    }
    for (path, left) in &found.left {
        text += &screen.line(2, 4, &format!("{}: {}", path.shown(), words.left(*left)));
    }
    if found.store.is_none() {
        let looked_at = settings.state.as_ref().map(|path| path.shown().to_string());
        text += &screen.line(0, 0, &words.forget_no_state(looked_at.as_deref()));
    }
    text += &screen.line(0, 0, &words.forget_elsewhere());
    console.print_page(&text);
    Ok(if found.left.is_empty() {
        ExitCode::Success
    } else {
        ExitCode::RowsFailed
    })
}

/// Returns the results whose locks a run would take that writes or retries them.
fn lockable(outputs: &[OutputPaths]) -> Result<BTreeSet<PathBuf>, Failure> {
    let mut results = BTreeSet::new();
    for paths in outputs {
        let folder = paths.results.parent().unwrap_or(Path::new(""));
        if !folder.as_os_str().is_empty() && !folder.is_dir() {
            continue;
        }
        results.insert(paths.results.clone());
        let runs = kept_files(paths).map_err(Failure::output)?.runs.into_iter();
        results.extend(runs.filter(|run| !run.is_round).filter_map(|run| run.results));
    }
    Ok(results)
}

/// Examines all files. Refuses a run that is not finished: its journal would be needed whole.
fn look(settings: &ErasureSettings, state: Option<PathBuf>) -> Result<Found, Failure> {
    let person = Person::new(&settings.respondents);
    let (mut kept, mut seen) = (Kept::default(), BTreeSet::new());
    for paths in &settings.outputs {
        if let Some(path) = paths.names_no_unicode() {
            let path = path.shown().to_string();
            return Err(Failure::usage(Message::new(|words| {
                words.forget_no_unicode(&path)
            })));
        }
        let found = kept_files(paths).map_err(Failure::output)?;
        let mut unfinished = found
            .runs
            .iter()
            .filter(|run| run.is_resumable && !paths.rehearsal);
        if let Some((run, path)) = unfinished.find_map(|run| Some((run, run.unfinished.last()?))) {
            return Err(unfinished_run(run, path, settings));
        }
        kept.left_over.extend(found.left_over);
        // A name that was given is that of rehearsals, too.
        let runs = found.runs.into_iter();
        kept.runs.extend(runs.map(|run| without_seen(run, &mut seen)));
    }
    let mut left = Vec::new();
    let is_empty = kept.runs.is_empty();
    let results = settings.outputs.first().map(|paths| paths.results.clone());
    if let Some(results) = results.filter(|_| is_empty) {
        if state.is_none() {
            let results = results.shown().to_string();
            return Err(Failure::usage(Message::new(|words| {
                words.forget_found_no_run(&results)
            })));
        }
        left.push((results, Left::Missing));
    }
    let pages = pages::naming(kept.runs.iter(), &person);
    let examined = kept.runs.into_iter();
    let runs: Vec<ExaminedRun> = examined
        .map(|run| examine(run, &person, &settings.id_column))
        .collect();
    left.extend(runs.iter().flat_map(|run| run.left.iter().cloned()));
    left.extend(settings.state.iter().flat_map(|path| state::damaged_states(path)));
    let store = match state {
        Some(path) => match state::open(&path, &settings.respondents) {
            Ok((store, entries)) => Some((store, path, entries)),
            Err(StoreError::Damaged { .. }) => {
                left.push((path, Left::DamagedState));
                None
            }
            Err(error) => return Err(Failure::usage(error)),
        },
        None => None,
    };
    Ok(Found {
        runs,
        pages,
        left_over: kept.left_over,
        store,
        left,
    })
}

/// Returns the files of a run without those that were seen, and notes them.
fn without_seen(run: KeptFiles, seen: &mut BTreeSet<PathBuf>) -> KeptFiles {
    let mut is_new = |path: &PathBuf| seen.insert(path.clone());
    KeptFiles {
        results: run.results.filter(&mut is_new),
        failed: run.failed.filter(&mut is_new),
        workbook: run.workbook.filter(&mut is_new),
        ..run
    }
}

fn unfinished_run(run: &KeptFiles, path: &Path, settings: &ErasureSettings) -> Failure {
    let word = |path: &Path| quoted(&path.shown().to_string()).into_owned();
    let mut command = format!("respondent-sync {}", if run.is_round { "retry" } else { "run" });
    let of_set = run.is_of_set.then(|| set_of_round(path)).flatten();
    if let Some(input) = of_set.as_ref().or(settings.input.as_ref()) {
        command = format!("{command} {}", word(input));
    }
    if let Some(config) = &settings.config {
        command = format!("{command} --config {}", word(config));
    }
    if !run.is_round {
        command += " --resume";
    }
    let path = path.shown().to_string();
    Failure::usage(Message::new(|words| words.forget_unfinished(&path, &command)))
}

/// Returns the name by which `retry` finds the set of a round's file, that of its input:
/// `contacts.20261124T075743Z.csv`.
fn set_of_round(path: &Path) -> Option<PathBuf> {
    let (set, _) = path.file_name()?.to_str()?.rsplit_once(".retry-")?;
    Some(path.with_file_name(format!("{set}.csv")))
}

fn confirm(files: u64, console: &Console) -> Result<(), Failure> {
    let words = words(console.lang());
    let question = format!("{} [{}]", words.forget_question(files), words.yes_or_no(false));
    match console.ask(&question, PATIENCE) {
        Answer::Yes => Ok(()),
        Answer::No | Answer::Silence => Err(Failure::usage(Declined(Message::new(|words| {
            words.forget_not_confirmed()
        })))),
    }
}

/// Changes one file after the other, and reports each.
fn carry_out(found: &mut Found, respondents: &[String], console: &Console) -> Result<(), Failure> {
    let screen = console.screen_of_output();
    let words = words(screen.lang);
    let failure = |error: Error| Failure {
        code: ExitCode::Output,
        error,
    };
    for path in &found.left_over {
        remove_left_over(path).map_err(|error: OutputError| failure(error.into()))?;
    }
    if found.changes() > 0 {
        console.print_page(&screen.line(0, 0, &words.forget_removed(false)));
    }
    // The state is cleaned even if it has no entry: an earlier removal may have left traces in it.
    let mut steps = found.steps().into_iter();
    while let Some(mut step) = steps.next() {
        if let Err(error) = step.carry_out(respondents) {
            let mut text = screen.line(0, 0, &words.forget_not_done());
            for step in std::iter::once(&step).chain(steps.as_slice()) {
                text += &screen.line(2, 4, &step.path().shown().to_string());
            }
            console.print_page(&text);
            return Err(failure(error));
        }
        if let Some(line) = step.line(console) {
            console.print_page(&line);
        }
    }
    Ok(())
}
