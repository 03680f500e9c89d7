//! `history`: what became of the rows night by night, or of some respondents, by the files that runs have
//! kept. Sends nothing, locks nothing and changes nothing; a run may be under way meanwhile.

mod kept_rows;
mod nights;

use std::path::Path;

use anyhow::Error;
use jiff::Timestamp;

use self::kept_rows::Asked;
use crate::config::HistorySettings;
use crate::model::ShownPath as _;
use crate::record;
use crate::report::{
    Console, ExitCode, Known, Night, NightKind, arranged, night_to_json, respondent_to_json,
};
use crate::run::Failure;
use crate::run::next_command::quoted;
use crate::state;
use crate::system::trust;
use crate::text::{self, Journey, Message, NextStep};

/// Runs `history`.
pub(in crate::run) fn run(settings: &HistorySettings, console: &Console) -> Result<ExitCode, Failure> {
    let asked = Asked::new(&settings.respondents);
    let found = nights::all(&settings.outputs, &asked)?;
    let results = settings.outputs.first().map(|paths| paths.results.as_path());
    if let Some(results) = results.filter(|_| found.is_empty()) {
        let results = results.shown().to_string();
        return Err(Failure::usage(Message::new(|words| {
            words.history_found_no_run(&results)
        })));
    }
    let mut nights = arranged(found);
    let missed = nights::missed(&nights, Timestamp::now());
    nights.extend(missed);
    nights.sort_by_key(|night| night.started_at);
    let surplus = nights.len().saturating_sub(settings.last.unwrap_or(usize::MAX));
    nights.drain(..surplus);
    if asked.is_empty() {
        of_all_rows(
            settings,
            &nights,
            console,
            results.is_some_and(record::is_under_way),
        );
        return Ok(ExitCode::Success);
    }
    Ok(of_respondents(settings, &nights, &asked, console))
}

/// Prints the nights with their counts.
fn of_all_rows(settings: &HistorySettings, nights: &[Night], console: &Console, is_under_way: bool) {
    if settings.is_json {
        let nights = nights.iter().flat_map(Night::with_rounds);
        console.print(
            &nights
                .map(|night| night_to_json(night, false))
                .collect::<String>(),
        );
        return;
    }
    let next = next_step(settings, nights, is_under_way);
    let job = settings.input.as_deref().and_then(Path::file_name);
    let job = job.unwrap_or_default().to_string_lossy();
    let screen = console.screen_of_output();
    console.print_page(&text::nights(nights, (&job, next.as_ref()), screen));
}

/// Prints the nights of respondents. Ends with 1 if nothing was found of any of them, and with 3 if
/// that may be so because a file cannot be read.
fn of_respondents(
    settings: &HistorySettings,
    nights: &[Night],
    asked: &Asked,
    console: &Console,
) -> ExitCode {
    let path = settings.state.as_deref().filter(|path| path.is_file());
    let (known, fault) = match path.map(|path| known(path, asked, nights)).transpose() {
        Ok(known) => (known, None),
        Err(error) => (None, Some(Message::from_error(error))),
    };
    let known = known.as_deref();
    let is_found = |of: usize| {
        Night::rows_of(nights, of).next().is_some()
            || known.is_some_and(|known| known.iter().any(|known| known.asked == of))
    };
    let has_faults = fault.is_some() || nights.iter().any(Night::has_faults);
    let mut text = String::new();
    if settings.is_json {
        let nights_of_all = nights.iter().flat_map(Night::with_rounds);
        text.extend(nights_of_all.map(|night| night_to_json(night, true)));
    }
    for (of, respondent) in asked.names().enumerate() {
        if settings.is_json {
            text += &respondent_to_json(nights, (of, respondent), known);
            continue;
        }
        let journey = Journey {
            asked: of,
            respondent,
            nights,
            known,
            state: path.map(|path| path.shown().to_string()),
            state_fault: fault.as_ref(),
        };
        if of > 0 {
            text += "\n";
        }
        text += &text::journey(&journey, console.screen_of_output());
    }
    if settings.is_json {
        console.print(&text);
    } else {
        console.print_page(&text);
    }
    match (0..asked.names().count()).any(is_found) {
        true => ExitCode::Success,
        false if has_faults => ExitCode::Input,
        false => ExitCode::RowsFailed,
    }
}

/// Returns what the store knows of the respondents. The run that wrote an entry is known by its journal.
fn known(path: &Path, asked: &Asked, nights: &[Night]) -> Result<Vec<Known>, Error> {
    trust::check_with_folder(path)?;
    let names: Vec<String> = asked.names().map(str::to_owned).collect();
    let entries = state::acknowledged(path, &names)?;
    let started_at = |journal: Option<String>| {
        let mut all = nights.iter().flat_map(Night::with_rounds);
        let of = all.find(|night| {
            let store = night.store.as_ref();
            store.is_some_and(|store| Some(&store.journal) == journal.as_ref())
        });
        of.and_then(|night| night.started_at)
    };
    let known = entries.into_iter().map(|entry| Known {
        asked: entry.asked,
        account: entry.account,
        survey: entry.survey,
        is_acknowledged: entry.is_known,
        in_doubt: entry.in_doubt,
        labels: entry.labels,
        run_started_at: started_at(entry.journal),
    });
    Ok(known.collect())
}

/// Returns what helps after the newest run.
fn next_step(settings: &HistorySettings, nights: &[Night], is_under_way: bool) -> Option<NextStep> {
    if is_under_way {
        return Some(NextStep::UnderWay);
    }
    let run = nights.iter().rev().find(|night| night.kind == NightKind::Run)?;
    let newest = run.with_rounds().last().unwrap_or(run);
    let recorded = newest.run.as_ref().and_then(|run| run.facts.next_command.clone());
    if newest.is_unfinished() {
        let is_round = newest.kind != NightKind::Run;
        let lacks_flags = recorded.is_none();
        let command = recorded.or_else(|| typed(settings, is_round));
        return newest
            .is_resumable
            .then_some(NextStep::Resume { command, lacks_flags });
    }
    let stored = newest.run.as_ref()?;
    let (to_fix, to_resend) = (stored.to_fix(), stored.to_resend());
    let command = recorded.filter(|_| to_fix + to_resend > 0)?;
    Some(NextStep::Retry {
        to_fix,
        to_resend,
        failed: stored.facts.failed.clone(),
        command,
    })
}

/// Returns the command that resumes a run, or a round, whose own words are not known. `None` if the input is
/// not called so: it was chosen by a pattern.
fn typed(settings: &HistorySettings, is_round: bool) -> Option<String> {
    let word = |path: &Path| quoted(&path.shown().to_string()).into_owned();
    let about = match (&settings.config, &settings.input) {
        (Some(config), _) => format!("--config {}", word(config)),
        (None, Some(input)) if is_round || input.is_file() => word(input),
        (None, _) => return None,
    };
    Some(if is_round {
        format!("respondent-sync retry {about}")
    } else {
        format!("respondent-sync run {about} --resume")
    })
}
