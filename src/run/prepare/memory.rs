//! Opens what is remembered of earlier runs, and prepares it for the run that is about to start.

use std::path::{Path, PathBuf};

use anyhow::Context;
use jiff::Timestamp;

use super::guards::{Remembered, Unfinished};
use super::site::Site;
use crate::config::DeltaSettings;
use crate::model::{DeltaMode, ErrorCode, SentRow, ShownPath, Status, UpdateRespondent, time_in_name};
use crate::plan::PlanSettings;
use crate::report::RunSummary;
use crate::run::Failure;
use crate::state::{Account, Clock, Delta, Past, Store, StoreError};
use crate::system::folders::with_suffix;
use crate::system::rename::rename_new;
use crate::system::trust;

/// Rows of a journal that are looked up in the store per step.
const ROWS_AT_A_TIME: usize = 10_000;

/// What a run knows of earlier runs and leaves for later ones.
pub(in crate::run) struct Memory {
    /// The store for this run; `None` if nothing is remembered.
    pub(in crate::run) delta: Option<Delta>,
    remembered: Option<Remembered>,
}

/// How a run starts with what is known of earlier runs.
pub(in crate::run) struct Beginning<'a> {
    pub(in crate::run) mode: DeltaMode,
    /// How rows are planned.
    pub(in crate::run) plan: &'a PlanSettings,
    pub(in crate::run) account: &'a Account,
    /// Start of the run, and how long calls may be applied late.
    pub(in crate::run) clock: Clock,
    /// The unfinished run, if there is one.
    pub(in crate::run) unfinished: Option<Unfinished<'a>>,
    /// Whether the unfinished run is resumed, and not set aside or replaced.
    pub(in crate::run) resumes: bool,
}

impl Memory {
    /// Prepares the store for a run that is about to make its first call. Deletes all entries that
    /// cannot be trusted, before anything is sent and before the journal names this run.
    pub(in crate::run) fn begin(
        store: Option<Store>,
        remembered: Option<Remembered>,
        beginning: &Beginning<'_>,
    ) -> Result<Self, Failure> {
        let delta = beginning.delta(store)?;
        Ok(Self { delta, remembered })
    }

    /// Leaves labels as they are that people changed on the platform, if that is asked for.
    pub(in crate::run) fn keeping_conflicts(self, keeps: bool) -> Self {
        Self {
            delta: self.delta.map(|delta| delta.keeping_conflicts(keeps)),
            ..self
        }
    }

    /// Returns those of these commands that are still recorded as acknowledged, after the run has
    /// deleted what it must.
    pub(in crate::run) fn still_known(
        &self,
        known: Vec<UpdateRespondent>,
    ) -> Result<Vec<UpdateRespondent>, Failure> {
        match &self.delta {
            Some(delta) => delta.acknowledged_among(known).map_err(Failure::usage),
            None => Ok(Vec::new()),
        }
    }

    /// Remembers the export after the run, unless the platform accepted no row of it.
    pub(in crate::run) fn remember(&self, summary: &RunSummary) {
        let taken = summary.count(Status::Success) + summary.rows_of(ErrorCode::Unchanged);
        if let (Some(delta), Some(Remembered { name, export }), 1..) = (&self.delta, &self.remembered, taken)
        {
            delta.remember_export(name, export);
        }
    }
}

