//! Reads who was updated since the rows of a failed file failed: from the results beside it, the
//! journals of later runs, and the store. `plan/overtaken.rs` decides which rows are not sent.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Error, anyhow, ensure};

use super::opened::{OpenedInput, number};
use super::side_file::SideFile;
use crate::config::{ReadingSettings, RoundSettings};
use crate::model::{Action, Fingerprint, Lang, Plan, Row, ShownPath, Status, StoreRun, UpdateRespondent};
use crate::plan::OvertakenPass;
use crate::read::{InputError, ReadOptions};
use crate::record::{GoOn, Round, SentRows, UpdatesFile, UpdatesOf, updates_beside, updates_of_journal};
use crate::run::Failure;
use crate::state::{Past, Store};
use crate::text::{Message, fault_text};

/// The columns of the results that are read, with their places.
const COLUMNS: [(usize, &str); 4] = [
    (ROW, "row"),
    (RESPONDENT, "id_respondent"),
    (SURVEY, "id_survey"),
    (STATUS, "status"),
];

const ROW: usize = 0;
const RESPONDENT: usize = 1;
const SURVEY: usize = 2;
const STATUS: usize = 3;

/// The column of a round's results that has the row of the run: the first that is kept.
const ROW_OF_RUN: usize = 10;

/// The store, and the runs in it whose acknowledgements are not later ones.
struct KnownLater<'a> {
    store: &'a Store,
    /// The run whose failed rows are sent.
    before: i64,
    /// The runs of the round itself, from the first to the last. `None` if it has none yet.
    own: Option<(i64, i64)>,
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
        if let Plan::Send(update) = planner.plan(row) {
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
    announce(&round.round, only_fixes, opened.known_rows());
    if pass.is_empty() {
        return Ok(());
    }
    let files = updates_beside(&round.run, round.round.number).map_err(Failure::output)?;
    for file in files {
        take_in(&file, &mut pass).map_err(|error| {
            let path = file.path.shown().to_string();
            let message = Message::new(|words| words.retry_unreadable(&path));
            Failure::usage(error.context(message))
        })?;
    }
    let later = known_later(store, round, resumed)?;
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

/// Says which round it is and which file it sends, and what looks like a mistake about it.
fn announce(round: &Round, only_fixes: bool, rows: Option<u64>) {
    let failed = round.input.shown().to_string();
    let words = Message::new(|words| words.round_starts(round.number, &failed, round.is_edited));
    tracing::info!(
        event = "retry_round",
        round = round.number,
        edited = round.is_edited,
        polish = words.polish(),
        "{words}"
    );
    if let Some(older) = &round.older_form {
        let older = older.shown().to_string();
        let words = Message::new(|words| words.older_form_unused(&failed, &older));
        tracing::warn!(event = "retry_older_form", polish = words.polish(), "{words}");
    }
    if let Some(edited) = &round.edited_too_late {
        let edited = edited.shown().to_string();
        let words = Message::new(|words| words.edited_too_late(&failed, &edited));
        tracing::warn!(
            event = "retry_edited_too_late",
            polish = words.polish(),
            "{words}"
        );
    }
    let missing = rows.map_or(0, |rows| round.failures.saturating_sub(rows));
    if missing > 0 {
        let words = Message::new(|words| words.rows_missing(missing, &failed));
        tracing::info!(
            event = "retry_rows_missing",
            rows = missing,
            polish = words.polish(),
            "{words}"
        );
    }
    if only_fixes && !round.is_edited {
        let words = Message::new(|words| words.nothing_was_fixed(&failed));
        tracing::warn!(event = "retry_not_fixed", polish = words.polish(), "{words}");
    }
}

fn take_in(file: &UpdatesFile, pass: &mut OvertakenPass) -> Result<(), Error> {
    match file.of {
        UpdatesOf::LaterJournal => {
            updates_of_journal(file, |sent| pass.updated_later(&sent.survey, &sent.respondent))?;
            Ok(())
        }
        UpdatesOf::Run | UpdatesOf::Round | UpdatesOf::LaterRun => results(file, pass),
    }
}

/// Takes in the successes of a results file.
fn results(file: &UpdatesFile, pass: &mut OvertakenPass) -> Result<(), Error> {
    each_result(&file.path, file.is_partial, |row| take_in_row(row, file.of, pass))
}

/// Passes every row of a results file to `see`. The last line of a partial one may be torn.
fn each_result(path: &Path, is_partial: bool, mut see: impl FnMut(&Row<'_>)) -> Result<(), Error> {
    let options = ReadOptions {
        encoding: "utf-8".parse().ok(),
        ..ReadOptions::default()
    };
    let mut table = match SideFile::open(path, options, None, |_| Ok::<_, InputError>(())) {
        // There is a header and nothing else.
        Err(error) if error.is_no_rows() => return Ok(()),
        opened => opened?,
    };
    let names = &table.first.names;
    for (at, name) in COLUMNS {
        ensure!(
            names.get(at).is_some_and(|found| found == name),
            "column {} is not `{name}`",
            at + 1
        );
    }
    let mut rows = table.rows()?;
    while let Some(row) = rows.next()? {
        if let Some(fault) = &row.fault {
            let why = fault_text(Lang::En)(fault);
            ensure!(is_partial, anyhow!("{}: {why}", row.position));
            continue;
        }
        see(&row);
    }
    rows.finish()?;
    Ok(())
}

/// The failed rows of a run or a round, by the row of the run, with their respondents.
struct FailedRows(HashMap<u64, String>);

impl FailedRows {
    /// Reads them from the results of the run, which are `of_run`, or of one of its rounds.
    fn read(results: &Path, of_run: &Path) -> Result<Self, Failure> {
        let place = if results == of_run { ROW } else { ROW_OF_RUN };
        let mut rows = HashMap::new();
        let read = each_result(results, false, |row| {
            let cell = |column| row.fields.get(column).unwrap_or_default();
            if Status::from_name(cell(STATUS)).is_some_and(Status::is_failure) {
                rows.insert(number(&row.fields, Some(place)), cell(RESPONDENT).to_owned());
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

fn take_in_row(row: &Row<'_>, of: UpdatesOf, pass: &mut OvertakenPass) {
    let cell = |column| row.fields.get(column).unwrap_or_default();
    if cell(STATUS) != Status::Success.name() {
        return;
    }
    let (survey, respondent) = (cell(SURVEY), cell(RESPONDENT));
    match of {
        UpdatesOf::Run => pass.updated(survey, respondent, number(&row.fields, Some(ROW))),
        UpdatesOf::Round => pass.updated(survey, respondent, number(&row.fields, Some(ROW_OF_RUN))),
        UpdatesOf::LaterRun | UpdatesOf::LaterJournal => pass.updated_later(survey, respondent),
    }
}

/// Returns what the store knows of later runs. `None` if it cannot know which are later.
fn known_later<'a>(
    store: Option<&'a Store>,
    round: &RoundSettings,
    resumed: Option<&GoOn>,
) -> Result<Option<KnownLater<'a>>, Failure> {
    let Some((store, before)) = store.zip(round.round.store_before.as_ref()) else {
        return Ok(None);
    };
    let Past::All(StoreRun { run: before, .. }) = store.past(Some(before), 0).map_err(Failure::usage)? else {
        return Ok(None);
    };
    Ok(Some(KnownLater {
        store,
        before,
        own: resumed.and_then(GoOn::runs),
    }))
}

impl KnownLater<'_> {
    /// Whether the store knows of a later acknowledgement for the respondent.
    fn has(&self, update: &UpdateRespondent) -> Result<bool, Failure> {
        let run = self.store.acknowledged_in(update).map_err(Failure::usage)?;
        let is_own = |run| {
            self.own
                .is_some_and(|(first, last)| (first..=last).contains(&run))
        };
        Ok(run.is_some_and(|run| run > self.before && !is_own(run)))
    }
}
