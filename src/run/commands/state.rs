//! `state show` and `state forget`: shows and deletes what is remembered of earlier runs.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use anyhow::anyhow;

use crate::config::{ForgetSettings, StateSettings};
use crate::model::ShownPath;
use crate::report::{Console, ExitCode, counted};
use crate::run::Failure;
use crate::run::prepare::lock::Locks;
use crate::state::Store;
use crate::system::trust;

/// Runs `state show` or `state forget`.
pub(in crate::run) async fn run(command: StateSettings, console: &Console) -> Result<ExitCode, Failure> {
    match command {
        StateSettings::Show { path } => show(path, console),
        StateSettings::Forget(settings) => forget(settings, console).await,
    }
}

fn show(path: PathBuf, console: &Console) -> Result<ExitCode, Failure> {
    let (store, path) = existing(path)?;
    let size = fs::metadata(&path).map_or(0, |file| file.len());
    let mut text = format!("{}: {}\n", path.shown(), counted(size, "byte"));
    for known in store.known_surveys().map_err(Failure::usage)? {
        // Writing to a `String` cannot fail.
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
    // A run in progress would not notice that its entries were deleted.
    let locks = if path.exists() {
        trust::check_with_folder(&path).map_err(Failure::usage)?;
        Locks::of_state(&path).await?
    } else {
        Locks::default()
    };
    let (mut store, _) = existing(path)?;
    let count = store
        .forget_all(survey.as_deref(), &respondents)
        .map_err(Failure::usage)?;
    drop(locks);
    let of_survey = survey
        .map(|survey| format!(" of survey {survey}"))
        .unwrap_or_default();
    console.print(&format!(
        "forgotten: {}{of_survey}\n",
        counted(count, "respondent")
    ));
    Ok(ExitCode::Success)
}

fn existing(path: PathBuf) -> Result<(Store, PathBuf), Failure> {
    if !path.exists() {
        return Err(Failure::usage(anyhow!(
            "there is no state `{}`: a run with `--changed-only` makes it",
            path.shown()
        )));
    }
    trust::check_with_folder(&path).map_err(Failure::usage)?;
    let store = Store::open_for_all(&path).map_err(Failure::usage)?;
    Ok((store, path))
}
