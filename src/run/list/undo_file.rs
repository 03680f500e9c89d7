//! Writes what a run is about to change, before its first call.

use std::path::Path;

use super::texts::ListedTexts;
use crate::config::ReadingSettings;
use crate::model::{Digits, Label, Plan};
use crate::record::{Change, OutputPaths, UNDO, UndoFile};
use crate::run::Failure;
use crate::run::prepare::input::opened::OpenedInput;
use crate::state::Delta;

/// Writes the values that the mailing list has of the labels which the run changes, beside the new
/// ones. `table` is the list that was read; `delta` knows which rows make no call, and which labels are
/// left as they are.
pub(in crate::run) fn write(
    opened: &mut OpenedInput,
    reading: &ReadingSettings,
    (table, paths): (&Path, &OutputPaths),
    delta: Option<&Delta>,
) -> Result<(), Failure> {
    let Some(members) = opened.plan.members.clone() else {
        return Ok(());
    };
    let mut texts = ListedTexts::open(table)?;
    let listed: Vec<Label> = texts.labels().collect();
    let set: Vec<Label> = opened.layout.labels.iter().map(|(label, _)| *label).collect();
    let labels: Vec<Label> = listed
        .iter()
        .filter(|label| set.contains(label))
        .copied()
        .collect();
    let path = paths.beside(UNDO);
    let mut undo = UndoFile::begin(&path, labels.iter().copied()).map_err(Failure::output)?;
    let plan = opened.plan.clone();
    let settings = plan.clone();
    let mut has_line = vec![false; usize::try_from(members.len()).unwrap_or_default()];
    opened.each_row(reading, plan, |row, planner| {
        let plan = planner.plan(row);
        let Plan::Send(update) = &plan else {
            return Ok(true);
        };
        let kept = match delta {
            Some(delta) => delta.would_leave(update, settings.listed(&plan).as_ref()),
            None => Ok(Some(Vec::new())),
        };
        let Some(kept) = kept.map_err(Failure::usage)? else {
            return Ok(true);
        };
        let Some(member) = Digits::new(update.respondent()).and_then(|id| members.find(id)) else {
            return Ok(true);
        };
        let old = texts.of(member, update.respondent())?;
        let is_repeated = has_line.get(member.place()).copied().unwrap_or_default();
        let mut changes: Vec<Change> = vec![None; labels.len()];
        for (label, new) in update.labelled().filter(|(label, _)| !kept.contains(label)) {
            let Some(at) = labels.iter().position(|other| *other == label) else {
                continue;
            };
            // A later row may set a label back, which the last line of a respondent has to say.
            let in_table = listed.iter().position(|other| *other == label);
            let old = in_table
                .and_then(|place| old.get(place))
                .filter(|old| **old != new || is_repeated);
            if let (Some(change), Some(old)) = (changes.get_mut(at), old) {
                *change = Some((old.clone(), new));
            }
        }
        if changes.iter().any(Option::is_some) {
            if let Some(has_line) = has_line.get_mut(member.place()) {
                *has_line = true;
            }
            undo.push((update.respondent(), update.survey()), &changes)
                .map_err(Failure::output)?;
        }
        Ok(true)
    })?;
    undo.finish().map_err(Failure::output)
}
