//! Opens regular files safely. The opened file itself is checked, a pipe is not waited for, and a
//! file is never written through a link. [`crate::record`] decides how outputs are created.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::path::Path;

use super::folders::for_the_owner_alone;

/// Opens a regular file for reading.
///
/// # Errors
///
/// The system's error, also for a link; `InvalidInput` for anything else that is no file.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    without_following(&mut options);
    regular(options.open(path).map_err(link)?)
}

/// Opens a regular file for reading, also through a link: Kubernetes mounts secrets and settings as
/// links.
///
/// # Errors
///
/// The system's error; `InvalidInput` for anything that is no file.
pub(crate) fn open_through_links(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    without_waiting(&mut options);
    regular(options.open(path)?)
}

/// Opens a regular file for reading and writing, or creates it, accessible only to its owner. With
/// `append`, writes go to its end.
///
/// # Errors
///
/// The system's error, also for a link; `InvalidInput` for anything else that is no file.
pub(crate) fn open_or_create(path: &Path, append: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options
        .read(true)
        .write(true)
        .append(append)
        .create(true)
        .truncate(false);
    for_the_owner_alone(&mut options);
    without_following(&mut options);
    regular(options.open(path).map_err(link)?)
}

/// Reads all bytes of a file; `None` if there are more than `most`.
///
/// # Errors
///
/// The system's error.
pub(crate) fn read_at_most(file: &File, most: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= most).then_some(bytes))
}

fn regular(file: File) -> io::Result<File> {
    let kind = file.metadata()?.file_type();
    if kind.is_file() && !kind.is_symlink() {
        Ok(file)
    } else {
        let error = "it is no regular file";
        Err(io::Error::new(io::ErrorKind::InvalidInput, error))
    }
}

/// Names the cause, which the system's text does not: the path is a link.
#[cfg(unix)]
fn link(error: io::Error) -> io::Error {
    if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) {
        return io::Error::new(
            io::ErrorKind::AlreadyExists,
            "it is a link, which is not followed",
        );
    }
    error
}

#[cfg(not(unix))]
fn link(error: io::Error) -> io::Error {
    error
}

/// Refuses a link as the last part of the path, and does not wait for a pipe without a writer.
#[cfg(unix)]
fn without_following(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::OFlags;
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    options.custom_flags(flags.bits().cast_signed());
}

/// Does not wait for a pipe without a writer.
#[cfg(unix)]
fn without_waiting(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::OFlags;
    options.custom_flags(OFlags::NONBLOCK.bits().cast_signed());
}

/// Windows: pipes have names of their own, separate from files.
#[cfg(windows)]
fn without_waiting(_: &mut OpenOptions) {}

/// Windows: opens a link itself, which is then no regular file.
#[cfg(windows)]
fn without_following(options: &mut OpenOptions) {
    use std::os::windows::fs::OpenOptionsExt;

    const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;
    options.custom_flags(FILE_FLAG_OPEN_REPARSE_POINT);
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_is_opened_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("file"), "x").unwrap();
        assert_eq!(io::read_to_string(open(&path("file")).unwrap()).unwrap(), "x");
        assert_eq!(open(&path("gone")).unwrap_err().kind(), io::ErrorKind::NotFound);
        drop(open_or_create(&path("new"), false).unwrap());
        assert!(path("new").is_file());
        open(folder.path()).unwrap_err();
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(path("file"), path("link")).unwrap();
            open(&path("link")).unwrap_err();
            open_or_create(&path("link"), false).unwrap_err();
            let through = open_through_links(&path("link")).unwrap();
            assert_eq!(io::read_to_string(through).unwrap(), "x");
            std::os::unix::fs::symlink(path("gone"), path("dangling")).unwrap();
            assert_ne!(
                open(&path("dangling")).unwrap_err().kind(),
                io::ErrorKind::NotFound
            );
            let made = std::process::Command::new("mkfifo").arg(path("pipe")).status();
            assert!(made.unwrap().success());
            for opened in [
                open(&path("pipe")),
                open_through_links(&path("pipe")),
                open_or_create(&path("pipe"), true),
            ] {
                assert_eq!(opened.unwrap_err().to_string(), "it is no regular file");
            }
            open_or_create(&path("dangling"), true).unwrap_err();
            assert!(!path("gone").exists());
            open(Path::new("/dev/zero")).unwrap_err();
        }
    }
}