impl Beginning<'_> {
    fn delta(&self, store: Option<Store>) -> Result<Option<Delta>, Failure> {
        let has_unchanged = |unfinished: Unfinished<'_>| self.resumes && unfinished.journal.has_unchanged();
        let has_unchanged = self.unfinished.is_some_and(has_unchanged);
        let mut store = match store {
            Some(store) => store,
            // Rows that were skipped as unchanged are compared again, which needs a store, if only
            // a temporary one.
            None if has_unchanged => Store::temporary(self.account.clone()).map_err(Failure::usage)?,
            None => return Ok(None),
        };
        let past = match self.unfinished {
            Some(unfinished) => self.past(&mut store, unfinished, has_unchanged)?,
            None => Past::Nothing,
        };
        if self.mode == DeltaMode::Refresh
            && !self.plan.policy.selection.is_partial()
            && !self.resumes_refresh(&past)
        {
            store
                .disbelieve_own(self.plan.survey.as_deref())
                .map_err(Failure::usage)?;
        }
        let past = if self.resumes { past } else { Past::Nothing };
        let skips = (self.mode == DeltaMode::ChangedOnly).then_some(self.plan.fault_text);
        Delta::new(store, &past, skips, self.clock)
            .map(Some)
            .map_err(Failure::usage)
    }

    /// Whether a refresh is resumed, whose start has already marked all entries as untrusted.
    fn resumes_refresh(&self, past: &Past) -> bool {
        let is_refresh =
            |unfinished: Unfinished<'_>| unfinished.journal.looked_over().mode == DeltaMode::Refresh;
        self.resumes && matches!(past, Past::All(_)) && self.unfinished.is_some_and(is_refresh)
    }

    /// Returns what the store has of an unfinished run. If the store lacks a part of it, the
    /// entries of all its respondents are deleted, whether the run is resumed or not.
    fn past(
        &self,
        store: &mut Store,
        unfinished: Unfinished<'_>,
        has_unchanged: bool,
    ) -> Result<Past, Failure> {
        let (before, passes) = unfinished.journal.store();
        let past = store.past(before, passes).map_err(Failure::usage)?;
        let forgets = matches!(past, Past::Part { .. });
        if !forgets && !has_unchanged {
            return Ok(past);
        }
        let sent = unfinished.journal.sent(unfinished.paths);
        let mut sent = sent.map_err(Failure::output)?;
        loop {
            let some = sent.by_ref().take(ROWS_AT_A_TIME);
            let some: Vec<SentRow> = some.collect::<Result<_, _>>().map_err(Failure::output)?;
            if some.is_empty() {
                return Ok(past);
            }
            if forgets {
                store.forget_sent(&some, self.clock).map_err(Failure::usage)?;
            }
            if has_unchanged {
                store.note_sent(&some).map_err(Failure::usage)?;
            }
        }
    }
}

/// Refuses a store that others can write: it could make a run skip every row.
pub(in crate::run) fn trusted(path: &Path) -> Result<(), Failure> {
    trust::check_with_folder(path).map_err(Failure::usage)
}

/// Returns the store's file if the run is to use one.
pub(in crate::run) fn used(settings: &DeltaSettings) -> Option<&Path> {
    let path = settings.path.as_deref()?;
    (settings.mode != DeltaMode::Follow || path.exists()).then_some(path)
}

/// Opens the store for a run of this account. `None` if the run uses none.
pub(in crate::run) fn open(settings: &DeltaSettings, site: &Site) -> Result<Option<Store>, Failure> {
    let account = site.account.clone();
    if site.is_sandbox() {
        // The sandbox starts empty each time, so none of it is worth remembering.
        return match settings.mode {
            DeltaMode::Follow => Ok(None),
            DeltaMode::ChangedOnly | DeltaMode::Refresh => {
                Store::temporary(account).map(Some).map_err(Failure::usage)
            }
        };
    }
    let Some(path) = used(settings) else {
        return Ok(None);
    };
    trusted(path)?;
    match (Store::open(path, account.clone()), settings.mode) {
        (Ok(store), _) => Ok(Some(store)),
        // A run that sends everything does not need the damaged entries. Later runs must not trust
        // them, because they do not know of this run.
        (Err(StoreError::Damaged { why, .. }), DeltaMode::Refresh | DeltaMode::Follow) => {
            let aside = set_aside(path).map_err(Failure::usage)?;
            tracing::warn!(
                target: "respondent_sync::loud",
                event = "state_set_aside",
                "the state was damaged ({why}): set aside as `{}`, a new one is built",
                aside.shown()
            );
            Store::open(path, account).map(Some).map_err(Failure::usage)
        }
        (Err(error), _) => Err(Failure::usage(error)),
    }
}

/// Renames a damaged store, together with the files beside it (`-wal`, `-shm`).
fn set_aside(path: &Path) -> anyhow::Result<PathBuf> {
    let aside = with_suffix(path, &format!(".damaged-{}", time_in_name(Timestamp::now())));
    for end in ["", "-wal", "-shm"] {
        let (from, to) = (with_suffix(path, end), with_suffix(&aside, end));
        if from.exists() {
            rename_new(&from, &to)
                .with_context(|| format!("cannot rename the damaged state `{}`", from.shown()))?;
        }
    }
    Ok(aside)
}
