//! Labels that people changed on the platform since they were sent: left as they are, if that was asked
//! for (`--on-conflict keep`).
//!
//! A label is in conflict if the mailing list has neither what was acknowledged last, nor what stood
//! there before that (a change may show late), nor what the row sets. What was never sent is no
//! conflict, and neither is what is not known: before a label is sent, it is forgotten, and only an
//! acknowledgement is remembered.

use super::key::Key;
use super::store::error::StoreError;
use super::store::file::Store;
use crate::model::{FaultText, Label, Labelled, Listed, Plan, PlannedRow};

/// Takes the labels in conflict out of a row that would be sent. Returns how many were taken out.
/// `is_last` says that the row is what was acknowledged last, whole. A row of which nothing is left to
/// change is skipped, with this text.
pub(super) fn leave_out(
    store: &Store,
    key: Key,
    row: &mut PlannedRow,
    (is_last, text): (bool, FaultText),
) -> Result<u64, StoreError> {
    let (Plan::Send(update), Some(listed)) = (&row.plan, &row.listed) else {
        return Ok(0);
    };
    let mut kept: Vec<Label> = Vec::new();
    for label in &listed.0 {
        if !label.differs() {
            continue;
        }
        let is_edited = |last: Labelled| label.listed != last.said && label.listed != last.before;
        if is_last || store.said_of(key, label.label)?.is_some_and(is_edited) {
            kept.push(label.label);
        }
    }
    if kept.is_empty() {
        return Ok(0);
    }
    let labels: Vec<_> = listed
        .0
        .iter()
        .filter(|label| !kept.contains(&label.label))
        .copied()
        .collect();
    let left = Listed(labels.into());
    let believes_all = update.labelled().count() == left.0.len() + kept.len();
    let believes_all = believes_all && left.0.iter().all(|label| label.believed);
    let remaining = update.without(&kept).filter(|_| left.differs() || !believes_all);
    row.plan = match remaining {
        Some(update) => Plan::Send(update),
        None => row.plan.kept(text),
    };
    row.listed = Some(left);
    Ok(kept.len() as u64)
}

/// Remembers what was acknowledged of each label, and what the list had before.
pub(super) fn remember(store: &mut Store, key: Key, listed: &Listed) -> Result<(), StoreError> {
    listed.0.iter().try_for_each(|label| {
        let labelled = Labelled {
            said: label.wanted,
            before: label.listed,
        };
        store.put_label(key, label.label, labelled)
    })
}
