//! `undo`: puts back the labels that a run has changed, as far as they still are what it sent.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use crate::config::UndoSettings;
use crate::model::{ErrorCode, ShownPath as _, Status};
use crate::read::Input;
use crate::record::{self, OutputPaths, TRIAL, UNDO, VERIFIED, survey_of_undo};
use crate::report::{Console, ExitCode, Tone};
use crate::run::Failure;
use crate::run::commands::send_file::{self, locks};
use crate::run::list::before::api;
use crate::run::list::changes::survey_and_labels;
use crate::run::list::passing::PassingTable;
use crate::run::list::restore::{Restored, Restoring};
use crate::run::prepare::before_sending::{in_thread, stops, unless_stopped};
use crate::run::prepare::confirm::ask;
use crate::run::prepare::fingerprint::of_account;
use crate::run::prepare::site::Site;
use crate::system::folders::with_suffix;
use crate::system::window::Window;
use crate::text::{Message, Undoing, words};

/// How long after a run a label may still show its old value.
const LATE: Duration = Duration::from_hours(1);

/// Runs `undo`. The list is read, a person is asked, and a run with its own results puts the labels back.
pub(in crate::run) async fn run(
    settings: UndoSettings,
    begun: Instant,
    console: &Console,
) -> Result<ExitCode, Failure> {
    let mut stops = stops(Window::since(begun, settings.run.deadline.clone()), console)?;
    let site = Site::open(&settings.run.destination).await?;
    if let Some(run) = &settings.finished
        && !run.is_of_account_of(&of_account(&site.account))
    {
        return Err(Failure::usage(Message::new(|words| {
            words.retry_of_other_account()
        })));
    }
    // A run of the account must not change what is decided about meanwhile.
    let files = Some(&settings.paths);
    let locks = unless_stopped(&mut stops, locks(&settings.run, &site, files)).await?;
    let writes = settings.is_confirmed && !settings.is_dry;
    let labels = unless_stopped(&mut stops, labels_of(&settings)).await?;
    let decision = decided(&settings, &site, (&labels, writes));
    let mut restored = unless_stopped(&mut stops, decision).await?;
    show(&settings, (restored, writes), console);
    if !settings.is_dry && restored.labels > 0 && !settings.is_confirmed {
        confirm(console)?;
        // People may have edited labels while the question stood.
        let decision = decided(&settings, &site, (&labels, true));
        let again = unless_stopped(&mut stops, decision).await?;
        if again != restored || again.changed_since > 0 {
            show(&settings, (again, true), console);
        }
        restored = again;
    }
    let code = if restored.changed_since + restored.left_filled > 0 {
        ExitCode::RowsFailed
    } else {
        ExitCode::Success
    };
    if settings.is_dry || restored.labels == 0 {
        return Ok(code);
    }
    // No later run may go on with what is undone.
    record::set_unfinished_aside(&settings.paths).map_err(Failure::output)?;
    let (undo, input) = (settings.undo.clone(), settings.run.reading.input.clone());
    let sent = Box::pin(send_file::run_with(settings.run, (stops, Some(locks)), console)).await;
    let summary = sent.report.as_ref().map(|report| &report.summary);
    let updated = summary.map_or(0, |summary| summary.count(Status::Success));
    let excluded = summary.map_or(0, |summary| summary.rows_of(ErrorCode::Excluded));
    let end = sent.end?;
    if end != ExitCode::Success || updated + excluded != restored.contacts {
        return Ok(match end {
            ExitCode::Success => ExitCode::RowsFailed,
            other => other,
        });
    }
    conclude(restored, console);
    if let Input::File(input) = input {
        // The values are in the files of changes.
        fs::remove_file(input).ok();
    }
    if restored.left_filled == 0 {
        let aside = undo.iter().try_for_each(|undo| record::set_undo_aside(undo));
        aside.map_err(Failure::output)?;
    }
    Ok(code)
}

