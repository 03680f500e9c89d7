//! The stage between planning and sending that knows what the platform acknowledged last: rows that say the same again are
//! skipped (`--changed-only`). How rows are planned is [`super::plan`]'s business, how they are sent [`super::send`]'s.
//!
//! No update is ever missed. That rests on these rules, kept here and nowhere else:
//!
//! 1. Before a row goes on to be sent, what it says is written beside what its respondent was told last, and committed. From
//!    then on that is not believed.
//! 2. What was acknowledged is written only when the row of the respondent that was planned last has its answer **in this
//!    process**, and is not believed before the next run. A journal teaches the store nothing.
//! 3. A call that ended without an answer that tells may be applied late, after a later row was acknowledged. As long as
//!    such a call said something else, what was acknowledged is not believed: it is said once more, by a run that begins
//!    when the call must be over. What a killed run had under way is in doubt, too. A control call is such a call as well.
//! 4. A journal proves what was said then. Where the store does not have all that an unfinished journal's runs did (it is
//!    another one, or was restored from a backup), the journal's respondents are forgotten before anything is sent.
//! 5. A row that the journal calls `unchanged` is judged anew, and sent where the store does not know, unless a later row of
//!    its respondent was sent already: the file's last row has the last word.
//!
//! So whatever is lost by a kill, a power cut or a full disk costs a repeated call and never a missed one, and a row that
//! failed comes back by itself. Within a run, rows behind one that is sent are sent too: a file that sets a respondent to x
//! and back to y ends with y.

mod control;
mod doubt;
mod key;
mod pending;
mod store;
mod terms;

pub(crate) use key::Account;
pub(crate) use store::error::StoreError;
pub(crate) use store::file::Store;
pub(crate) use store::inventory::Told;
pub(crate) use store::lineage::Past;
pub(crate) use terms::Clock;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::model::{LastExport, Outcome, Plan, PlannedRow, Status, StoreRun, UpdateRespondent};
use control::Control;
use doubt::Doubt;
use key::{Key, digest};
use pending::{Has, Lookup, Pending};
use store::file::StoredUpdate;
use terms::{Judgement, Terms};

/// Respondents that are written at a time.
const WRITE_AT: usize = 1_000;

/// What both ends of the stage share: the thread that plans asks and deletes, the one that records acknowledges.
/// Cloning shares it. A lock is held for a batch of rows, never while the platform is waited for.
#[derive(Clone, Debug)]
pub(crate) struct Delta {
    shared: Arc<Mutex<Shared>>,
    /// The run as the store knows it, unless the store ends with the process.
    is: Option<StoreRun>,
}

#[derive(Debug)]
struct Shared {
    store: Store,
    pending: Pending,
    terms: Terms,
    /// Of the control call that is under way.
    control: Option<Control>,
    /// How often what was known was deleted.
    passes: u64,
    /// The store could not be written; nothing is acknowledged any more, so all that was sent is sent again.
    is_broken: bool,
}

impl Delta {
    /// For a run that starts at this time. `skips`: rows that say nothing new are skipped; else all are sent, and the store
    /// is kept right.
    pub(crate) fn new(mut store: Store, past: &Past, skips: bool, clock: Clock) -> Result<Self, StoreError> {
        let is = store.begin_run(past)?;
        let terms = Terms {
            clock,
            run: is.run,
            skips,
            doubts_all: matches!(past, Past::Part { .. }),
        };
        Ok(Self {
            is: store.outlasts.then_some(is),
            shared: Arc::new(Mutex::new(Shared {
                store,
                pending: Pending::default(),
                terms,
                control: None,
                passes: 0,
                is_broken: false,
            })),
        })
    }

    /// What a journal has to say of the store; nothing for a store that ends with the process.
    pub(crate) fn store_run(&self) -> Option<&StoreRun> {
        self.is.as_ref()
    }

    /// How often this run has deleted what was known. A journal that knows of a row knows of a number that is not below that
    /// of its row's deletion.
    pub(crate) fn passes(&self) -> u64 {
        self.lock().passes
    }

    /// Takes planned rows in the input's order and turns those into skipped ones that say what the platform has; of all
    /// others that are to be sent, nothing is known when this returns. After an error none of them may go on.
    pub(crate) fn pass(&self, rows: &mut [PlannedRow]) -> Result<(), StoreError> {
        let mut shared = self.lock();
        let Shared {
            store,
            pending,
            terms,
            ..
        } = &mut *shared;
        let sends = store.transaction(|store| {
            let mut sends = false;
            for row in rows {
                sends |= pass(store, pending, terms, row)?;
            }
            if sends {
                store.count_pass()?;
            }
            Ok(sends)
        })?;
        shared.passes += u64::from(sends);
        Ok(())
    }

