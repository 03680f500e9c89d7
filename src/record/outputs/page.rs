//! The page about a run as a file: derived from the others, so it is replaced at each end, and only a
//! file that is such a page.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use super::{files, names};
use crate::record::error::OutputError;
use crate::system::regular;
use crate::system::trust::share::Group;

/// What a page begins with, in front of its HTML. A file that begins otherwise is not replaced.
const PAGE_MARK: &str = "<!doctype html>\n<!-- respondent-sync: report -->\n";

/// Whether a page may be written here: nothing is here, or a page of this program.
pub(crate) fn may_write_page(path: &Path) -> bool {
    !files::exists(path) || is_page(path)
}

/// Whether a page of this program is here.
pub(crate) fn is_page(path: &Path) -> bool {
    let mut begin = vec![0; PAGE_MARK.len()];
    let read = regular::open(path).and_then(|mut file| file.read_exact(&mut begin));
    read.is_ok() && begin == PAGE_MARK.as_bytes()
}

/// Writes a page, readable for its owner and this group. It replaces what is at the path in one step,
/// so a reader never sees a part of it.
///
/// # Errors
///
/// If it cannot be written, or not be shared: then nothing is replaced.
pub(crate) fn write_page(path: &Path, html: &str, group: Option<&Group>) -> Result<(), OutputError> {
    let partial = names::partial(path);
    let written = create(&partial, html, group).and_then(|()| fs::rename(&partial, path));
    if let Err(source) = written {
        // What remains is of no use.
        fs::remove_file(&partial).ok();
        return Err(OutputError::write(path, source));
    }
    files::sync_folder_of(path);
    Ok(())
}

fn create(partial: &Path, html: &str, group: Option<&Group>) -> io::Result<()> {
    let mut file: File = files::create_private(partial, true)?;
    file.write_all(PAGE_MARK.as_bytes())?;
    file.write_all(html.as_bytes())?;
    files::sync(&file)?;
    drop(file);
    group.map_or(Ok(()), |group| group.may_read(partial))
}
