//! Labels that people changed on the platform since they were sent: left as they are, if that was asked
//! for (`--on-conflict keep`).
//!
//! A label is in conflict if the mailing list has neither what was acknowledged last, nor what stood
//! there before that (a change may show late), nor what the row sets. What was never sent is no
//! conflict, and neither is what is not known. What is sent without an acknowledgement may be what the
//! list has, too.

use super::key::Key;
use super::store::error::StoreError;
use super::store::file::Store;
use crate::model::{FaultText, Label, Labelled, Listed, Plan, PlannedRow, UpdateRespondent, label_digest};

/// Takes the labels in conflict out of a row that would be sent. Returns how many were taken out.
/// `is_last` says that the row is what was acknowledged last, whole. A row of which nothing is left to
/// change is skipped, with this text.
pub(super) fn leave_out(
    store: &mut Store,
    key: Key,
    row: &mut PlannedRow,
    (is_last, text): (bool, FaultText),
) -> Result<u64, StoreError> {
    let (Plan::Send(update), Some(listed)) = (&row.plan, &row.listed) else {
        return Ok(0);
    };
    let kept = in_conflict(store, key, listed, is_last)?;
    if kept.is_empty() {
        return Ok(0);
    }
    if is_last {
        note_said(store, key, listed, &kept)?;
    }
    let (remaining, left) = remaining(update, listed, &kept);
    row.plan = match remaining {
        Some(update) => Plan::Send(update),
        None => row.plan.kept(text),
    };
    row.listed = Some(left);
    Ok(kept.len() as u64)
}

/// Returns the labels of a row that would be left as they are; `None` if nothing would be left to send.
pub(super) fn would_leave(
    store: &Store,
    (key, update): (Key, &UpdateRespondent),
    listed: &Listed,
    is_last: bool,
) -> Result<Option<Vec<Label>>, StoreError> {
    let kept = in_conflict(store, key, listed, is_last)?;
    if kept.is_empty() {
        return Ok(Some(kept));
    }
    let (remaining, _) = remaining(update, listed, &kept);
    Ok(remaining.map(|_| kept))
}

/// Returns the labels in conflict.
pub(super) fn in_conflict(
    store: &Store,
    key: Key,
    listed: &Listed,
    is_last: bool,
) -> Result<Vec<Label>, StoreError> {
    let mut found = Vec::new();
    for label in listed.0.iter().filter(|label| label.differs()) {
        let is_edited = |last: Labelled| label.listed != last.said && label.listed != last.before;
        if is_last || store.said_of(key, label.label)?.is_some_and(is_edited) {
            found.push(label.label);
        }
    }
    Ok(found)
}

/// Remembers what was acknowledged of these labels where only the whole row is known, which the next
/// row may not repeat.
fn note_said(store: &mut Store, key: Key, listed: &Listed, kept: &[Label]) -> Result<(), StoreError> {
    for label in listed.0.iter().filter(|label| kept.contains(&label.label)) {
        if store.said_of(key, label.label)?.is_none() {
            let labelled = Labelled {
                said: label.wanted,
                before: label.wanted,
            };
            store.put_label(key, label.label, labelled)?;
        }
    }
    Ok(())
}

/// Returns what a row sends without the labels that are kept, and what the list has of that. Nothing is
/// sent if the list is believed to have the rest.
fn remaining(
    update: &UpdateRespondent,
    listed: &Listed,
    kept: &[Label],
) -> (Option<UpdateRespondent>, Listed) {
    let labels = listed.0.iter().filter(|label| !kept.contains(&label.label));
    let left = Listed(labels.copied().collect());
    let believes_all = update.labelled().count() == left.0.len() + kept.len();
    let believes_all = believes_all && left.0.iter().all(|label| label.believed);
    let update = update.without(kept).filter(|_| left.differs() || !believes_all);
    (update, left)
}

/// Notes before a call what it sends: until it is acknowledged, the list may have this or what was
/// acknowledged before, and neither is a person's.
pub(super) fn note_attempt(store: &mut Store, key: Key, update: &UpdateRespondent) -> Result<(), StoreError> {
    for (label, value) in update.labelled() {
        if let Some(last) = store.said_of(key, label)? {
            let attempted = Labelled {
                before: label_digest(&value),
                ..last
            };
            store.put_label(key, label, attempted)?;
        }
    }
    Ok(())
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
