//! Renames a file without replacing another, and without a gap between check and rename. Names, and
//! what may be replaced, are up to the callers.

use std::fs;
use std::io;
use std::path::Path;

/// Renames a file.
///
/// # Errors
///
/// `AlreadyExists` if anything, also a link, has the new name; otherwise the system's error. The
/// file keeps its old name then.
pub(crate) fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match exclusively(from, to) {
        Err(error) if error.kind() == io::ErrorKind::Unsupported => after_a_look(from, to),
        other => other,
    }
}

/// Renames in one step; `Unsupported` if the system or the disk cannot do that.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn exclusively(from: &Path, to: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE).map_err(|errno| match errno {
        // From a disk (NFS, FUSE), an old kernel, or macOS.
        Errno::INVAL | Errno::NOSYS | Errno::NOTSUP => io::ErrorKind::Unsupported.into(),
        other => other.into(),
    })
}

/// Calls `MoveFileExW` without the flag that allows replacing. The type is meant for temporary
/// files and deletes them when dropped, so that is switched off first.
#[cfg(windows)]
fn exclusively(from: &Path, to: &Path) -> io::Result<()> {
    let mut file = tempfile::TempPath::try_from_path(from)?;
    file.disable_cleanup(true);
    file.persist_noclobber(to).map_err(|failed| failed.error)
}

#[cfg(not(any(windows, target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn exclusively(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Checks, then renames: a file created in between is replaced.
fn after_a_look(from: &Path, to: &Path) -> io::Result<()> {
    match fs::symlink_metadata(to) {
        Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::rename(from, to),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_exists_is_replaced() {
        for rename in [rename_new, after_a_look] {
            let folder = tempfile::tempdir().unwrap();
            let path = |name: &str| folder.path().join(name);
            fs::write(path("old"), "old").unwrap();
            fs::write(path("taken"), "taken").unwrap();
            #[cfg(unix)]
            {
                std::os::unix::fs::symlink(path("gone"), path("dangling")).unwrap();
                let error = rename(&path("old"), &path("dangling")).unwrap_err();
                assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
            }
            let error = rename(&path("old"), &path("taken")).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
            assert_eq!(fs::read_to_string(path("old")).unwrap(), "old");
            assert_eq!(fs::read_to_string(path("taken")).unwrap(), "taken");
            rename(&path("old"), &path("new")).unwrap();
            assert_eq!(fs::read_to_string(path("new")).unwrap(), "old");
            let error = rename(&path("old"), &path("newer")).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::NotFound);
        }
    }
}
