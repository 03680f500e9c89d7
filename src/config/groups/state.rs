//! Whether what was sent before is heeded, and where it is remembered.

use std::path::PathBuf;

use anyhow::{Result, anyhow};

use crate::cli::{DeltaArgs, StateArg};
use crate::model::DeltaMode;
use crate::system::folders;

/// The name of the store in the user's state folder.
const NAME: &str = "state.sqlite";

/// What is remembered where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DeltaSettings {
    pub(crate) mode: DeltaMode,
    /// Nowhere, if nothing.
    pub(crate) path: Option<PathBuf>,
}

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

/// Where the store is; fails where there is none.
pub(in crate::config) fn state(arg: &StateArg) -> Result<PathBuf> {
    match &arg.state {
        Some(path) if path.as_os_str() == "none" => Err(anyhow!("`--state none` keeps none: name a file")),
        Some(path) => Ok(path.clone()),
        None => folders::state()
            .map(|folder| folder.join(NAME))
            .ok_or_else(|| anyhow!("this user has no folder for it: name a file with `--state`")),
    }
}
