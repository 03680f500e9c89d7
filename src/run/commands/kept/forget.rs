//! `forget`: removes a person from everything that runs with one name wrote. `forget/examine.rs` finds
//! what has to go; here it is asked about, done and reported.
//!
//! The files of runs are locked meanwhile. Each is replaced as a whole, so a kill leaves it old or new,
//! and a second start finishes the work.

mod examine;
mod found;
mod gathered;
mod lists;
mod pages;
mod state;

use std::path::PathBuf;

use anyhow::Error;

use super::person::Person;
use crate::config::ErasureSettings;
use crate::model::ShownPath as _;
use crate::report::{Answer, Console, ExitCode};
use crate::run::Failure;
use crate::run::prepare::confirm::PATIENCE;
use crate::run::prepare::lock::Locks;
use crate::state::StoreError;
use crate::system::trust;
use crate::text::{Declined, Left, Message, words};
use examine::{ExaminedRun, examine};
use found::Found;
use gathered::Gathered;

/// Runs `forget`.
pub(in crate::run) async fn run(settings: ErasureSettings, console: &Console) -> Result<ExitCode, Failure> {
    let state = settings.state.clone().filter(|path| path.exists());
    if let Some(path) = &state {
        trust::check_with_folder(path).map_err(Failure::usage)?;
    }
    let results = gathered::lockable(&settings)?;
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

/// Examines all files.
fn look(settings: &ErasureSettings, state: Option<PathBuf>) -> Result<Found, Failure> {
    let person = Person::new(&settings.respondents);
    let kept = Gathered::look(settings)?;
    let mut left = Vec::new();
    let results = settings.outputs.first().map(|paths| paths.results.clone());
    if let Some(results) = results.filter(|_| kept.is_empty()) {
        if state.is_none() {
            let results = results.shown().to_string();
            return Err(Failure::usage(Message::new(|words| {
                words.forget_found_no_run(&results)
            })));
        }
        left.push((results, Left::Missing));
    }
    let pages = pages::naming(kept.runs.iter().map(|(files, _)| files), &person);
    let examined = kept.runs.into_iter();
    let runs: Vec<ExaminedRun> = examined
        .map(|(files, id_column)| examine(files, &person, &id_column))
        .collect();
    left.extend(runs.iter().flat_map(|run| run.left.iter().cloned()));
    let lists = lists::examined(&kept.lists, &person, &mut left);
    left.extend(kept.no_files.into_iter().map(|path| (path, Left::NoFile)));
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
        lists,
        pages,
        left_over: kept.left_over,
        store,
        left,
    })
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
