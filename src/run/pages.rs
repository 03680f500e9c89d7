//! Makes the page about a run and writes it: at the end of the run, when a run makes no call, or from
//! the files of a run that is over. What is on it: [`crate::page`].

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Error, anyhow};
use jiff::Timestamp;

use super::Failure;
use super::prepare::input::opened::number;
use super::results::{ERROR_CODE, MESSAGE, RESPONDENT, ROW, STATUS, each_result};
use crate::config::{PageStyle, UnsentPage};
use crate::model::{ErrorCode, ShownPath as _, Status};
use crate::page::{NotStarted, RunPage};
use crate::record::{self, OutputPaths};
use crate::report::{ExitCode, FailingRow, FailingRows, StoredRun};
use crate::system::folders::with_suffix;
use crate::system::trust::share::Group;
use crate::text::Message;

/// A run that is over, by its files.
pub(super) struct OldRun {
    pub(super) run: StoredRun,
    pub(super) rows: FailingRows,
    /// The summary, if it is missing.
    pub(super) missing: Option<String>,
}

/// Writes the page of a run that has just ended. `stored` is the text of its summary.
pub(super) fn of_run(path: &Path, style: &PageStyle, stored: &str, rows: &FailingRows) -> Result<(), Error> {
    let run = StoredRun::parse(stored).map_err(|why| anyhow!(why))?;
    let page = RunPage {
        run: Some(&run),
        rows,
        not_started: None,
        missing_summary: None,
        input: &run.input,
        shows_ids: style.shows_ids,
        group: style.group.as_ref().map(Group::name),
    };
    write(path, style, &page)
}

/// Says on the page that a run made no call, and why; below that is the run before.
pub(super) fn of_unsent(unsent: &UnsentPage, input: &str, failure: &Failure) {
    // The other run writes the page.
    if failure.code == ExitCode::Locked {
        return;
    }
    let not_started = NotStarted {
        at: Timestamp::now(),
        why: Message::from_error_ref(&failure.error),
    };
    let UnsentPage { page, paths } = unsent;
    let old = old_run(&paths.results, &paths.summary).ok();
    let nothing = FailingRows::default();
    let view = RunPage {
        run: old.as_ref().map(|old| &old.run),
        rows: old.as_ref().map_or(&nothing, |old| &old.rows),
        not_started: Some(&not_started),
        missing_summary: old.as_ref().and_then(|old| old.missing.as_deref()),
        input,
        shows_ids: page.style.shows_ids,
        group: page.style.group.as_ref().map(Group::name),
    };
    if record::may_write_page(&page.path)
        && let Err(error) = write(&page.path, &page.style, &view)
    {
        warn(&error);
    }
}

/// Makes the page of a run that ended earlier, where it is missing.
pub(super) fn of_earlier(path: &Path, style: &PageStyle, paths: &OutputPaths) {
    if path.exists() {
        return;
    }
    let made = old_run(&paths.results, &paths.summary).and_then(|old| of_old(path, style, &old));
    if let Err(error) = made {
        warn(&error);
    }
}

/// Writes the page of a run that is over.
pub(super) fn of_old(path: &Path, style: &PageStyle, old: &OldRun) -> Result<(), Error> {
    let page = RunPage {
        run: Some(&old.run),
        rows: &old.rows,
        not_started: None,
        missing_summary: old.missing.as_deref(),
        input: &old.run.input,
        shows_ids: style.shows_ids,
        group: style.group.as_ref().map(Group::name),
    };
    write(path, style, &page)
}

/// Logs that a page is not written. The run itself is in its files.
pub(super) fn warn(error: &Error) {
    let line = Message::from_error_ref(error).map(|words, why| words.page_not_written(why));
    tracing::warn!(
        target: "respondent_sync::loud",
        event = "report_not_written",
        polish = line.polish(),
        "{line}"
    );
}

fn write(path: &Path, style: &PageStyle, page: &RunPage<'_>) -> Result<(), Error> {
    let html = page.render(style.lang)?;
    record::write_page(path, &html, style.group.as_ref())?;
    Ok(())
}

/// Reads a run back: its summary, and the rows that need a person from its results, or from partial
/// results if it ended early.
///
/// # Errors
///
/// If there are no results, or if one of the files is none of this program.
pub(super) fn old_run(results: &Path, summary: &Path) -> Result<OldRun, Error> {
    let partial = with_suffix(results, ".partial");
    let stored = match fs::read_to_string(summary) {
        Ok(text) => Some(StoredRun::parse(&text).map_err(|why| {
            let path = summary.shown().to_string();
            Message::new(|words| words.not_of_this_tool(&path, &why))
        })?),
        Err(_) => None,
    };
    // The summary of an interrupted run belongs to its partial files.
    let is_partial =
        stored.as_ref().is_some_and(|run| !run.finished) && partial.exists() || !results.exists();
    let file: PathBuf = if is_partial { partial } else { results.to_owned() };
    let mut rows = FailingRows::default();
    let mut counts: BTreeMap<(Status, Option<ErrorCode>), u64> = BTreeMap::new();
    let read = each_result(&file, is_partial, |row, row_of_run| {
        let cell = |column| row.fields.get(column).unwrap_or_default();
        let Some(status) = Status::from_name(cell(STATUS)) else {
            return;
        };
        let code = ErrorCode::from_name(cell(ERROR_CODE));
        *counts.entry((status, code)).or_default() += 1;
        if status.is_failure() {
            let place = number(&row.fields, Some(ROW));
            let shown = row_of_run.map_or(place, |column| number(&row.fields, Some(column)));
            rows.add((shown, place), || FailingRow {
                row: shown,
                respondent: cell(RESPONDENT).to_owned(),
                status,
                code,
                message: cell(MESSAGE).to_owned(),
            });
        }
    });
    read.map_err(|error| {
        let path = file.shown().to_string();
        Message::from_error(error).map(|words, why| words.no_results(&path, why))
    })?;
    let missing = stored.is_none().then(|| summary.shown().to_string());
    let run = stored.unwrap_or_else(|| {
        let mut run = StoredRun::of_results(counts);
        run.finished = !is_partial;
        run.facts.results = results.shown().to_string();
        run.input.clone_from(&run.facts.results);
        run
    });
    Ok(OldRun { run, rows, missing })
}
