//! Where the system keeps a program's files, and who may read them: the one place that asks for it. Makes nothing.

use std::fs::OpenOptions;
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

/// A file that is made so can be read by its owner alone.
#[cfg(unix)]
pub(crate) fn for_the_owner_alone(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600);
}

/// On Windows a file inherits its folder's access list; a profile's folders are their owner's alone.
#[cfg(not(unix))]
pub(crate) fn for_the_owner_alone(_: &mut OpenOptions) {}
