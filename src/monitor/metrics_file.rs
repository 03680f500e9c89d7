//! Writes the metrics where the node exporter's textfile collector finds them: whole or not at all, since it may read at any
//! moment.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use super::metrics::{Metrics, last_success, to_text};
use crate::folders::with_suffix;

/// Replaces the file by what this run was; that a run succeeded once is kept from the old one.
pub(crate) fn write(path: &Path, metrics: Metrics) -> io::Result<()> {
    let old = fs::read_to_string(path).unwrap_or_default();
    let now = (metrics.exit_code == 0).then_some(metrics.ended_at);
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let text = to_text(&Metrics {
        name: name.into_owned(),
        last_success_at: now.or_else(|| last_success(&old)),
        ..metrics
    });
    // The collector reads `*.prom` alone.
    let new = with_suffix(path, ".new");
    let written = File::create(&new).and_then(|mut file| {
        readable_for_all(&file)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&new, path)).inspect_err(|_| {
        // What cannot be removed is replaced next time, or is somebody's to look at.
        fs::remove_file(&new).ok();
    })
}

/// The exporter is another user, whatever the umask says; there is nothing personal in it.
#[cfg(unix)]
fn readable_for_all(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

/// The rights of the folder hold.
#[cfg(not(unix))]
fn readable_for_all(_: &File) -> io::Result<()> {
    Ok(())
}
