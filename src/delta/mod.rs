//! The stage between planning and sending that knows what the platform acknowledged last: rows that say the same again are
//! skipped (`--changed-only`). How rows are planned is [`crate::plan`]'s business, how they are sent [`crate::send`]'s.
//!
//! That no update is ever missed rests on two rules, kept here and nowhere else:
//!
//! 1. What is known of a respondent is deleted, and the deletion committed, before a row of theirs goes on to be sent.
//! 2. It is written again only when the row of theirs that was planned last is acknowledged, and is not believed before
//!    the next run.
//!
//! So whatever is lost by a kill, a power cut or a full disk costs a repeated call and never a missed one, and a row that
//! failed comes back by itself. Within a run, rows behind one that is sent are sent too: a file that sets somebody to x and
//! back to y ends with y.

mod inventory;
mod key;
mod pending;
mod store;

pub(crate) use key::Account;
pub(crate) use store::{Store, StoreError};

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::model::{LastExport, Outcome, Plan, PlannedRow, Status};
use key::digest;
use pending::Pending;

/// So many acknowledgements are written at a time.
const WRITE_AT: usize = 1_000;

/// What both ends of the stage share: the thread that plans asks and deletes, the one that records acknowledges.
/// Cloning shares it. A lock is held for a batch of rows, never while anybody waits for the platform.
#[derive(Clone, Debug)]
pub(crate) struct Delta {
    shared: Arc<Mutex<Shared>>,
    /// Rows that say nothing new are skipped; else they are sent, and the store kept right.
    skips: bool,
}

#[derive(Debug)]
struct Shared {
    store: Store,
    pending: Pending,
    /// The store could not be written; nothing is acknowledged any more, so all that was sent is sent again.
    is_broken: bool,
}

impl Delta {
    pub(crate) fn new(mut store: Store, skips: bool) -> Result<Self, StoreError> {
        store.begin_run()?;
        Ok(Self {
            shared: Arc::new(Mutex::new(Shared {
                store,
                pending: Pending::default(),
                is_broken: false,
            })),
            skips,
        })
    }

    /// Whether rows that say nothing new are skipped.
    pub(crate) fn skips(&self) -> bool {
        self.skips
    }

    /// Takes planned rows in the input's order and turns those into skipped ones that say what the platform has; of all
    /// others that are to be sent, nothing is known when this returns. After an error none of them may go on.
    pub(crate) fn pass(&self, rows: &mut [PlannedRow]) -> Result<(), StoreError> {
        let mut shared = self.lock();
        let Shared { store, pending, .. } = &mut *shared;
        store.begin()?;
        let passed = rows
            .iter_mut()
            .try_for_each(|row| pass(store, pending, row, self.skips));
        passed
            .and_then(|()| store.commit())
            .inspect_err(|_| store.roll_back())
    }

    /// Takes what became of rows, once the journal has it.
    pub(crate) fn acknowledge(&self, outcomes: &[Outcome]) {
        let mut shared = self.lock();
        for outcome in outcomes {
            if let Plan::Send(update) = &outcome.row.plan
                && !outcome.journalled
                && let Some(key) = shared.store.key(update)
            {
                let is_success = outcome.status == Status::Success;
                shared
                    .pending
                    .ended(key, outcome.row.sequence, is_success.then(|| digest(update)));
            }
        }
        if shared.pending.acknowledged() >= WRITE_AT {
            shared.write();
        }
    }

    /// Writes what was acknowledged up to now.
    pub(crate) fn flush(&self) {
        self.lock().write();
    }

    /// Remembers what this export is like, for the guards of a later run; `name` tells it from others of the account. One
    /// that cannot be remembered is the lesser trouble.
    pub(crate) fn remember_export(&self, name: &str, export: &LastExport) {
        if let Err(error) = self.lock().store.set_last_export(name, export) {
            let error = anyhow::Error::from(error);
            tracing::warn!(target: "respondent_sync::loud", event = "state_not_written", "{error:#}");
        }
    }

    /// Every change under the lock leaves what is shared whole, so one that panicked under it did no harm.
    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    fn write(&mut self) {
        let acknowledged = self.pending.take_acknowledged();
        if self.is_broken || acknowledged.is_empty() {
            return;
        }
        if let Err(error) = self.store.remember(&acknowledged) {
            self.is_broken = true;
            tracing::warn!(
                target: "respondent_sync::loud", event = "state_not_written",
                "{:#}; what was sent from here on is sent again by the next run",
                anyhow::Error::from(error)
            );
        }
    }
}

/// One row, inside of a transaction.
fn pass(
    store: &mut Store,
    pending: &mut Pending,
    row: &mut PlannedRow,
    skips: bool,
) -> Result<(), StoreError> {
    let Plan::Send(update) = &row.plan else {
        return Ok(());
    };
    let key = store.key_of(update)?;
    let (known, said) = (store.known(key)?, digest(update));
    if let Some(settled) = &row.settled {
        // An earlier run's row: what it wrote here may have been lost, or it may not have had this store.
        if settled.attempts > 0 && known.is_none_or(|known| known.digest != said) {
            store.forget(key)?;
            if settled.status == Status::Success && !pending.is_on_its_way(key) {
                store.put(key, said)?;
            }
        }
        return Ok(());
    }
    let is_same = known.is_some_and(|known| known.is_believed && known.digest == said);
    if is_same && skips && row.doubt.is_none() {
        row.plan = row.plan.unchanged();
        return Ok(());
    }
    if known.is_some() {
        store.forget(key)?;
    }
    pending.planned(key, row.sequence);
    Ok(())
}

#[cfg(test)]
mod tests;
