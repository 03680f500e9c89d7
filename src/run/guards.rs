//! The pass over an input that tells whether it looks like an export at all, before any of it is sent. What speaks against
//! it is decided in `plan/guards.rs`.

use anyhow::anyhow;

use super::Failure;
use super::opened::Opened;
use crate::config::{DeltaMode, GuardSettings, ReadingSettings};
use crate::delta::Store;
use crate::model::{Export, Plan};
use crate::plan::{Guards, PlanSettings, Planner, Selection};
use crate::read::is_own_column;
use crate::report::ExitCode;

/// Counts what the guards need, and refuses the input if one of them objects; then remembers it as the last one.
pub(super) fn guard(
    opened: &mut Opened,
    reading: &ReadingSettings,
    settings: &GuardSettings,
    store: Option<&mut Store>,
    mode: DeltaMode,
) -> Result<(), Failure> {
    if !opened.is_file() {
        return stream(settings);
    }
    // Only the line that runs every night is compared with the night before.
    let store = store.filter(|_| mode != DeltaMode::Follow);
    if !settings.guards.need_counts(reading.plan.empty) && store.is_none() {
        return Ok(());
    }
    let counts_changes = settings.guards.max_changes.is_some();
    let export = count(opened, reading, store.as_deref().filter(|_| counts_changes))?;
    let objections = objections(&export, opened, reading, &settings.guards, store.as_deref())?;
    settle(&objections, settings.lets_through)?;
    if let Some(store) = store.filter(|_| is_export(opened, reading)) {
        store
            .set_last_export(surveys(&reading.plan), &export.remembered())
            .map_err(Failure::usage)?;
    }
    Ok(())
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
            .last_export(surveys(&reading.plan))
            .map_err(Failure::usage)?,
        None => None,
    };
    Ok(guards.objections(export, reading.plan.empty, last.as_ref()))
}

/// What cannot be looked over first.
fn stream(settings: &GuardSettings) -> Result<(), Failure> {
    if settings.guards == Guards::default() || settings.lets_through {
        return Ok(());
    }
    Err(Failure::usage(anyhow!(
        "`--min-rows`, `--min-filled` and `--max-changes` look at all rows before the first call, and standard input can be \
         read only once: give a file"
    )))
}

/// Refuses an export that somebody objects to, or says what is let through.
fn settle(objections: &[String], lets_through: bool) -> Result<(), Failure> {
    if objections.is_empty() {
        return Ok(());
    }
    let said = objections.join("; ");
    if lets_through {
        tracing::warn!(
            event = "guard_ignored",
            "let through by `--ignore-guards`: {said}"
        );
        return Ok(());
    }
    Err(Failure {
        code: ExitCode::Aborted,
        error: anyhow!(
            "nothing was sent, since the export does not look right: {said}; if it is right, let it through once with \
             `--ignore-guards`"
        ),
    })
}

/// Not a part of one, and not what an earlier run left over.
fn is_export(opened: &Opened, reading: &ReadingSettings) -> bool {
    let is_failed_file = opened.first.names.iter().any(|name| is_own_column(name));
    !is_failed_file && !reading.plan.selection.is_partial()
}

/// What tells the surveys of one input from those of another.
fn surveys(plan: &PlanSettings) -> &str {
    plan.survey.as_deref().unwrap_or("column")
}

fn count(opened: &mut Opened, reading: &ReadingSettings, store: Option<&Store>) -> Result<Export, Failure> {
    let all = PlanSettings {
        selection: Selection::default(),
        ..reading.plan.clone()
    };
    let mut planner = Planner::new(all, opened.layout.clone());
    let mut export = Export::new(&opened.layout);
    if let Some(store) = &store {
        // Where nobody is known everything is a change, and none of it a sudden one.
        export.changes = store.knows_anybody().map_err(Failure::usage)?.then_some(0);
    }
    let store = store.filter(|_| export.changes.is_some());
    let fault = |error| Failure::input(error, &reading.input);
    let mut rows = opened.rows(reading)?;
    while let Some(row) = rows.next().map_err(fault)? {
        export.take_in(&row, &opened.layout);
        let Some(store) = &store else { continue };
        if let Plan::Send(update) = planner.plan(&row) {
            export.to_send += 1;
            let is_change = store.is_change(&update).map_err(Failure::usage)?;
            export.changes = export.changes.map(|changes| changes + u64::from(is_change));
        }
    }
    rows.finish().map_err(fault)?;
    Ok(export)
}
