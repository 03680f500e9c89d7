//! The pass over an input that collects what the guards need, before any row is sent.
//! `plan/guards.rs` decides what is wrong with an export.

use std::collections::HashSet;

use super::input::opened::OpenedInput;
use crate::config::{GuardSettings, ReadingSettings};
use crate::model::{DeltaMode, ErrorCode, Export, Lane, LastExport, Layout, Plan, Row, UpdateRespondent};
use crate::plan::{Damage, EmptyPolicy, Guards, Objection, Planner};
use crate::read::is_own_column;
use crate::record::{GoOn, LookedOver, OutputPaths};
use crate::report::ExitCode;
use crate::run::Failure;
use crate::state::{Past, Store, Told};
use crate::text::Message;

/// The name of the finding that the id column is a CRM's own number.
pub(in crate::run) const CRM_NUMBER: &str = "crm_number_as_id";

/// Maximum respondents with changed rows that are remembered. Their later rows count as changes
/// too.
pub(in crate::run) const MAX_CHANGED: usize = 100_000;

/// Maximum acknowledged commands that are kept for control calls. There are several because a
/// respondent may receive another command during the run.
const MAX_KNOWN: usize = 8;

/// Approximate number of rows, spread over the file, that are searched for acknowledged commands.
/// Looking up a row costs as much as planning it.
const LOOK_AT: u64 = 10_000;

/// The export that the store remembers once it has been sent.
pub(in crate::run) struct Remembered {
    /// Identifies the export among those of the account.
    pub(in crate::run) name: String,
    pub(in crate::run) export: LastExport,
}

/// An export that may be sent.
pub(in crate::run) struct Passed {
    /// How the guards checked it, for the journal.
    pub(in crate::run) looked_over: LookedOver,
    /// The counts that later runs compare with. `None` if they do not.
    pub(in crate::run) remembered: Option<Remembered>,
    /// Commands of the input that the platform acknowledged before. One of them can be repeated as
    /// a control call.
    pub(in crate::run) known: Vec<UpdateRespondent>,
}

/// An unfinished run.
#[derive(Clone, Copy)]
pub(in crate::run) struct Unfinished<'a> {
    pub(in crate::run) journal: &'a GoOn,
    pub(in crate::run) paths: &'a OutputPaths,
}

