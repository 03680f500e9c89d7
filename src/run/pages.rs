//! Makes the page about a run and writes it: at the end of the run, when a run makes no call, or from
//! the files of a run that is over. What is on it: [`crate::page`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Error, anyhow};
use jiff::Timestamp;

use super::Failure;
use super::next_command::{beside_us, quoted};
use super::prepare::input::opened::number;
use super::results::{ERROR_CODE, MESSAGE, RESPONDENT, ROW, STATUS, each_result};
use crate::config::{PageSettings, PageStyle, UnsentSettings};
use crate::model::{ErrorCode, ShownPath as _, Status};
use crate::page::{NotStarted, RunPage};
use crate::record::{self, FAILED, NamedPage, OutputError, OutputPaths, PageFile, RESULTS, UnsentNight};
use crate::report::{FailingRow, FailingRows, Reader, StoredRun};
use crate::system::folders::with_suffix;
use crate::system::regular;
use crate::system::trust::share::Group;
use crate::text::Message;

/// Maximum number of retry rounds that are looked at.
const MAX_ROUNDS: u32 = 1_000;

/// A run that is over, by its files.
pub(super) struct OldRun {
    pub(super) run: StoredRun,
    pub(super) rows: FailingRows,
    /// The summary, if it is missing.
    pub(super) missing: Option<String>,
    /// Failed rows that went through in retries, and those that remain; `None` without a retry.
    mended: Option<(u64, u64)>,
}

/// Writes the page of a run that has just ended. `stored` is the text of its summary.
pub(super) fn of_run(
    page: &PageSettings,
    results: &Path,
    stored: &str,
    rows: &FailingRows,
) -> Result<(), Error> {
    let run = StoredRun::parse(stored).map_err(|why| anyhow!(why))?;
    let view = RunPage {
        rows,
        ..RunPage::new(Some(&run), rows, &run.input)
    };
    write(&PageFile::of_run(&page.path, results), &page.style, &view, false)
}

/// How a run ended that made no call.
pub(super) struct Unsent<'a> {
    /// The input, as the user wrote it.
    pub(super) input: &'a str,
    /// The error; `None` if there was nothing to do.
    pub(super) failure: Option<&'a Failure>,
    /// This process has the lock of the outputs.
    pub(super) holds_lock: bool,
    /// Who has read the error.
    pub(super) reader: Reader,
}

/// Says on the page and in the job's nights that a run made no call, and why. Below it on the page is the
/// run before.
pub(super) fn of_unsent(settings: &UnsentSettings, unsent: &Unsent<'_>) {
    let UnsentSettings { paths, others, .. } = settings;
    let inputs: Vec<&Path> = others.iter().map(PathBuf::as_path).collect();
    // Another run of this job tells of itself. Where the outputs are in a wrong place, nothing is written.
    let is_foreign = !unsent.holds_lock && record::is_under_way(&paths.results);
    let error = unsent
        .failure
        .and_then(|failure| failure.error.downcast_ref::<OutputError>());
    if is_foreign
        || (unsent.reader == Reader::Person && error.is_some_and(OutputError::is_a_question))
        || paths.check(&inputs).is_err()
        || paths.check_page(others).is_err()
    {
        return;
    }
    let why = match (unsent.failure, unsent.reader) {
        (None, _) => Message::new(|words| words.nothing_new()),
        (Some(failure), Reader::Record) => Message::from_error_ref(&failure.error),
        // What a person reads on a terminal may have cells in it.
        (Some(failure), Reader::Person) => Message::new(|words| words.why_on_screen(failure.code.code())),
    };
    if settings.is_noted {
        note(paths, others, unsent, &why);
    }
    if let (Some(page), Some(_)) = (&settings.page, unsent.failure) {
        put_on_page(page, paths, unsent.input, why);
    }
}

fn note(paths: &OutputPaths, others: &[PathBuf], unsent: &Unsent<'_>, why: &Message) {
    let night = UnsentNight {
        at: Timestamp::now(),
        exit_code: unsent.failure.map_or(0, |failure| failure.code.code()),
        why_en: why.english.clone(),
        why_pl: why.polish.clone(),
    };
    let path = record::nights_beside(&paths.summary);
    if let Err(error) = record::note_unsent(&path, night, others) {
        warn(&error.into());
    }
}

fn put_on_page(page: &PageSettings, paths: &OutputPaths, input: &str, why: Message) {
    let not_started = NotStarted {
        at: Timestamp::now(),
        why,
    };
    let old = old_run(&paths.results, &paths.summary).ok();
    let nothing = FailingRows::default();
    let rows = old.as_ref().map_or(&nothing, |old| &old.rows);
    let view = RunPage {
        not_started: Some(&not_started),
        missing_summary: old.as_ref().and_then(|old| old.missing.as_deref()),
        mended: old.as_ref().and_then(|old| old.mended),
        ..RunPage::new(old.as_ref().map(|old| &old.run), rows, input)
    };
    let file = PageFile::of_run(&page.path, &paths.results);
    if let Err(error) = write(&file, &page.style, &view, false) {
        warn(&error);
    }
}

/// Writes the page of a run that ended earlier, because the same input came again.
pub(super) fn of_earlier(page: &PageSettings, paths: &OutputPaths) {
    let file = PageFile::of_run(&page.path, &paths.results);
    let written = old_run(&paths.results, &paths.summary).and_then(|old| {
        let view = RunPage {
            checked_at: Some(Timestamp::now()),
            ..old.view()
        };
        write(&file, &page.style, &view, false)
    });
    if let Err(error) = written {
        warn(&error);
    }
}

