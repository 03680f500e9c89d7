//! Checks the settings of `verify` and `undo`, which are about a run that is over: with its settings if
//! its summary has them, and those of flags, variables and the config file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, bail};
use jiff::{SignedDuration, Timestamp};

use crate::cli::{EmptyArg, FreshnessArg, OnConflictArg, Origin, Origins, RunArgs, Times};
use crate::config::commands::run::{Asked, RunSettings, run};
use crate::config::file::ConfigFile;
use crate::config::groups::list::{ListSettings, list_of};
use crate::config::mistakes::Mistakes;
use crate::config::retried::{paths, refused};
use crate::model::{CountOrPercent, ShownPath as _};
use crate::plan::EmptyPolicy;
use crate::record::{
    FinishedRun, NoRetry, OutputPaths, RESPONDENTS, RESTORE, UNDO, newest_undo_aside, survey_of_undo,
    undo_of_rounds,
};
use crate::text::Message;

/// By how much the time of a file may be behind that of the run which wrote it.
const SLACK: SignedDuration = SignedDuration::from_secs(2);

/// When the list is read by `verify`, counted from its start, if no time is given.
const USUAL_TIMES: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_mins(1),
    Duration::from_mins(5),
    Duration::from_mins(15),
];

/// The command `verify`.
#[derive(Debug)]
pub(crate) struct VerifySettings {
    /// The settings of the run, with its own outputs.
    pub(crate) run: RunSettings,
    /// The run as its files tell.
    pub(crate) finished: FinishedRun,
    pub(crate) list: ListSettings,
    pub(crate) times: Vec<Duration>,
}

/// The command `undo`.
#[derive(Debug)]
pub(crate) struct UndoSettings {
    /// The run that puts labels back. Its input is written before it starts.
    pub(crate) run: RunSettings,
    /// The run that is undone, if it has come to its end.
    pub(crate) finished: Option<FinishedRun>,
    pub(crate) list: ListSettings,
    /// What the run has changed, and then its retry rounds.
    pub(crate) undo: Vec<PathBuf>,
    /// The files of the run.
    pub(crate) paths: OutputPaths,
    /// Whether labels are blanked that were blank before.
    pub(crate) blanks: bool,
    pub(crate) is_dry: bool,
    /// Whether nobody has to be asked.
    pub(crate) is_confirmed: bool,
}

/// Checks the flags of `verify`.
///
/// # Errors
///
/// All mistakes; or that there is no finished run.
pub(in crate::config) fn verify(
    mut args: RunArgs,
    origins: &Origins,
    file: &ConfigFile,
) -> Result<VerifySettings> {
    let its_paths = paths(&args)?;
    let finished = FinishedRun::find(&its_paths).map_err(|why| not_verified(why, &its_paths))?;
    if let Some(export) = file
        .retried
        .as_ref()
        .and_then(|run| run.export(&args.input.input))
    {
        args.input.input = export;
    }
    args.input.newest = false;
    let times = args.list.verify.take();
    let times = times.map_or_else(|| USUAL_TIMES.to_vec(), |Times(times)| times);
    args.output.output = Some(its_paths.results.clone());
    args.output.output_dir = None;
    let keeps_conflicts = args.list.on_conflict == OnConflictArg::Keep;
    args.list.on_conflict = OnConflictArg::Overwrite;
    let run = as_run(&args, origins, file)?;
    let list = ListSettings {
        keeps_conflicts,
        ..list(&args, &run, origins, file)?
    };
    Ok(VerifySettings {
        run,
        finished,
        list,
        times,
    })
}

/// Checks the flags of `undo`.
///
/// # Errors
///
/// All mistakes.
pub(in crate::config) fn undo(
    mut args: RunArgs,
    origins: &Origins,
    file: &ConfigFile,
) -> Result<UndoSettings> {
    let its_paths = paths(&args)?;
    let is_undo = |path: &Path| path.to_string_lossy().ends_with(UNDO);
    let undo = if is_undo(&args.input.input) {
        args.input.input.clone()
    } else {
        its_paths.beside(UNDO)
    };
    let is_named = undo == args.input.input;
    args.input.newest = false;
    let finished = FinishedRun::find(&its_paths).ok();
    let is_older = |run: &FinishedRun| is_older_than(&undo, run);
    if !is_named && finished.as_ref().is_some_and(is_older) {
        let shown = undo.shown().to_string();
        return Err(Message::new(|words| words.undo_of_earlier_run(&shown)).into());
    }
    let mut rounds = if is_named {
        Vec::new()
    } else {
        undo_of_rounds(&undo)
    };
    rounds.retain(|file| finished.as_ref().is_some_and(|run| !is_older_than(file, run)));
    // A round that changed nothing has no line.
    let all = [undo.clone()].into_iter().chain(rounds);
    let files: Vec<PathBuf> = all.filter(|file| survey_of_undo(file).is_some()).collect();
    let survey = files.first().and_then(|file| survey_of_undo(file));
    let survey = survey.ok_or_else(|| nothing_to_undo(&undo))?;
    args.input.survey.get_or_insert(survey);
    let (blanks, is_dry) = (
        origins.empty == Origin::Flag && args.input.empty == EmptyArg::Send,
        args.output.dry_run,
    );
    let is_confirmed = args.output.ask.yes;
    if origins.until != Origin::Flag {
        // The window of a night. An undoing is made by hand, in the morning after.
        args.pace.until = None;
    }
    prepare_for_undo(&mut args, &undo);
    let mut run = as_run(&args, origins, file)?;
    run.reading.plan.empty = EmptyPolicy::Marked;
    // A retry would take the settings of the run that is undone.
    run.recorded = None;
    run.is_undo = true;
    let list = list(&args, &run, origins, file)?;
    Ok(UndoSettings {
        run,
        finished,
        list,
        undo: files,
        paths: its_paths,
        blanks,
        is_dry,
        is_confirmed,
    })
}

