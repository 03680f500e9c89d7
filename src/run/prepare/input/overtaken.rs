//! Reads who was updated since the rows of a failed file failed: from the results beside it, the
//! journals of later runs, and the store. `plan/overtaken.rs` decides which rows are not sent.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use anyhow::Error;

use super::announced::{announce, ensure_right_file};
use super::newer_export;
use super::opened::{OpenedInput, number};
use super::still_there::StillThere;
use crate::config::ReadingSettings;
use crate::model::{
    Action, ErrorCode, Fingerprint, Plan, Row, ShownPath, Status, StoreRun, UpdateRespondent,
};
use crate::plan::OvertakenPass;
use crate::record::{
    FinishedRun, GoOn, Round, SentRows, UpdatesFile, UpdatesForm, UpdatesOf, updates_beside,
    updates_of_journal,
};
use crate::run::Failure;
use crate::run::results::{ERROR_CODE, RESPONDENT, ROW, STATUS, SURVEY, each_result};
use crate::state::Store;
use crate::text::Message;

/// The store, and the runs in it that are not later ones.
struct KnownLater<'a> {
    store: &'a Store,
    /// The first process of the run whose failed rows are sent. `None` if this store does not know
    /// it: it was created or rebuilt since, and all that it knows may be later.
    first: Option<i64>,
    /// All processes of the run and of its rounds. Their files tell which row they sent.
    own: HashSet<i64>,
}

/// Finds the rows that would set a respondent back, and leaves them out of the plan. `resumed` is
/// the journal of the round if it is resumed: what the round itself has updated is not later. A round
/// that starts anew does not send again what its interrupted attempt has sent.
pub(in crate::run) fn leave_out_overtaken(
    opened: &mut OpenedInput,
    settings: &ReadingSettings,
    store: Option<&Store>,
    (resumed, fingerprint): (Option<&GoOn>, &Fingerprint),
) -> Result<(), Failure> {
    let Some(round) = &settings.round else {
        return Ok(());
    };
    if !round.run.is_unmoved() {
        return Err(Failure::usage(Message::new(|words| words.retry_of_moved())));
    }
    let mut pass = OvertakenPass::default();
    let action = opened.action_column();
    let sent = match resumed {
        Some(_) => SentRows::default(),
        None => SentRows::read(&round.run, &round.round, fingerprint).map_err(Failure::output)?,
    };
    let files = updates_beside(&round.run, &round.round, resumed.is_some()).map_err(Failure::output)?;
    let was_killed = files
        .iter()
        .any(|file| file.of == UpdatesOf::Round && file.was_killed);
    let mut still_there = was_killed.then(StillThere::default);
    let mut only_fixes = action.is_some();
    let row_of_run = opened.row_of_run();
    let origin = round.round.failed_in.as_deref();
    let origin = origin.map(|results| FailedRows::read(results, &round.run.paths.results));
    let origin = origin.transpose()?;
    opened.each_row(settings, opened.plan.of_all_rows(), |row, planner| {
        if let Some(failed) = &origin {
            let row = number(&row.fields, row_of_run);
            ensure_of_run(failed.has(row), row, &round.round)?;
        }
        let is_fix = action.and_then(|action| row.fields.get(action)) == Some(Action::Fix.name());
        only_fixes &= is_fix;
        let planned = planner.plan(row);
        if let Some(still_there) = &mut still_there {
            still_there.note(number(&row.fields, row_of_run), &planned);
        }
        if let Plan::Send(update) = planned {
            pass.expect(&update);
            if sent.has(row.record, &update) {
                pass.updated(
                    update.survey(),
                    update.respondent(),
                    number(&row.fields, row_of_run),
                );
            }
        }
        Ok(true)
    })?;
    ensure_right_file(&round.round)?;
    announce(&round.round, only_fixes, opened.known_rows());
    newer_export::warn(round);
    if pass.is_empty() {
        return Ok(());
    }
    for file in files {
        take_in(&file, still_there.as_ref(), &mut pass).map_err(|error| {
            let path = file.path.shown().to_string();
            let message = Message::new(|words| words.retry_unreadable(&path));
            Failure::usage(error.context(message))
        })?;
    }
    let later = known_later(store, &round.run)?;
    opened.each_row(settings, opened.plan.of_all_rows(), |row, planner| {
        if let Plan::Send(update) = planner.plan(row) {
            let is_later = match &later {
                Some(later) => later.has(&update)?,
                None => false,
            };
            let row_of_run = number(&row.fields, row_of_run);
            // A row of a workbook that names another respondent than its row of the run has no
            // certain place.
            let place = match &origin {
                Some(failed) if !failed.is_of(row_of_run, update.respondent()) => 0,
                _ => row_of_run,
            };
            pass.judge(
                row.sequence,
                place,
                &update,
                is_later || sent.has(row.record, &update),
            );
        }
        Ok(true)
    })?;
    let overtaken = pass.finish();
    if overtaken.count() > 0 {
        let words = Message::new(|words| words.overtaken_rows(overtaken.count()));
        tracing::warn!(
            event = "rows_superseded",
            rows = overtaken.count(),
            polish = words.polish(),
            "{words}"
        );
    }
    opened.plan.overtaken = Some(Arc::new(overtaken));
    Ok(())
}

