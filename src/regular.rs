//! Opens a file that is one: no link is followed, and nothing is waited for, between the look and the opening neither. For
//! files in folders that others can write to. How outputs are made is [`crate::record`]'s business.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Opens a regular file to be read.
///
/// # Errors
///
/// As the system says, for a link too; `InvalidInput` for what is neither a file nor a link.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    without_following(&mut options);
    let file = options.open(path)?;
    let kind = file.metadata()?.file_type();
    if kind.is_file() && !kind.is_symlink() {
        Ok(file)
    } else {
        let error = "it is no regular file";
        Err(io::Error::new(io::ErrorKind::InvalidInput, error))
    }
}

/// The last part of the path must be no link; a pipe without a writer is not waited for.
#[cfg(unix)]
fn without_following(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::OFlags;
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    options.custom_flags(flags.bits().cast_signed());
}

/// A link is opened itself, and then is no regular file.
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
        open(folder.path()).unwrap_err();
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(path("file"), path("link")).unwrap();
            open(&path("link")).unwrap_err();
            std::os::unix::fs::symlink(path("gone"), path("dangling")).unwrap();
            assert_ne!(
                open(&path("dangling")).unwrap_err().kind(),
                io::ErrorKind::NotFound
            );
            let made = std::process::Command::new("mkfifo").arg(path("pipe")).status();
            assert!(made.unwrap().success());
            let error = open(&path("pipe")).unwrap_err();
            assert_eq!(error.to_string(), "it is no regular file");
            open(Path::new("/dev/zero")).unwrap_err();
        }
    }
}