/// Returns the numbers of the labels that the files of changes have. They must be of the survey that is asked
/// for.
async fn labels_of(settings: &UndoSettings) -> Result<Vec<usize>, Failure> {
    let undo = settings.undo.clone();
    let (survey, labels) = in_thread(move || survey_and_labels(&undo)).await?;
    let asked = &settings.list.survey;
    if survey == *asked {
        return Ok(labels);
    }
    Err(Failure::usage(Message::new(|words| {
        words.undo_of_other_survey(&survey, asked)
    })))
}

/// Reads the list with these labels, and decides which are put back. Writes them down only if `writes`.
async fn decided(
    settings: &UndoSettings,
    site: &Site,
    (labels, writes): (&[usize], bool),
) -> Result<Restored, Failure> {
    let list = &settings.list;
    let paths = &settings.run.outputs.paths;
    let table = PassingTable::pull((&api(list, site), &list.ask), &list.survey, paths, labels).await?;
    let files = match &settings.run.reading.input {
        Input::File(input) if writes => Some((input.clone(), paths.beside(VERIFIED))),
        _ => None,
    };
    let (undo, blanks) = (settings.undo.clone(), settings.blanks);
    let may_be_late = is_young(&settings.undo, &settings.paths.results, paths);
    let results = settings.finished.as_ref().map(|run| run.paths.results.clone());
    in_thread(move || {
        let restoring = Restoring {
            undo: &undo,
            results: results.as_deref(),
            table: table.path(),
            files: files
                .as_ref()
                .map(|(input, refused)| (input.as_path(), refused.as_path())),
            blanks,
            may_be_late,
        };
        restoring.decide()
    })
    .await
}

/// Whether the run is so young that the list may not show all of it yet, and was not undone since:
/// `of_undoing` are the files of that.
fn is_young(undo: &[PathBuf], results: &Path, of_undoing: &OutputPaths) -> bool {
    let partial = with_suffix(results, ".partial");
    let changed = |path: &Path| path.metadata().and_then(|found| found.modified()).ok();
    let files = undo.iter().map(PathBuf::as_path).chain([results, &partial]);
    let newest = files.filter_map(changed).max();
    // An undoing with failed rows has a failed file.
    let is_whole = of_undoing.are_of_finished_run() && !of_undoing.failed.exists();
    let is_undone = is_whole && changed(&of_undoing.results).is_some_and(|undone| Some(undone) > newest);
    let is_young = |time| SystemTime::now().duration_since(time).is_ok_and(|age| age < LATE);
    !is_undone && newest.is_some_and(is_young)
}

/// Says what is put back and what is not.
fn show(settings: &UndoSettings, (restored, is_written): (Restored, bool), console: &Console) {
    let screen = console.screen();
    let words = words(screen.lang);
    let refused = settings.run.outputs.paths.beside(VERIFIED).shown().to_string();
    let undoing = Undoing {
        labels: restored.labels,
        contacts: restored.contacts,
        as_before: restored.as_before,
        not_restored: restored.changed_since,
        left_filled: restored.left_filled,
        refused: is_written.then_some(refused.as_str()),
    };
    let mut lines = words.undoing(&undoing);
    let trial = settings.paths.beside(&format!(".{TRIAL}{UNDO}"));
    if survey_of_undo(&trial).is_some() && !settings.undo.contains(&trial) {
        lines.push(words.undo_of_trial(&trial.shown().to_string()));
    }
    let text: String = lines.iter().map(|line| screen.line(0, 2, line)).collect();
    console.show(&text);
}

/// Says what was put back.
fn conclude(restored: Restored, console: &Console) {
    let screen = console.screen();
    let done = words(screen.lang).undone(restored.labels, restored.contacts);
    console.show(&screen.line(0, 2, &screen.toned(Tone::Good, &done)));
}

/// Asks before labels are put back. Without a person there, only `--yes` goes on.
fn confirm(console: &Console) -> Result<(), Failure> {
    if !Console::is_interactive() || console.is_quiet() {
        return Err(Failure::usage(Message::new(|words| words.undo_needs_yes())));
    }
    let words = words(console.lang());
    let question = format!("{} [{}]", words.undo_question(), words.yes_or_no(false));
    ask(&question, console)
}
