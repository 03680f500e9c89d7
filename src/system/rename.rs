//! Gives a file a new name that nothing has, without a gap between look and act. Which names files have, and what may be
//! replaced, is the business of those who call it.

use std::fs;
use std::io;
use std::path::Path;

/// Renames a file.
///
/// # Errors
///
/// `AlreadyExists` where anything has the new name, a link too; else as the system says. Nothing was renamed then.
pub(crate) fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match exclusively(from, to) {
        Err(error) if error.kind() == io::ErrorKind::Unsupported => after_a_look(from, to),
        other => other,
    }
}

/// By the system, in one step; `Unsupported` where the system or the disk does not have it.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn exclusively(from: &Path, to: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE).map_err(|errno| match errno {
        // Of a disk (NFS, FUSE), of an old kernel, of macOS.
        Errno::INVAL | Errno::NOSYS | Errno::NOTSUP => io::ErrorKind::Unsupported.into(),
        other => other.into(),
    })
}

/// `MoveFileExW` without its leave to replace. The type is made for temporary files, which it deletes when it is dropped:
/// the first thing to switch off.
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

/// What comes into being between the look and the renaming is replaced.
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
