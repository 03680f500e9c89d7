//! What the store says of a control call: a repeated command may be applied late as any other, even if the process is
//! killed while it is under way. Why and when one is made is [`crate::send`]'s business.

use super::Shared;
use super::doubt::Doubt;
use super::key::{Key, digest};
use super::store::error::StoreError;
use super::store::file::StoredUpdate;
use crate::model::UpdateRespondent;

/// A control call that is under way, or is made next.
#[derive(Debug)]
pub(super) struct Control {
    key: Key,
    said: u128,
    /// What the store would have without it.
    beneath: Option<StoredUpdate>,
}

impl Control {
    /// What is written of a respondent while the call is under way: that it may be applied until nobody knows when.
    pub(super) fn with(&mut self, key: Key, entry: StoredUpdate) -> StoredUpdate {
        if key != self.key {
            return entry;
        }
        self.beneath = Some(entry);
        StoredUpdate {
            doubt: entry.doubt.with(self.said),
            until: None,
            ..entry
        }
    }
}

impl Shared {
    /// Writes that a command is repeated before it is. One that was announced before and not made is forgotten.
    pub(super) fn control_begins(&mut self, update: &UpdateRespondent) -> Result<(), StoreError> {
        self.control_ended(None)?;
        let (said, run) = (digest(update), self.terms.run);
        let control = self.store.transaction(|store| {
            let key = store.key_of(update.survey(), update.respondent())?;
            let beneath = store.entry(key)?;
            let mut control = Control { key, said, beneath };
            let entry = beneath.unwrap_or_else(|| StoredUpdate::of_nothing(run));
            let entry = control.with(key, entry);
            store.put(key, &entry)?;
            Ok(Control { beneath, ..control })
        })?;
        self.control = Some(control);
        Ok(())
    }

    /// Writes what became of it; `late_until`, if it ended without an answer that tells.
    pub(super) fn control_ended(&mut self, late_until: Option<i64>) -> Result<(), StoreError> {
        let Some(Control { key, said, beneath }) = self.control.take() else {
            return Ok(());
        };
        if let Some(until) = late_until
            && self.pending.doubts(key, said, until)
        {
            return Ok(());
        }
        if self.pending.has(key).is_some() {
            // A row of the respondent has the last word.
            return Ok(());
        }
        let run = self.terms.run;
        self.store.transaction(|store| match (late_until, beneath) {
            (Some(until), beneath) => {
                let entry = beneath.unwrap_or_else(|| StoredUpdate::of_nothing(run));
                let until = entry.until.map_or(until, |earlier| earlier.max(until));
                let doubt = entry.doubt.with(said);
                let until = Some(until);
                store.put(
                    key,
                    &StoredUpdate {
                        doubt,
                        until,
                        ..entry
                    },
                )
            }
            (None, Some(entry)) => store.put(key, &entry),
            (None, None) => store.remove(key),
        })
    }
}

impl StoredUpdate {
    /// Of a respondent of whom nothing is known.
    fn of_nothing(run: i64) -> Self {
        Self {
            run,
            acknowledged: None,
            doubt: Doubt::None,
            until: None,
        }
    }
}
