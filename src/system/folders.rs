//! Where the system keeps a program's files, what a file beside another is called, and who may read it: the one place that
//! asks the system.

use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

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

/// A name beside another: that one with something behind it.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Makes the folder of a file where there is none, for the user alone.
pub(crate) fn make_parent(path: &Path) -> io::Result<()> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
        return Ok(());
    };
    make(folder)
}

/// Makes a folder and those above it where there are none, for the user alone.
pub(crate) fn make(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
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