/// Counts what the guards need, and refuses the input if a guard objects.
///
/// A resumed run is not checked again if it was let through then. It is not checked again either if
/// the guards and the store are the same as then. `asks` says that a person will be asked; `seed` is for
/// the random choice of `known`.
pub(in crate::run) fn guard(
    opened: &mut OpenedInput,
    reading: &ReadingSettings,
    settings: &GuardSettings,
    (store, mode, asks): (Option<&Store>, DeltaMode, bool),
    (resumed, seed): (Option<Unfinished<'_>>, u64),
) -> Result<Passed, Failure> {
    let guards = &settings.guards;
    // Only a run with `--changed-only` or a refresh is compared with the previous export.
    let store = store.filter(|_| mode != DeltaMode::Follow);
    let compares = store.is_some() && is_export(opened, reading);
    let before = resumed.map(|resumed| resumed.journal.looked_over());
    let looked_over = LookedOver {
        guards: guards.canonical(reading.plan.empty, compares),
        mode,
        let_through: settings.lets_through || before.is_some_and(|before| before.let_through),
    };
    let judges = match (before, store, resumed) {
        (None, ..) => true,
        (Some(before), ..) if before.let_through => false,
        (Some(before), ..) if before.guards != looked_over.guards => true,
        // With another store, or an older state of this one, other rows would count as changes.
        (Some(_), Some(store), Some(resumed)) => {
            let (run, passes) = resumed.journal.store();
            !matches!(store.past(run, passes).map_err(Failure::usage)?, Past::All(_))
        }
        (Some(_), ..) => false,
    };
    let passed = |remembered, known| Passed {
        looked_over,
        remembered,
        known,
    };
    if !opened.is_file() {
        return stream(settings, reading.plan.empty).map(|()| passed(None, Vec::new()));
    }
    if !judges && store.is_none() {
        return Ok(passed(None, Vec::new()));
    }
    let Counted { export, known } = count(opened, reading, guards, store, (resumed, seed))?;
    if judges {
        let mut guards = guards.clone();
        if asks && resumed.is_none() {
            // The person who is asked decides, also for a resumption; in a rehearsal there is nothing to decide.
            guards.max_damaged = None;
        }
        let objections = objections(&export, opened, reading, &guards, store)?;
        settle(&objections, reading, settings.lets_through, resumed.is_some())?;
    }
    let remembered = compares.then(|| Remembered {
        name: name(opened, reading),
        export: export.remembered(),
    });
    Ok(passed(remembered, known))
}

/// The result of a pass over all rows.
struct Counted {
    export: Export,
    known: Vec<UpdateRespondent>,
}

/// Counts all rows, as `check` does. Counts changes only among the remaining rows of a resumed run.
fn count(
    opened: &mut OpenedInput,
    reading: &ReadingSettings,
    guards: &Guards,
    store: Option<&Store>,
    (resumed, seed): (Option<Unfinished<'_>>, u64),
) -> Result<Counted, Failure> {
    let asks = guards.max_changes.is_some();
    let left = resumed.map(|resumed| resumed.journal.left(resumed.paths));
    let mut left = left.transpose().map_err(Failure::output)?;
    let mut counting = Counting::new(&opened.layout, store.filter(|_| asks));
    let mut known = Sample::new(fastrand::Rng::with_seed(seed));
    let stride = (opened.known_rows().unwrap_or_default() / LOOK_AT).max(1);
    opened.each_row(reading, opened.plan.clone(), |row, planner| {
        counting.take_in(row, planner.layout());
        let is_left = match &mut left {
            Some(left) => left.has(row.position.row).map_err(Failure::output)?,
            None => true,
        };
        let asked_store = store.filter(|_| row.sequence.is_multiple_of(stride));
        let compares = asks && is_left;
        let plan = planner.plan(row);
        counting.note(row, &plan, planner);
        if compares {
            counting.compare(&plan)?;
        }
        if let Some(store) = asked_store
            && let Plan::Send(update) = plan
            && store.told(&update).map_err(Failure::usage)?.is_repeatable()
        {
            known.push(update);
        }
        Ok(true)
    })?;
    Ok(Counted {
        export: counting.export,
        known: known.into_shuffled(),
    })
}

/// A uniform random sample of many items. A sample of neighbours would be worse: rows that fail in
/// this run may stand side by side.
#[derive(Debug)]
struct Sample<T> {
    kept: Vec<T>,
    seen: usize,
    chance: fastrand::Rng,
}

impl<T> Sample<T> {
    fn new(chance: fastrand::Rng) -> Self {
        Self {
            kept: Vec::new(),
            seen: 0,
            chance,
        }
    }

    fn push(&mut self, next: T) {
        self.seen += 1;
        if self.kept.len() < MAX_KNOWN {
            self.kept.push(next);
        } else if let Some(place) = self.kept.get_mut(self.chance.usize(..self.seen)) {
            *place = next;
        }
    }

    fn into_shuffled(mut self) -> Vec<T> {
        self.chance.shuffle(&mut self.kept);
        self.kept
    }
}

/// Collects, row by row, what the guards need.
pub(in crate::run) struct Counting<'a> {
    /// The counts so far.
    pub(in crate::run) export: Export,
    /// The store to count changes with; `None` if changes are not counted.
    store: Option<&'a Store>,
    changed: HashSet<Lane>,
}

impl<'a> Counting<'a> {
    /// Starts with no rows.
    pub(in crate::run) fn new(layout: &Layout, store: Option<&'a Store>) -> Self {
        Self {
            export: Export::new(layout),
            store,
            changed: HashSet::new(),
        }
    }

    /// Adds a row to the counts.
    pub(in crate::run) fn take_in(&mut self, row: &Row<'_>, layout: &Layout) {
        self.export.take_in(row, layout);
    }

    /// Counts a row whose address or id the table or the mailing list does not have, or one to be sent with an error of
    /// a spreadsheet in a label.
    pub(in crate::run) fn note(&mut self, row: &Row<'_>, plan: &Plan, planner: &Planner) {
        if matches!(plan, Plan::Send(_)) {
            let mut damaged = planner.damaged(row);
            let is_damaged = damaged.any(|(damage, _)| damage == Damage::Error);
            self.export.damaged += u64::from(is_damaged);
        }
        if let Plan::Skip(unsent) | Plan::Reject(unsent) = plan {
            let is_unknown = matches!(unsent.code(), ErrorCode::NoMatch | ErrorCode::UnknownId);
            self.export.unknown += u64::from(is_unknown);
        }
    }

    /// Counts a row's plan as a change if it is one. Returns how the row compares with what the
    /// respondent received last.
    pub(in crate::run) fn compare(&mut self, plan: &Plan) -> Result<Told, Failure> {
        let (Some(store), Plan::Send(update)) = (self.store, plan) else {
            return Ok(Told::Unknown);
        };
        let told = store.told(update).map_err(Failure::usage)?;
        if told == Told::Unknown {
            return Ok(told);
        }
        let is_same = told != Told::Other;
        // After a row that differs, a row with the earlier content changes it back.
        let lane = update.lane();
        let is_change = !is_same || self.changed.contains(&lane);
        if !is_same && self.changed.len() < MAX_CHANGED {
            self.changed.insert(lane);
        }
        self.export.known += 1;
        self.export.changes += u64::from(is_change);
        Ok(told)
    }
}

/// Adds what to do to a reason why the id column is probably a CRM's own number.
pub(in crate::run) fn with_remedy(why: &Message) -> Message {
    why.map(|words, why| words.with_crm_remedy(why))
}

/// Refuses an id column that is probably a CRM's own number, unless the user accepts it.
pub(in crate::run) fn refuse_crm_numbers(
    opened: &OpenedInput,
    reading: &ReadingSettings,
    settings: &GuardSettings,
) -> Result<(), Failure> {
    let Some(why) = opened.crm_number() else {
        return Ok(());
    };
    if settings.accepts_crm_ids {
        tracing::warn!(
            event = "input_warning",
            kind = CRM_NUMBER,
            polish = why.polish(),
            "{why}"
        );
        return Ok(());
    }
    let input = reading.input.to_string();
    let error = with_remedy(&why).map(|words, why| words.nothing_was_sent(&input, why));
    Err(Failure {
        code: ExitCode::Aborted,
        error: error.into(),
    })
}

/// Returns the guards' objections to an input that was counted.
pub(in crate::run) fn objections(
    export: &Export,
    opened: &OpenedInput,
    reading: &ReadingSettings,
    guards: &Guards,
    store: Option<&Store>,
) -> Result<Vec<Message>, Failure> {
    let last = match store.filter(|_| is_export(opened, reading)) {
        Some(store) => store
            .last_export(&name(opened, reading))
            .map_err(Failure::usage)?,
        None => None,
    };
    // The blanks of failed rows were judged with the whole export.
    let empty = match reading.round {
        Some(_) => EmptyPolicy::Skip,
        None => reading.plan.empty,
    };
    let objections = guards.objections(export, empty, last.as_ref());
    let said = |objection: &Objection| Message::new(|words| words.objection(objection));
    Ok(objections.iter().map(said).collect())
}

/// Refuses guards that need counts, because a stream cannot be read before it is sent.
fn stream(settings: &GuardSettings, empty: EmptyPolicy) -> Result<(), Failure> {
    if settings.lets_through || !settings.guards.need_counts(empty) {
        return Ok(());
    }
    Err(Failure::usage(Message::new(|words| words.guards_need_a_file())))
}

/// Refuses an export to which there are objections, or warns if they are ignored.
pub(in crate::run) fn settle(
    objections: &[Message],
    reading: &ReadingSettings,
    lets_through: bool,
    resumes: bool,
) -> Result<(), Failure> {
    if objections.is_empty() {
        return Ok(());
    }
    let input = reading.input.to_string();
    if lets_through {
        let message = Message::join(objections, |words, said| words.guard_ignored(&input, said));
        tracing::warn!(
            target: "respondent_sync::loud",
            event = "guard_ignored",
            polish = message.polish(),
            "{message}"
        );
        return Ok(());
    }
    let is_round = reading.round.is_some();
    let message = Message::join(objections, |words, said| {
        if is_round {
            words.guard_refused_round(&input, said)
        } else {
            words.guard_refused(&input, said, resumes)
        }
    });
    Err(Failure {
        code: ExitCode::Aborted,
        error: message.into(),
    })
}

/// Whether the input is a whole export: neither a part of one nor the failed file of an earlier
/// run.
fn is_export(opened: &OpenedInput, reading: &ReadingSettings) -> bool {
    let is_failed_file = reading.round.is_some() || opened.first.names.iter().any(|name| is_own_column(name));
    !is_failed_file && !reading.plan.selection.is_partial()
}

/// Identifies an export among those of the account: by its survey, and by its labels if the user
/// named them. Labels that follow from column names are left out, so that a missing column is
/// noticed as a change of the same export.
fn name(opened: &OpenedInput, reading: &ReadingSettings) -> String {
    let survey = opened.plan.survey.as_deref().unwrap_or("column");
    if reading.wanted.labels.is_none() {
        return survey.to_owned();
    }
    let labels = opened.layout.labels.iter().map(|(label, _)| label.name());
    format!("{survey} {}", labels.collect::<Vec<_>>().join(" "))
}
