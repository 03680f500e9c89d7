//! The stage between planning and sending, which knows what the platform acknowledged last. Rows
//! with the same content are skipped (`--changed-only`). [`super::plan`] plans the rows, and
//! [`super::send`] sends them.
//!
//! No update is ever missed. That depends on these rules, which only this module implements:
//!
//! 1. Before a row is sent, its content is written to its respondent's entry and committed. From
//!    then on the entry is not trusted.
//! 2. An acknowledgement is written only when the last planned row of the respondent has its answer
//!    **in this process**, and is not trusted before the next run. The store learns nothing from a
//!    journal.
//! 3. A call that ended without a clear answer may be applied late, after a later row was
//!    acknowledged. While such a call with another content is possible, the acknowledgement is not
//!    trusted: the row is sent once more, by a run that starts when the call must be over. Calls in
//!    flight when a run was killed are in doubt, too. A control call counts as such a call.
//! 4. A journal proves only what was sent at its time. If the store lacks a part of what an
//!    unfinished journal's runs did (it is another store, or was restored from a backup), the
//!    entries of the journal's respondents are removed before anything is sent.
//! 5. A row that the journal calls `unchanged` is decided again. It is sent if the store does not
//!    know its content, unless a later row of its respondent was sent already: the file's last row
//!    takes precedence.
//!
//! So whatever a kill, a power cut or a full disk destroys costs a repeated call, never a missed
//! one, and a row that failed is sent again by itself. Within a run, the rows of a respondent after
//! one that is sent are sent, too: a file that sets a respondent to x and back to y ends with y.

mod conflicts;
mod control;
mod doubt;
mod key;
mod pending;
mod store;
mod terms;

pub(crate) use key::Account;
pub(crate) use store::acknowledged::acknowledged;
pub(crate) use store::error::StoreError;
pub(crate) use store::file::Store;
pub(crate) use store::inventory::Told;
pub(crate) use store::lineage::Past;
pub(crate) use terms::Clock;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::model::{
    Edited, FaultText, Label, Labelled, LastExport, Listed, Outcome, Plan, PlannedRow, Status, StoreRun,
    UpdateRespondent,
};
use control::Control;
use doubt::Doubt;
use key::{Key, digest};
use pending::{Has, Lookup, Pending};
use store::file::StoredUpdate;
use terms::{Judgement, Terms};

/// Number of respondents that are written at a time.
const WRITE_AT: usize = 1_000;

/// The state that both ends of the stage share: the planning thread queries and invalidates
/// entries, and the recording thread acknowledges. Cloning shares the state. The lock is held for a
/// batch of rows, never while waiting for the platform.
#[derive(Clone, Debug)]
pub(crate) struct Delta {
    shared: Arc<Mutex<Shared>>,
    /// The run as the store identifies it; `None` if the store ends with the process.
    is: Option<StoreRun>,
}

#[derive(Debug)]
struct Shared {
    store: Store,
    pending: Pending,
    terms: Terms,
    /// The control call in flight, if any.
    control: Option<Control>,
    /// How often this run has invalidated entries.
    passes: u64,
    /// What people changed on the platform.
    edited: Edited,
    /// Acknowledged labels that are not written yet.
    labels: Vec<(Key, Listed)>,
    /// The store could not be written. Nothing is acknowledged any more, so everything sent from
    /// then on is sent again.
    is_broken: bool,
}

