//! Whether rows that were sent before are skipped, and where the store is.

use std::path::PathBuf;

use anyhow::{Result, anyhow};

use crate::cli::{DeltaArgs, StateArg};
use crate::model::DeltaMode;
use crate::system::folders;

/// The store's file name in the user's state folder.
const NAME: &str = "state.sqlite";

/// How a run uses the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DeltaSettings {
    pub(crate) mode: DeltaMode,
    /// The store's file. `None` if nothing is remembered.
    pub(crate) path: Option<PathBuf>,
}

/// Checks the flags about the store.
pub(in crate::config) fn delta(args: &DeltaArgs) -> Result<DeltaSettings> {
    let mode = match (args.full_refresh, args.changed_only) {
        (true, _) => DeltaMode::Refresh,
        (false, true) => DeltaMode::ChangedOnly,
        (false, false) => DeltaMode::Follow,
    };
    let path = match state(&args.state) {
        Ok(path) => Some(path),
        Err(_) if mode == DeltaMode::Follow => None,
        Err(error) => {
            return Err(
                error.context("`--changed-only` and `--full-refresh` need a place to remember what was sent")
            );
        }
    };
    Ok(DeltaSettings { mode, path })
}

/// Returns the store's file. Fails if there is no place for one.
pub(in crate::config) fn state(arg: &StateArg) -> Result<PathBuf> {
    match &arg.state {
        Some(path) if path.as_os_str() == "none" => Err(anyhow!("`--state none` keeps none: name a file")),
        Some(path) => Ok(path.clone()),
        None => folders::state()
            .map(|folder| folder.join(NAME))
            .ok_or_else(|| anyhow!("this user has no folder for it: name a file with `--state`")),
    }
}