    /// Takes what became of rows, once the journal has it.
    pub(crate) fn acknowledge(&self, outcomes: &[Outcome]) {
        let mut shared = self.lock();
        for outcome in outcomes {
            if let Plan::Send(update) = &outcome.row.plan
                && !outcome.journalled
                && let Some(key) = shared.store.key(update)
            {
                let late_until = shared.terms.clock.late_until(outcome.finished_at);
                let verdict = Lookup {
                    digest: digest(update),
                    is_success: outcome.status == Status::Success,
                    doubted_until: outcome.doubted.then_some(late_until),
                };
                shared.pending.ended(key, outcome.row.sequence, verdict);
            }
        }
        if shared.pending.unwritten() >= WRITE_AT {
            shared.write();
        }
    }

    /// A control call repeats this command next: once this is written, it may be made. Blocks for a commit.
    pub(crate) fn control_begins(&self, update: &UpdateRespondent) -> Result<(), StoreError> {
        self.lock().control_begins(update)
    }

    /// It ended; `in_doubt_since`, without an answer that tells whether it was applied. One that is never told of is in
    /// doubt, as what a killed run had under way.
    pub(crate) fn control_ended(&self, in_doubt_since: Option<Timestamp>) -> Result<(), StoreError> {
        let mut shared = self.lock();
        let late_until = in_doubt_since.map(|ended| shared.terms.clock.late_until(ended));
        shared.control_ended(late_until)
    }

    /// Those of these commands that the platform acknowledged last, with nothing in doubt.
    pub(crate) fn acknowledged_among(
        &self,
        updates: Vec<UpdateRespondent>,
    ) -> Result<Vec<UpdateRespondent>, StoreError> {
        let shared = self.lock();
        let mut among = Vec::new();
        for update in updates {
            if shared.store.told(&update)?.is_repeatable() {
                among.push(update);
            }
        }
        Ok(among)
    }

    /// Writes what was acknowledged up to now.
    pub(crate) fn flush(&self) {
        self.lock().write();
    }

    /// The run is over, and every row that was sent has had its verdict acknowledged: none is under way any more.
    pub(crate) fn finish(&self) {
        let mut shared = self.lock();
        shared.pending.none_is_under_way();
        shared.write();
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
        let ended = self.pending.take_ended();
        if self.is_broken || ended.is_empty() {
            return;
        }
        if let Err(error) = write(&mut self.store, self.terms.run, &mut self.control, &ended) {
            self.is_broken = true;
            tracing::warn!(
                target: "respondent_sync::loud", event = "state_not_written",
                "{:#}; what was sent from here on is sent again by the next run",
                anyhow::Error::from(error)
            );
        }
    }
}

/// Writes what each of these has, all or nothing.
fn write(
    store: &mut Store,
    run: i64,
    control: &mut Option<Control>,
    ended: &[(Key, Has)],
) -> Result<(), StoreError> {
    store.transaction(|store| {
        ended.iter().try_for_each(|(key, Has { acknowledged, late })| {
            let entry = StoredUpdate {
                run,
                acknowledged: *acknowledged,
                doubt: late.doubt,
                until: (late.doubt != Doubt::None).then_some(late.until),
            };
            let entry = match control {
                Some(control) => control.with(*key, entry),
                None => entry,
            };
            match entry.acknowledged {
                None => store.forget(*key, &entry),
                Some(_) => store.put(*key, &entry),
            }
        })
    })
}

/// One row, inside of a transaction. Whether it is to be sent.
fn pass(
    store: &mut Store,
    pending: &mut Pending,
    terms: &Terms,
    row: &mut PlannedRow,
) -> Result<bool, StoreError> {
    let Plan::Send(update) = &row.plan else {
        return Ok(false);
    };
    let key = store.key_of(update.survey(), update.respondent())?;
    let (entry, said) = (store.entry(key)?, digest(update));
    let is_overtaken = row.settled.is_some() && store.is_overtaken(key, row.position.row)?;
    match terms.judge(row, said, entry.as_ref(), is_overtaken) {
        Judgement::Stays => return Ok(false),
        Judgement::Unchanged => {
            row.plan = row.plan.unchanged();
            return Ok(false);
        }
        Judgement::Sent => row.settled = None,
    }
    let mut has = pending.has(key).unwrap_or_else(|| terms.has(entry.as_ref()));
    if terms.doubts_all {
        has.late = has.late.with(said, terms.clock.late_until(terms.clock.start));
    }
    // What is under way already is in the entry.
    let beside = match entry {
        Some(entry) if pending.is_under_way(key) => entry.doubt.and(has.late.doubt),
        _ => has.late.doubt,
    };
    let under_way = StoredUpdate {
        run: terms.run,
        acknowledged: has.acknowledged,
        doubt: beside.with(said),
        until: None,
    };
    store.put(key, &under_way)?;
    pending.planned(key, row.sequence, has);
    Ok(true)
}

#[cfg(test)]
mod tests;