impl Delta {
    /// Prepares the stage for a run. If `skips` is set, unchanged rows are skipped with this text;
    /// otherwise all rows are sent, and the store is only kept up to date.
    pub(crate) fn new(
        mut store: Store,
        past: &Past,
        skips: Option<FaultText>,
        clock: Clock,
    ) -> Result<Self, StoreError> {
        let is = store.begin_run(past)?;
        let terms = Terms {
            clock,
            run: is.run,
            skips,
            keeps: false,
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
                edited: Edited::default(),
                labels: Vec::new(),
                is_broken: false,
            })),
        })
    }

    /// Leaves labels as they are that people changed on the platform (`--on-conflict keep`).
    #[must_use]
    pub(crate) fn keeping_conflicts(self, keeps: bool) -> Self {
        self.lock().terms.keeps = keeps;
        self
    }

    /// Returns what people changed on the platform, as far as rows were processed.
    pub(crate) fn edited(&self) -> Edited {
        self.lock().edited
    }

    /// Returns the labels that the row's call would leave as they are, because people changed them.
    /// `None` if it makes no call: the platform has its labels, by what was acknowledged and by the
    /// mailing list as far as it is believed, or all of them are left.
    pub(crate) fn would_leave(
        &self,
        update: &UpdateRespondent,
        listed: Option<&Listed>,
    ) -> Result<Option<Vec<Label>>, StoreError> {
        let mut shared = self.lock();
        let Shared { store, terms, .. } = &mut *shared;
        if terms.skips.is_none() {
            return Ok(Some(Vec::new()));
        }
        let is_last = store.told(update)? == Told::Same;
        match listed.filter(|listed| listed.differs()) {
            Some(listed) if terms.keeps => {
                let key = store.key_of(update.survey(), update.respondent())?;
                conflicts::would_leave(store, (key, update), listed, is_last)
            }
            None if is_last => Ok(None),
            _ => Ok(Some(Vec::new())),
        }
    }

    /// Returns what was acknowledged last of a label; `None` if it is not known.
    pub(crate) fn said(
        &self,
        update: &UpdateRespondent,
        label: Label,
    ) -> Result<Option<Labelled>, StoreError> {
        self.lock().store.said(update, label)
    }

    /// Stores that written values of these labels were read back.
    pub(crate) fn prove(&self, survey: &str, labels: &[Label]) -> Result<(), StoreError> {
        self.lock().store.prove(survey, labels)
    }

    /// The store's run for the journal's header; `None` for a store that ends with the process.
    pub(crate) fn store_run(&self) -> Option<&StoreRun> {
        self.is.as_ref()
    }

    /// How often this run has invalidated entries. If a journal contains a row, the number in the
    /// journal is at least the one at which the row's entry was invalidated.
    pub(crate) fn passes(&self) -> u64 {
        self.lock().passes
    }

    /// Processes planned rows in the input's order. Marks rows as skipped if the platform has their
    /// content. On return, the entries of all other rows to be sent are invalidated. After an error
    /// none of the rows may be sent.
    pub(crate) fn pass(&self, rows: &mut [PlannedRow]) -> Result<(), StoreError> {
        let mut shared = self.lock();
        let Shared {
            store,
            pending,
            terms,
            edited,
            ..
        } = &mut *shared;
        let sends = store.transaction(|store| {
            let mut sends = false;
            for row in rows {
                sends |= pass((store, pending, edited), terms, row)?;
            }
            if sends {
                store.count_pass()?;
            }
            Ok(sends)
        })?;
        shared.passes += u64::from(sends);
        Ok(())
    }

    /// Processes the outcomes of rows, after the journal has them.
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
                let listed = outcome.row.listed.as_ref().filter(|_| shared.terms.keeps);
                if let Some(listed) = listed.filter(|_| outcome.status == Status::Success) {
                    shared.labels.push((key, listed.clone()));
                }
            }
        }
        if shared.pending.unwritten() >= WRITE_AT {
            shared.write();
        }
    }

    /// Records that a control call repeats this command next. The call may be made after this
    /// returns. Blocks for a commit.
    pub(crate) fn control_begins(&self, update: &UpdateRespondent) -> Result<(), StoreError> {
        self.lock().control_begins(update)
    }

    /// Records the end of the control call. `in_doubt_since` is the end of a call without a clear
    /// answer. A call whose end is never recorded is in doubt, like the calls in flight when a run
    /// was killed.
    pub(crate) fn control_ended(&self, in_doubt_since: Option<Timestamp>) -> Result<(), StoreError> {
        let mut shared = self.lock();
        let late_until = in_doubt_since.map(|ended| shared.terms.clock.late_until(ended));
        shared.control_ended(late_until)
    }

    /// Returns those of these commands that the platform acknowledged last and that are not in
    /// doubt.
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

    /// Writes all acknowledgements so far.
    pub(crate) fn flush(&self) {
        self.lock().write();
    }

    /// Ends the run: every row that was sent has its verdict acknowledged, and none is in flight.
    pub(crate) fn finish(&self) {
        let mut shared = self.lock();
        shared.pending.none_is_under_way();
        shared.write();
    }

    /// Stores the key figures of this export for the guards of a later run. `name` distinguishes it
    /// from other exports of the account. A failure is only a warning.
    pub(crate) fn remember_export(&self, name: &str, export: &LastExport) {
        if let Err(error) = self.lock().store.set_last_export(name, export) {
            let error = anyhow::Error::from(error);
            tracing::warn!(target: "respondent_sync::loud", event = "state_not_written", "{error:#}");
        }
    }

    /// Every change under the lock leaves the state consistent, so a panic of another holder did no
    /// harm.
    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    fn write(&mut self) {
        let ended = self.pending.take_ended();
        let labels = std::mem::take(&mut self.labels);
        if self.is_broken || (ended.is_empty() && labels.is_empty()) {
            return;
        }
        let written = write(&mut self.store, self.terms.run, &mut self.control, &ended);
        let written = written.and_then(|()| {
            self.store.transaction(|store| {
                labels
                    .iter()
                    .try_for_each(|(key, listed)| conflicts::remember(store, *key, listed))
            })
        });
        if let Err(error) = written {
            self.is_broken = true;
            tracing::warn!(
                target: "respondent_sync::loud", event = "state_not_written",
                "{:#}; what was sent from here on is sent again by the next run",
                anyhow::Error::from(error)
            );
        }
    }
}