/// Returns the settings of a run with these flags.
fn as_run(args: &RunArgs, origins: &Origins, file: &ConfigFile) -> Result<RunSettings> {
    match run(args, origins, file).asked? {
        Asked::Run(run) => Ok(*run),
        Asked::DryRun(_) | Asked::NothingLeft(_) => bail!("a run without calls has nothing to read back"),
    }
}

/// Returns how the list is read, whether the run had read it or not.
fn list(args: &RunArgs, run: &RunSettings, origins: &Origins, file: &ConfigFile) -> Result<ListSettings> {
    let mut mistakes = Mistakes::default();
    let table = run.outputs.paths.beside(RESPONDENTS);
    let how = (Some(FreshnessArg::Fresh), Some(table.as_path()));
    let list = list_of(args, how, (origins, file, None), &mut mistakes);
    mistakes.settle(list)
}

/// Replaces what is about the run's own input by what is about the file that puts labels back.
fn prepare_for_undo(args: &mut RunArgs, undo: &Path) {
    let name = undo.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.strip_suffix(UNDO).unwrap_or(&name);
    let input = &mut args.input;
    input.input = undo.with_file_name(format!("{stem}{RESTORE}"));
    "utf-8".clone_into(&mut input.encoding);
    ",".clone_into(&mut input.delimiter);
    "id_respondent".clone_into(&mut input.id_column);
    (input.sheet, input.skip_lines, input.no_header) = (None, 0, false);
    (input.survey_column, input.ids, input.match_on) = (None, None, None);
    (input.map, input.set) = (Vec::new(), Vec::new());
    (input.empty, input.on_duplicate, input.no_match) = (EmptyArg::Skip, None, None);
    let selection = &mut args.selection;
    // Who is excluded by now is left alone.
    (selection.only, selection.limit) = (None, None);
    args.guards.min_rows = None;
    args.guards.min_filled.clear();
    (args.guards.max_age, args.guards.max_unknown) = (None, None);
    // Old values go back as they were.
    args.guards.ignore_guards = true;
    (args.past_guards.max_changes, args.past_guards.max_same) = (None, None);
    // All of it is sent, and remembered if anything is.
    (args.delta.changed_only, args.delta.full_refresh) = (false, false);
    (args.list.pull, args.list.verify) = (None, None);
    args.list.on_conflict = OnConflictArg::Overwrite;
    let output = &mut args.output;
    (output.output, output.output_dir, output.failed, output.summary) = (None, None, None, None);
    output.page.report = None;
    output.page.expect = None;
    (output.results.keep, output.results.excel) = (Vec::new(), false);
    // An undoing that was interrupted begins anew: what is back is not sent again.
    let existing = &mut output.existing;
    (existing.resume, existing.rotate, existing.overwrite) = (true, Some(usize::MAX), false);
    existing.rotate_max_age = None;
    output.dry_run = false;
    output.accept.accept_failures = CountOrPercent::Count(0);
    output.ask.yes = true;
    (args.monitor.healthcheck_url, args.monitor.metrics_file) = (None, None);
}

/// Whether a file of changes was written before a run began, which has written none.
fn is_older_than(undo: &Path, run: &FinishedRun) -> bool {
    let changed = undo.metadata().and_then(|found| found.modified()).ok();
    let changed = changed.and_then(|time| Timestamp::try_from(time).ok());
    // Clocks of file systems may be a little behind.
    let since = run.started_at.checked_sub(SLACK).unwrap_or(run.started_at);
    changed.is_some_and(|changed| changed < since)
}

/// Says that a file of changes has none, and names the newest one of an earlier run.
fn nothing_to_undo(undo: &Path) -> Message {
    let older = newest_undo_aside(undo);
    let shown = undo.shown().to_string();
    let older = older.map(|older| older.shown().to_string());
    Message::new(|words| words.nothing_to_undo(&shown, older.as_deref()))
}

/// Explains why there is nothing to verify.
fn not_verified(why: NoRetry, paths: &OutputPaths) -> anyhow::Error {
    let shown = |path: &Path| path.shown().to_string();
    match why {
        NoRetry::NoRun(path) => {
            let path = shown(&path);
            Message::new(|words| words.verify_without_run(&path)).into()
        }
        NoRetry::Unfinished(path) => {
            let path = shown(&path);
            Message::new(|words| words.verify_of_unfinished(&path)).into()
        }
        NoRetry::Rehearsal(_) | NoRetry::NoSettings(_) => {
            let path = shown(&paths.summary);
            Message::new(|words| words.verify_of_rehearsal(&path)).into()
        }
        other => refused(other),
    }
}