/// Writes the page of a run anew that has just been retried: what has become of its rows since.
pub(super) fn of_retried(style: &PageStyle, run: &OutputPaths) {
    let written = || -> Result<(), Error> {
        let old = old_run(&run.results, &run.summary)?;
        match record::page_beside(&run.summary, named_page(&old.run)) {
            Some(page) => write(&PageFile::of_run(&page, &run.results), style, &old.view(), false),
            None => Ok(()),
        }
    };
    if let Err(error) = written() {
        warn(&error);
    }
}

/// Returns where the run has said that its page is.
pub(super) fn named_page(run: &StoredRun) -> NamedPage<'_> {
    NamedPage {
        run_id: &run.run_id,
        absolute: run.facts.page.as_deref(),
        from_results: run.facts.page_from_results.as_deref(),
    }
}

/// Returns the absolute path of a page.
pub(super) fn absolute(page: Option<&PageSettings>) -> Option<PathBuf> {
    std::path::absolute(&page?.path).ok()
}

/// Returns the path of a page from the folder of the results; `None` if it is not in there.
pub(super) fn from_results(page: Option<&PageSettings>, results: &Path) -> Option<String> {
    let (page, results) = (absolute(page)?, std::path::absolute(results).ok()?);
    let below = page.strip_prefix(results.parent()?).ok()?;
    below.to_str().map(str::to_owned)
}

/// Writes the pages of runs anew that were set aside: their files have other names now, and what was on
/// top of them is over.
pub(super) fn of_set_aside(page: Option<&PageSettings>, aside: &[OutputPaths]) {
    let Some(page) = page else { return };
    for paths in aside {
        let Some(file) = paths.page().filter(PageFile::exists) else {
            continue;
        };
        let written = old_run(&paths.results, &paths.summary)
            .and_then(|old| write(&file, &page.style, &old.view(), false));
        if let Err(error) = written {
            warn(&error);
        }
    }
}

impl OldRun {
    /// Returns the page about the run.
    pub(super) fn view(&self) -> RunPage<'_> {
        RunPage {
            missing_summary: self.missing.as_deref(),
            mended: self.mended,
            ..RunPage::new(Some(&self.run), &self.rows, &self.run.input)
        }
    }
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

/// Makes a page and writes it.
pub(super) fn write(
    file: &PageFile,
    style: &PageStyle,
    page: &RunPage<'_>,
    replaces_any: bool,
) -> Result<(), Error> {
    let page = RunPage {
        shows_ids: style.shows_ids,
        group: style.group.as_ref().map(Group::name),
        ..*page
    };
    let html = page.render(style.lang)?;
    file.write(&html, style.group.as_ref(), replaces_any)?;
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
    let stored = if summary.exists() {
        Some(stored_run(summary)?)
    } else {
        None
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
    let stored = stored.map(|run| renamed(run, results));
    let missing = stored.is_none().then(|| summary.shown().to_string());
    let run = stored.unwrap_or_else(|| {
        let mut run = StoredRun::of_results(counts);
        run.finished = !is_partial;
        run.facts.results = results.shown().to_string();
        run.input.clone_from(&run.facts.results);
        run
    });
    let mended = mended(&run, summary);
    Ok(OldRun {
        run,
        rows,
        missing,
        mended,
    })
}

/// Returns what the finished retry rounds of a run have brought.
fn mended(run: &StoredRun, summary: &Path) -> Option<(u64, u64)> {
    let mut mended = None;
    for number in 1..=MAX_ROUNDS {
        let path = record::of_round(summary, number);
        let Some(round) = path.exists().then(|| stored_run(&path).ok()).flatten() else {
            break;
        };
        if round.retry_of == run.started_at && round.finished {
            let (fixed, _) = mended.unwrap_or_default();
            mended = Some((fixed + round.count(Status::Success), round.failures()));
        }
    }
    mended
}

/// Reads a summary, or the object that `--summary -` printed.
///
/// # Errors
///
/// If it is none of this program.
pub(super) fn stored_run(path: &Path) -> Result<StoredRun, Error> {
    const MAX_BYTES: u64 = 8 << 20;
    let fault = |why: String| {
        let path = path.shown().to_string();
        Message::new(|words| words.not_of_this_tool(&path, &why))
    };
    let file = regular::open(path).map_err(|error| fault(error.to_string()))?;
    let bytes = regular::read_at_most(&file, MAX_BYTES).map_err(|error| fault(error.to_string()))?;
    let Some(bytes) = bytes else {
        return Err(fault("it is larger than 8 MiB".to_owned()).into());
    };
    Ok(StoredRun::parse(&String::from_utf8_lossy(&bytes)).map_err(fault)?)
}

/// Gives the files of a run that was set aside the names that they have now, and the command that goes
/// with them.
fn renamed(mut run: StoredRun, results: &Path) -> StoredRun {
    if !record::is_set_aside(results) {
        return run;
    }
    let facts = &mut run.facts;
    facts.is_set_aside = true;
    facts.results = beside_us(results).shown().to_string();
    let stem = facts.results.strip_suffix(RESULTS).map(str::to_owned);
    let is_retried = run.finished && facts.next_command.is_some();
    facts.next_command = None;
    // Only files with their usual names are found by the name of the set.
    if let Some(stem) = stem.filter(|_| !record::is_interrupted_set(results)) {
        let failed = format!("{stem}{FAILED}");
        if is_retried && Path::new(&failed).is_file() {
            facts.next_command = Some(format!(
                "respondent-sync retry {}",
                quoted(&format!("{stem}.csv"))
            ));
        }
        facts.failed = failed;
    }
    run
}