/// Writes these entries: all or none.
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

/// Processes one row inside a transaction. Returns whether it is to be sent.
fn pass(
    (store, pending, edited): (&mut Store, &mut Pending, &mut Edited),
    terms: &Terms,
    row: &mut PlannedRow,
) -> Result<bool, StoreError> {
    let Plan::Send(update) = &row.plan else {
        return Ok(false);
    };
    let key = store.key_of(update.survey(), update.respondent())?;
    let entry = store.entry(key)?;
    let is_edited = terms.is_edited(row, digest(update), entry.as_ref());
    if let Some(text) = terms.skips.filter(|_| terms.keeps && row.settled.is_none()) {
        edited.kept += conflicts::leave_out(store, key, row, (is_edited, text))?;
    }
    let Plan::Send(update) = &row.plan else {
        return Ok(false);
    };
    let said = digest(update);
    let is_overtaken = row.settled.is_some() && store.is_overtaken(key, row.position.row)?;
    match terms.judge(row, said, entry.as_ref(), is_overtaken) {
        Judgement::Stays => return Ok(false),
        Judgement::Unchanged => {
            if let Some(text) = terms.skips {
                row.plan = row.plan.unchanged(text);
            }
            return Ok(false);
        }
        Judgement::Sent => row.settled = None,
    }
    edited.overwritten += u64::from(is_edited && !terms.keeps);
    // What was left as it is, is still known, so that it is left the next time, too.
    if terms.keeps {
        conflicts::note_attempt(store, key, update)?;
    } else {
        // What was sent before is not what is sent last any more.
        store.forget_labels(key, update.labelled().map(|(label, _)| label))?;
    }
    let mut has = pending.has(key).unwrap_or_else(|| terms.has(entry.as_ref()));
    if terms.doubts_all {
        has.late = has.late.with(said, terms.clock.late_until(terms.clock.start));
    }
    // The entry includes the rows in flight already.
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
