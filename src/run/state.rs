//! What is remembered of earlier runs: opened for one that is to start, shown, forgotten.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use jiff::Timestamp;

use super::Failure;
use super::guards::Remembered;
use super::lock::Locks;
use super::site::Site;
use crate::config::{DeltaMode, DeltaSettings, ForgetSettings, StateSettings};
use crate::delta::{Account, Delta, Store, StoreError};
use crate::folders::with_suffix;
use crate::model::{ErrorCode, Status, time_in_name};
use crate::plan::PlanSettings;
use crate::report::{Console, ExitCode, RunSummary, counted};

/// What a run knows of earlier ones, and leaves for later ones.
pub(super) struct Memory {
    pub(super) delta: Option<Delta>,
    remembered: Option<Remembered>,
}

impl Memory {
    /// For a run that is about to make its first call.
    pub(super) fn begin(
        mut store: Option<Store>,
        remembered: Option<Remembered>,
        mode: DeltaMode,
        plan: &PlanSettings,
    ) -> Result<Self, Failure> {
        let forgets = mode == DeltaMode::Refresh && !plan.policy.selection.is_partial();
        if let Some(store) = store.as_mut().filter(|_| forgets) {
            store.forget_own(plan.survey.as_deref()).map_err(Failure::usage)?;
        }
        let skips = mode == DeltaMode::ChangedOnly;
        let delta = store.map(|store| Delta::new(store, skips));
        Ok(Self {
            delta: delta.transpose().map_err(Failure::usage)?,
            remembered,
        })
    }

    /// The run is over: what it sent was an export, unless the platform took nothing of it.
    pub(super) fn remember(&self, summary: &RunSummary) {
        let taken = summary.count(Status::Success) + summary.rows_of(ErrorCode::Unchanged);
        if let (Some(delta), Some(Remembered { name, export }), 1..) = (&self.delta, &self.remembered, taken)
        {
            delta.remember_export(name, export);
        }
    }
}

/// The file that a run is to use, if it is to have one.
pub(super) fn used(settings: &DeltaSettings) -> Option<&Path> {
    let path = settings.path.as_deref()?;
    (settings.mode != DeltaMode::Follow || path.exists()).then_some(path)
}

/// The store for a run of this account, if it is to have one.
pub(super) fn open(settings: &DeltaSettings, site: &Site) -> Result<Option<Store>, Failure> {
    let account = site.account.clone();
    if site.is_sandbox() {
        // A platform that is new each time knows nobody, and nothing of it is worth remembering.
        return match settings.mode {
            DeltaMode::Follow => Ok(None),
            DeltaMode::ChangedOnly | DeltaMode::Refresh => {
                Store::in_memory(account).map(Some).map_err(Failure::usage)
            }
        };
    }
    let Some(path) = used(settings) else {
        return Ok(None);
    };
    match (Store::open(path, account.clone()), settings.mode) {
        (Ok(store), _) => Ok(Some(store)),
        // A run that sends everything needs none of it, and nobody must believe it later: it does not know of this run.
        (Err(StoreError::Damaged { why, .. }), DeltaMode::Refresh | DeltaMode::Follow) => {
            let aside = set_aside(path).map_err(Failure::usage)?;
            tracing::warn!(
                target: "respondent_sync::loud",
                event = "state_set_aside",
                "the state was damaged ({why}): set aside as `{}`, a new one is built",
                aside.display()
            );
            Store::open(path, account).map(Some).map_err(Failure::usage)
        }
        (Err(error), _) => Err(Failure::usage(error)),
    }
}

/// Renames a damaged store, with what lies beside it.
fn set_aside(path: &Path) -> anyhow::Result<PathBuf> {
    let aside = with_suffix(path, &format!(".damaged-{}", time_in_name(Timestamp::now())));
    for end in ["", "-wal", "-shm"] {
        let (from, to) = (with_suffix(path, end), with_suffix(&aside, end));
        if from.exists() {
            fs::rename(&from, &to)
                .with_context(|| format!("cannot rename the damaged state `{}`", from.display()))?;
        }
    }
    Ok(aside)
}

/// `state show` and `state forget`.
pub(super) async fn run(command: StateSettings, console: &Console) -> Result<ExitCode, Failure> {
    match command {
        StateSettings::Show { path } => show(path, console),
        StateSettings::Forget(settings) => forget(settings, console).await,
    }
}

fn show(path: PathBuf, console: &Console) -> Result<ExitCode, Failure> {
    let (store, path) = existing(path)?;
    let size = fs::metadata(&path).map_or(0, |file| file.len());
    let mut text = format!("{}: {}\n", path.display(), counted(size, "byte"));
    for known in store.known_surveys().map_err(Failure::usage)? {
        // Writing to a text does not fail.
        writeln!(
            text,
            "  {} account {} survey {}: {}",
            known.base_url,
            known.account,
            known.survey,
            counted(known.respondents, "respondent")
        )
        .ok();
    }
    console.print(&text);
    Ok(ExitCode::Success)
}

async fn forget(settings: ForgetSettings, console: &Console) -> Result<ExitCode, Failure> {
    let ForgetSettings {
        path,
        survey,
        respondents,
    } = settings;
    // A run that goes on would not notice.
    let locks = if path.exists() {
        Locks::of_state(&path).await?
    } else {
        Locks::default()
    };
    let (mut store, _) = existing(path)?;
    let count = store
        .forget_all(survey.as_deref(), &respondents)
        .map_err(Failure::usage)?;
    drop(locks);
    console.print(&format!("forgotten: {}\n", counted(count as u64, "respondent")));
    Ok(ExitCode::Success)
}

fn existing(path: PathBuf) -> Result<(Store, PathBuf), Failure> {
    if !path.exists() {
        return Err(Failure::usage(anyhow!(
            "there is no state `{}`: a run with `--changed-only` makes it",
            path.display()
        )));
    }
    // Whose it is does not matter to whoever asks for all.
    let nobody = Account {
        base_url: String::new(),
        account: String::new(),
    };
    let store = Store::open(&path, nobody).map_err(Failure::usage)?;
    Ok((store, path))
}
