//! Where the system keeps a program's files: the one place that asks for it. Makes nothing.

use std::path::PathBuf;

use directories::ProjectDirs;

/// The folder for settings, unless the system has no home for this user.
pub(crate) fn config() -> Option<PathBuf> {
    folders().map(|folders| folders.config_dir().to_owned())
}

/// The folder for what is to outlast a run, unless the system has no home for this user.
pub(crate) fn state() -> Option<PathBuf> {
    folders().map(|folders| folders.state_dir().unwrap_or(folders.data_local_dir()).to_owned())
}

fn folders() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "respondent-sync")
}
