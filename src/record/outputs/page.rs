//! A page as a file: derived from the others, so it is replaced at each end of a run. Only a page about
//! the same job is replaced, never another file.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_128;

use super::files::{self, OutputPaths};
use super::names::{self, FileName};
use crate::record::error::OutputError;
use crate::system::folders::keep_owner;
use crate::system::regular;
use crate::system::trust::share::Group;

/// What every page begins with, in front of its HTML.
const MARK: &str = "<!doctype html>\n<!-- respondent-sync: page ";

/// What ends the mark of a page, behind the digest of what it is about.
const MARK_END: &str = " -->\n";

/// A page of a job.
#[derive(Clone, Debug)]
pub(crate) struct PageFile {
    path: PathBuf,
    mark: String,
}

/// What stands where a page is to be written.
#[derive(Debug)]
enum Found {
    Nothing,
    /// A page about the same job.
    Own,
    Other,
    /// It is not this user's to read.
    Unreadable(io::Error),
}

impl PageFile {
    /// The page at this path about the run with these results, whose set may have been set aside. Jobs are
    /// told apart by the names of their results and of the folder, which outlast a move.
    pub(crate) fn of_run(path: &Path, results: &Path) -> Self {
        let (family, _) = names::family(results);
        let absolute = std::path::absolute(&family).unwrap_or(family);
        let folder = absolute.parent().and_then(Path::file_name).unwrap_or_default();
        let name = absolute.file_name().unwrap_or_default();
        Self::new(
            path,
            &format!("{}/{}", folder.to_string_lossy(), name.to_string_lossy()),
        )
    }

    /// The overview at this path.
    pub(crate) fn of_overview(path: &Path) -> Self {
        Self::new(path, "overview")
    }

    fn new(path: &Path, about: &str) -> Self {
        Self {
            path: path.to_owned(),
            mark: format!("{MARK}{:032x}{MARK_END}", xxh3_128(about.as_bytes())),
        }
    }

    fn look(&self) -> Found {
        let mut begin = vec![0; self.mark.len()];
        let read = regular::open(&self.path).and_then(|mut file| file.read_exact(&mut begin));
        match read {
            Ok(()) if begin == self.mark.as_bytes() => Found::Own,
            Err(error) if error.kind() == io::ErrorKind::NotFound && !files::exists(&self.path) => {
                Found::Nothing
            }
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Found::Unreadable(error),
            _ => Found::Other,
        }
    }

    /// Refuses a place where something else is. A file that cannot be read is refused when the page is
    /// written: it may be a page that another user has made.
    ///
    /// # Errors
    ///
    /// [`OutputError::NoPage`].
    pub(crate) fn check(&self) -> Result<(), OutputError> {
        match self.look() {
            Found::Other => Err(OutputError::NoPage(self.path.clone())),
            Found::Nothing | Found::Own | Found::Unreadable(_) => Ok(()),
        }
    }

    /// Whether the page is here.
    pub(crate) fn exists(&self) -> bool {
        matches!(self.look(), Found::Own)
    }

    /// Writes the page, readable for its owner and this group. It takes its name in one step, so a reader
    /// never sees a part of it. With `replaces_any`, another file is replaced, too.
    ///
    /// # Errors
    ///
    /// If another file is in its place, or it cannot be written or shared. Then nothing is replaced.
    pub(crate) fn write(
        &self,
        html: &str,
        group: Option<&Group>,
        replaces_any: bool,
    ) -> Result<(), OutputError> {
        let fault = |source| OutputError::write(&self.path, source);
        let found = self.look();
        let replaces = match found {
            Found::Nothing => false,
            Found::Own => true,
            Found::Other | Found::Unreadable(_) if replaces_any => true,
            Found::Other => return Err(OutputError::NoPage(self.path.clone())),
            Found::Unreadable(error) => return Err(OutputError::read(&self.path, error)),
        };
        // A name of its own: what it is called meanwhile is nobody's file.
        let mut file = tempfile::Builder::new()
            .prefix(".respondent-sync-page-")
            .tempfile_in(files::folder(&self.path))
            .map_err(fault)?;
        file.write_all(self.mark.as_bytes()).map_err(fault)?;
        file.write_all(html.as_bytes()).map_err(fault)?;
        if replaces && let Ok(old) = File::open(&self.path) {
            // An administrator who makes a page by hand leaves it to the user of the job.
            keep_owner(&old, file.as_file()).map_err(fault)?;
        }
        if let Some(group) = group {
            group.may_read(file.path()).map_err(fault)?;
        }
        files::sync(file.as_file()).map_err(fault)?;
        let named = if replaces {
            file.persist(&self.path)
        } else {
            file.persist_noclobber(&self.path)
        };
        named.map_err(|error| fault(error.error))?;
        files::sync_folder_of(&self.path);
        Ok(())
    }
}

impl OutputPaths {
    /// Returns the page about the run, if one is asked for.
    pub(crate) fn page(&self) -> Option<PageFile> {
        let path = self.report.as_deref()?;
        Some(PageFile::of_run(path, &self.results))
    }

    /// Refuses a page that would replace one of these files.
    ///
    /// # Errors
    ///
    /// [`OutputError::Same`].
    pub(crate) fn check_page(&self, others: &[PathBuf]) -> Result<(), OutputError> {
        let Some(page) = &self.report else { return Ok(()) };
        if others.iter().any(|other| files::is_same(page, other)) {
            return Err(OutputError::Same(page.clone()));
        }
        Ok(())
    }
}

/// Whether a page of this program is here, about whatever job.
pub(crate) fn is_page(path: &Path) -> bool {
    let mut begin = vec![0; MARK.len()];
    let read = regular::open(path).and_then(|mut file| file.read_exact(&mut begin));
    read.is_ok() && begin == MARK.as_bytes()
}

/// Returns the pages beside that of a job which are about its older sets or its retry rounds, if `accept`
/// takes their names. A folder that cannot be listed has none.
pub(in crate::record) fn pages_of(
    paths: &OutputPaths,
    accept: impl Fn(&FileName) -> bool,
) -> Vec<(PathBuf, FileName)> {
    let Some(page) = &paths.report else {
        return Vec::new();
    };
    let entries = fs::read_dir(files::folder(page));
    let names = entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name());
    let beside = names.filter_map(|name| Some((page.with_file_name(&name), FileName::parse(&name, page)?)));
    let is_own = |path: &Path, name: &FileName| {
        let results = match name.round {
            Some(round) => names::of_round(&paths.results, round),
            None => paths.results.clone(),
        };
        PageFile::of_run(path, &results).exists()
    };
    beside
        .filter(|(path, name)| accept(name) && is_own(path, name))
        .collect()
}

/// Moves the page of a job to the set of its run. One that cannot be moved stays, and is replaced by the
/// next.
pub(in crate::record) fn set_aside(file: &PageFile, aside: &Path) {
    if !file.exists() {
        return;
    }
    let page = &file.path;
    let moved = fs::symlink_metadata(aside).map_or_else(
        |_| fs::rename(page, aside),
        |_| Err(io::ErrorKind::AlreadyExists.into()),
    );
    if let Err(error) = moved {
        tracing::warn!(
            event = "report_not_set_aside",
            "the page about the last run is not set aside with it: {error}"
        );
    }
}