/// Refuses a workbook that holds a row which did not fail: it may have been saved from another
/// night's failed file.
fn ensure_of_run(is_of_run: bool, row: u64, round: &Round) -> Result<(), Failure> {
    if is_of_run {
        return Ok(());
    }
    let [workbook, failed] =
        [&round.input, &round.input.with_extension("csv")].map(|path| path.shown().to_string());
    let row = (row > 0).then_some(row);
    Err(Failure::usage(Message::new(|words| {
        words.workbook_of_other_run(&workbook, row, &failed)
    })))
}

fn take_in(
    file: &UpdatesFile,
    still_there: Option<&StillThere>,
    pass: &mut OvertakenPass,
) -> Result<(), Error> {
    match file.form {
        UpdatesForm::Journal => {
            updates_of_journal(&file.path, |updated| {
                let by = match file.of {
                    UpdatesOf::Run | UpdatesOf::Round => updated.row_of_run,
                    UpdatesOf::LaterRun => u64::MAX,
                };
                pass.updated(&updated.survey, &updated.respondent, by);
            })?;
            Ok(())
        }
        UpdatesForm::Results | UpdatesForm::Partial => results(file, still_there, pass),
    }
}

/// Takes in the updates of a results file, also those that may have been applied. `still_there` if a
/// round was killed, which may have sent again what failed.
fn results(
    file: &UpdatesFile,
    still_there: Option<&StillThere>,
    pass: &mut OvertakenPass,
) -> Result<(), Error> {
    let is_partial = file.form == UpdatesForm::Partial;
    each_result(&file.path, is_partial, |row, row_of_run| {
        take_in_row(row, (file.of, row_of_run), still_there, pass);
    })
}

/// The failed rows of a run or a round, by the row of the run, with their respondents.
struct FailedRows(HashMap<u64, String>);

impl FailedRows {
    /// Reads them from the results of the run, which are `of_run`, or of one of its rounds.
    fn read(results: &Path, of_run: &Path) -> Result<Self, Failure> {
        let is_run = results == of_run;
        let mut rows = HashMap::new();
        let read = each_result(results, false, |row, row_of_run| {
            let place = if is_run { Some(ROW) } else { row_of_run };
            let cell = |column| row.fields.get(column).unwrap_or_default();
            if Status::from_name(cell(STATUS)).is_some_and(Status::is_failure) {
                rows.insert(number(&row.fields, place), cell(RESPONDENT).to_owned());
            }
        });
        read.map_err(|error| {
            let path = results.shown().to_string();
            Failure::usage(error.context(Message::new(|words| words.retry_unreadable(&path))))
        })?;
        Ok(Self(rows))
    }

    fn has(&self, row: u64) -> bool {
        row > 0 && self.0.contains_key(&row)
    }

    fn is_of(&self, row: u64, respondent: &str) -> bool {
        self.0.get(&row).is_some_and(|of_run| of_run == respondent)
    }
}

fn take_in_row(
    row: &Row<'_>,
    (of, row_of_run): (UpdatesOf, Option<usize>),
    still_there: Option<&StillThere>,
    pass: &mut OvertakenPass,
) {
    let cell = |column| row.fields.get(column).unwrap_or_default();
    let status = Status::from_name(cell(STATUS));
    let code = ErrorCode::from_name(cell(ERROR_CODE));
    let (survey, respondent) = (cell(SURVEY), cell(RESPONDENT));
    let by = match of {
        UpdatesOf::Run => number(&row.fields, Some(ROW)),
        UpdatesOf::Round => number(&row.fields, row_of_run),
        UpdatesOf::LaterRun => u64::MAX,
    };
    let may_have_updated = |status: Status| {
        // Any row that failed may have been in flight when a round was killed.
        let sent_again = status.is_failure()
            && of != UpdatesOf::LaterRun
            && still_there.is_some_and(|rows| !rows.has(by, respondent));
        status.may_have_updated(code) || sent_again
    };
    if status.is_some_and(may_have_updated) {
        pass.updated(survey, respondent, by);
    }
}

/// Returns what the store knows of later runs.
fn known_later<'a>(store: Option<&'a Store>, run: &FinishedRun) -> Result<Option<KnownLater<'a>>, Failure> {
    let Some(store) = store else { return Ok(None) };
    let runs_of = |run: &StoreRun| store.runs_of(run).map_err(Failure::usage);
    let (mut own, mut first) = (HashSet::new(), None);
    if let Some((last, first_of_run)) = run.in_store() {
        own.extend(runs_of(last)?);
        // Its first process may have used another store.
        first = first_of_run.filter(|first| own.contains(first));
    }
    for round in run.rounds_in_store().map_err(Failure::output)? {
        own.extend(runs_of(&round)?);
    }
    Ok(Some(KnownLater { store, first, own }))
}

impl KnownLater<'_> {
    /// Whether another run has updated the respondent since the first process of the run, or may have.
    fn has(&self, update: &UpdateRespondent) -> Result<bool, Failure> {
        let run = self.store.touched_in(update).map_err(Failure::usage)?;
        let is_later = |run: &i64| self.first.is_none_or(|first| *run > first);
        Ok(run.filter(is_later).is_some_and(|run| !self.own.contains(&run)))
    }
}
