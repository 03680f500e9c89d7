//! Writes the metrics for the node exporter's textfile collector. The file is replaced as a whole,
//! since the collector may read at any moment, and only if it holds metrics of this tool. Other
//! users may be able to write to the folder.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use super::metrics::{Metrics, last_success, to_text};
use crate::system::regular;

/// The beginning of each file of metrics.
const BEGINNING: &str = "# HELP respondent_sync_";

/// Maximum bytes read of the old file: many times the size of a new one.
const MAX_READ: u64 = 64 * 1024;

/// Replaces the file with this run's metrics. Keeps the time of the last success from the old file.
pub(crate) fn write(path: &Path, metrics: Metrics) -> io::Result<()> {
    let old = old(path)?;
    let is_new = old.is_none();
    let old = old.unwrap_or_default();
    let now = (metrics.exit_code == 0).then_some(metrics.ended_at);
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let text = to_text(&Metrics {
        name: name.into_owned(),
        last_success_at: now.or_else(|| last_success(&old)),
        ..metrics
    });
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    // The collector only reads `*.prom`. The temporary file is removed if it is not renamed.
    let mut new = tempfile::Builder::new()
        .prefix(".respondent-sync-")
        .suffix(".new")
        .tempfile_in(folder.unwrap_or(Path::new(".")))?;
    readable_for_all(new.as_file())?;
    new.write_all(text.as_bytes())?;
    new.as_file().sync_all()?;
    let named = if is_new {
        new.persist_noclobber(path)
    } else {
        new.persist(path)
    };
    named.map(drop).map_err(|error| error.error)
}

/// Reads the existing metrics; `None` if there is no file.
fn old(path: &Path) -> io::Result<Option<String>> {
    let file = match regular::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let mut bytes = Vec::new();
    file.take(MAX_READ).read_to_end(&mut bytes)?;
    let text = String::from_utf8(bytes).unwrap_or_else(|_| "?".to_owned());
    if text.is_empty() || text.starts_with(BEGINNING) {
        Ok(Some(text))
    } else {
        let error = "what is there are no metrics of this tool, and is left alone";
        Err(io::Error::new(io::ErrorKind::AlreadyExists, error))
    }
}

/// The exporter runs as another user, so the file has to be readable whatever the umask; it
/// contains no personal data.
#[cfg(unix)]
fn readable_for_all(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

/// The folder's permissions apply.
#[cfg(not(unix))]
fn readable_for_all(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn metrics(exit_code: u8, ended_at: f64) -> Metrics {
        Metrics {
            exit_code,
            ended_at,
            ..Metrics::default()
        }
    }

    #[test]
    fn metrics_are_replaced_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        write(&path("a.prom"), metrics(0, 7.0)).unwrap();
        write(&path("a.prom"), metrics(1, 9.0)).unwrap();
        let text = fs::read_to_string(path("a.prom")).unwrap();
        assert!(text.starts_with(BEGINNING), "{text}");
        assert_eq!(last_success(&text), Some(7.0));
        fs::write(path("empty.prom"), "").unwrap();
        write(&path("empty.prom"), metrics(0, 7.0)).unwrap();
        for foreign in [&b"id_respondent,l1\n"[..], b"\xFF\xFE#"] {
            fs::write(path("mine.prom"), foreign).unwrap();
            write(&path("mine.prom"), metrics(0, 7.0)).unwrap_err();
            assert_eq!(fs::read(path("mine.prom")).unwrap(), foreign);
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::{PermissionsExt, symlink};
            symlink(path("mine.prom"), path("link.prom")).unwrap();
            symlink(path("gone"), path("dangling.prom")).unwrap();
            symlink("/dev/zero", path("zero.prom")).unwrap();
            for link in ["link.prom", "dangling.prom", "zero.prom"] {
                write(&path(link), metrics(0, 7.0)).unwrap_err();
                assert!(path(link).is_symlink(), "{link}");
            }
            let mode = fs::metadata(path("a.prom")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o644);
        }
        assert!(!path("gone").exists());
        let left = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, if cfg!(unix) { 6 } else { 3 }, "nothing half-made is left");
    }
}
