//! Records control calls in the store: a repeated command may be applied late like any other call,
//! even if the process is killed while it is in flight. [`crate::send`] decides why and when one is
//! made.

use super::Shared;
use super::doubt::Doubt;
use super::key::{Key, digest};
use super::store::error::StoreError;
use super::store::file::StoredUpdate;
use crate::model::UpdateRespondent;

/// A control call that is in flight or is made next.
#[derive(Debug)]
pub(super) struct Control {
    /// The respondent, and the digest of the repeated command.
    key: Key,
    said: u128,
    /// The entry that the store would have without the call.
    beneath: Option<StoredUpdate>,
}

impl Control {
    /// Returns the entry to write while the call is in flight: it may be applied until an unknown
    /// time.
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
    /// Records that a command is repeated, before it is. A call that was announced earlier but not
    /// made is forgotten.
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

    /// Records the end of the call. `late_until` is set if it ended without a clear answer.
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
            // A row of the respondent determines the entry.
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
    /// The entry of a respondent of whom nothing is known.
    fn of_nothing(run: i64) -> Self {
        Self {
            run,
            acknowledged: None,
            doubt: Doubt::None,
            until: None,
        }
    }
}
