//! The pass over an input that tells whether it looks like an export at all, before any of it is sent. What speaks against
//! it is decided in `plan/guards.rs`.

use std::collections::HashSet;

use anyhow::anyhow;

use super::Failure;
use super::opened::Opened;
use crate::config::{DeltaMode, GuardSettings, ReadingSettings};
use crate::delta::Store;
use crate::model::{Export, Lane, LastExport, Layout, Plan, Row};
use crate::plan::{EmptyPolicy, Guards};
use crate::read::is_own_column;
use crate::report::ExitCode;

/// So many respondents whose rows differ are remembered, to count their later rows as changes, too.
const MOST_CHANGED: usize = 100_000;

/// What is to be remembered of an export once it is on its way.
pub(super) struct Remembered {
    pub(super) name: String,
    pub(super) export: LastExport,
}

/// Counts what the guards need, and refuses the input if one of them objects and it `judges`. Returns what a later run is to
/// compare its own with, if it is to.
pub(super) fn guard(
    opened: &mut Opened,
    reading: &ReadingSettings,
    settings: &GuardSettings,
    store: Option<&Store>,
    mode: DeltaMode,
    judges: bool,
) -> Result<Option<Remembered>, Failure> {
    if settings.guards.max_changes.is_some() && mode == DeltaMode::Follow {
        return Err(Failure::usage(anyhow!(
            "`--max-changes` compares with what is remembered: give `--changed-only`, too"
        )));
    }
    if !opened.is_file() {
        return stream(settings, reading.plan.empty).map(|()| None);
    }
    // Only the line that runs every night is compared with the night before.
    let store = store.filter(|_| mode != DeltaMode::Follow);
    if !settings.guards.need_counts(reading.plan.empty) && store.is_none() {
        return Ok(None);
    }
    let asks = settings.guards.max_changes.is_some();
    let mut counting = Counting::new(&opened.layout, store.filter(|_| asks));
    opened.each_row(reading, opened.plan.of_all_rows(), |row, planner| {
        counting.take_in(row, planner.layout());
        if asks {
            counting.compare(&planner.plan(row))?;
        }
        Ok(true)
    })?;
    let export = counting.export;
    if judges {
        let objections = objections(&export, opened, reading, &settings.guards, store)?;
        settle(&objections, reading, settings.lets_through)?;
    }
    let remembers = store.is_some() && is_export(opened, reading);
    Ok(remembers.then(|| Remembered {
        name: name(opened, reading),
        export: export.remembered(),
    }))
}

/// Whether a run would tell anybody anything new by an input that was sent before. Of several rows of a respondent the last
/// is the one that counts.
pub(super) fn has_news(
    opened: &mut Opened,
    reading: &ReadingSettings,
    store: &Store,
) -> Result<bool, Failure> {
    let mut differing = HashSet::new();
    opened.each_row(reading, opened.plan.clone(), |row, planner| {
        if let Plan::Send(update) = planner.plan(row) {
            if store.is_same(&update).map_err(Failure::usage)? == Some(true) {
                differing.remove(&update.lane());
            } else {
                differing.insert(update.lane());
            }
        }
        Ok(differing.len() < MOST_CHANGED)
    })?;
    Ok(!differing.is_empty())
}

/// What the guards have to know of all rows, one after the other.
pub(super) struct Counting<'a> {
    pub(super) export: Export,
    /// Where changes are counted.
    store: Option<&'a Store>,
    changed: HashSet<Lane>,
}

impl<'a> Counting<'a> {
    pub(super) fn new(layout: &Layout, store: Option<&'a Store>) -> Self {
        Self {
            export: Export::new(layout),
            store,
            changed: HashSet::new(),
        }
    }

    pub(super) fn take_in(&mut self, row: &Row<'_>, layout: &Layout) {
        self.export.take_in(row, layout);
    }

    /// Counts a row's plan as a change if it is one. Says whether the respondent was told the same last; nothing if nobody
    /// knows.
    pub(super) fn compare(&mut self, plan: &Plan) -> Result<Option<bool>, Failure> {
        let (Some(store), Plan::Send(update)) = (self.store, plan) else {
            return Ok(None);
        };
        let Some(is_same) = store.is_same(update).map_err(Failure::usage)? else {
            return Ok(None);
        };
        // Behind a row that differs, one that says what was said before changes it back.
        let lane = update.lane();
        let is_change = !is_same || self.changed.contains(&lane);
        if !is_same && self.changed.len() < MOST_CHANGED {
            self.changed.insert(lane);
        }
        self.export.known += 1;
        self.export.changes += u64::from(is_change);
        Ok(Some(is_same))
    }
}

/// What speaks against an input that was counted.
pub(super) fn objections(
    export: &Export,
    opened: &Opened,
    reading: &ReadingSettings,
    guards: &Guards,
    store: Option<&Store>,
) -> Result<Vec<String>, Failure> {
    let last = match store.filter(|_| is_export(opened, reading)) {
        Some(store) => store
            .last_export(&name(opened, reading))
            .map_err(Failure::usage)?,
        None => None,
    };
    Ok(guards.objections(export, reading.plan.empty, last.as_ref()))
}

/// What cannot be looked over first.
fn stream(settings: &GuardSettings, empty: EmptyPolicy) -> Result<(), Failure> {
    if settings.lets_through || !settings.guards.need_counts(empty) {
        return Ok(());
    }
    Err(Failure::usage(anyhow!(
        "`--min-rows`, `--min-filled`, `--max-changes` and `--empty send` need a look at all rows before the first call, and \
         standard input can be read only once: give a file, or `--ignore-guards`"
    )))
}

/// Refuses an export that somebody objects to, or says what is let through.
fn settle(objections: &[String], reading: &ReadingSettings, lets_through: bool) -> Result<(), Failure> {
    if objections.is_empty() {
        return Ok(());
    }
    let (input, said) = (&reading.input, objections.join("; "));
    if lets_through {
        tracing::warn!(
            target: "respondent_sync::loud",
            event = "guard_ignored",
            "{input} is let through by `--ignore-guards`: {said}"
        );
        return Ok(());
    }
    Err(Failure {
        code: ExitCode::Aborted,
        error: anyhow!(
            "{input}: nothing was sent, since the export does not look right: {said}; if it is right, let it through once \
             with `--ignore-guards`"
        ),
    })
}

/// Not a part of one, and not what an earlier run left over.
fn is_export(opened: &Opened, reading: &ReadingSettings) -> bool {
    let is_failed_file = opened.first.names.iter().any(|name| is_own_column(name));
    !is_failed_file && !reading.plan.selection.is_partial()
}

/// What tells an export from others of the account: its survey, and its labels where somebody has named them. Where they
/// follow from the columns' names, a column that is gone is to be seen.
fn name(opened: &Opened, reading: &ReadingSettings) -> String {
    let survey = opened.plan.survey.as_deref().unwrap_or("column");
    if reading.wanted.labels.is_none() {
        return survey.to_owned();
    }
    let labels = opened.layout.labels.iter().map(|(label, _)| label.name());
    format!("{survey} {}", labels.collect::<Vec<_>>().join(" "))
}
