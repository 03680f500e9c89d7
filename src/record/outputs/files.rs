//! The output files as files: their locations, how they are created, and how they get their final
//! names. The only place in this stage with code that depends on the system.
//!
//! Existing files are not overwritten unless they may be replaced: a rehearsal's files, and with
//! `--overwrite` a finished run's, once the new ones are complete. The system keeps the bytes that
//! a killed process had passed to it. Before a file gets its final name its bytes are synced, and
//! afterwards its folder.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::Xxh3;

use super::names;
use crate::record::error::OutputError;
use crate::system::folders::for_the_owner_alone;
use crate::system::regular;
use crate::system::rename::rename_new;

/// The paths of a run's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OutputPaths {
    pub(crate) results: PathBuf,
    pub(crate) failed: PathBuf,
    pub(crate) summary: PathBuf,
    /// The page about the run, if one is asked for.
    pub(crate) report: Option<PathBuf>,
    /// A rehearsal with default names: existing files are replaced.
    pub(crate) rehearsal: bool,
}

impl OutputPaths {
    /// The files of a run, in the order in which they get their names.
    pub(in crate::record) fn all(&self) -> [&PathBuf; 3] {
        [&self.failed, &self.results, &self.summary]
    }

    /// The files of a run in progress. The journal is last, so that the others never exist without
    /// it when they are moved or removed one after the other.
    pub(in crate::record) fn unfinished(&self) -> [PathBuf; 5] {
        let [failed, results, summary] = self.all().map(|path| names::partial(path));
        let new = names::journal_rewritten(&self.results);
        [summary, failed, results, new, names::journal(&self.results)]
    }

    /// Returns the path of a further file of this run, by what its name ends with.
    pub(crate) fn beside(&self, kind: &str) -> PathBuf {
        self.results.with_file_name(format!("{}{kind}", self.stem()))
    }

    /// Returns the part of the results' name that further files of the run share.
    pub(in crate::record) fn stem(&self) -> String {
        let name = self.results.file_name().unwrap_or_default().to_string_lossy();
        let stem = name
            .strip_suffix(names::RESULTS)
            .or_else(|| name.strip_suffix(".csv"));
        stem.unwrap_or(&name).to_owned()
    }

    /// Whether the results of a run are here and no run is unfinished.
    pub(crate) fn are_of_finished_run(&self) -> bool {
        exists(&self.results) && !self.unfinished().iter().any(|path| exists(path))
    }

    /// Returns a path whose name is no Unicode; the files beside it cannot be told by their names.
    pub(crate) fn names_no_unicode(&self) -> Option<&Path> {
        let mut paths = self.all().into_iter();
        let found = paths.find(|path| path.file_name().is_some_and(|name| name.to_str().is_none()));
        found.map(|path| &**path)
    }

    /// Refuses unsuitable paths, before anything is read or created.
    pub(crate) fn check(&self, inputs: &[&Path]) -> Result<(), OutputError> {
        let finished = self.all().into_iter().chain(&self.report).cloned();
        let lock = names::lock(&self.results);
        let paths: Vec<PathBuf> = finished.chain(self.unfinished()).chain([lock]).collect();
        for (index, path) in paths.iter().enumerate() {
            if path.is_dir() {
                return Err(OutputError::Folder(path.clone()));
            }
            if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
                return Err(OutputError::NoFile(path.clone()));
            }
            if paths.iter().take(index).any(|other| is_same(other, path)) {
                return Err(OutputError::Same(path.clone()));
            }
            if inputs.iter().any(|input| is_same(input, path)) {
                return Err(OutputError::IsInput(path.clone()));
            }
            // A page that cannot be written is no reason to stop a night.
            if self.report.as_ref() != Some(path) && !folder(path).is_dir() {
                return Err(OutputError::NoFolder(folder(path).to_owned()));
            }
        }
        self.page().map_or(Ok(()), |page| page.check())
    }
}

/// Which existing file may be replaced by the new one of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Replaces {
    Nothing,
    /// A file with the same bytes: this run's own, which it had named before it was killed.
    Same,
    Anything,
}

/// A file that grows under a `.partial` name until it is complete.
#[derive(Debug)]
pub(crate) struct PartialFile {
    file: File,
    path: PathBuf,
}

impl PartialFile {
    /// Creates `<path>.partial`, readable only by its owner, or empties an existing one that may be
    /// replaced.
    pub(crate) fn create(path: &Path, replaces: bool) -> Result<Self, OutputError> {
        let partial = names::partial(path);
        match create_private(&partial, replaces) {
            Ok(file) => Ok(Self {
                file,
                path: path.to_owned(),
            }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(OutputError::Unfinished(partial))
            }
            Err(source) => Err(OutputError::create(&partial, source)),
        }
    }

    /// The final path, without `.partial`.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn write_error(&self, source: io::Error) -> OutputError {
        OutputError::write(&names::partial(&self.path), source)
    }

    /// Syncs the file and gives it its final name.
    pub(crate) fn finish(self, replaces: Replaces) -> Result<(), OutputError> {
        sync(&self.file).map_err(|source| self.write_error(source))?;
        let path = self.path;
        let same = || Some(digest_of(&path).ok()? == digest_of(&names::partial(&path)).ok()?);
        let partial = names::partial(&path);
        let may_replace = match replaces {
            Replaces::Nothing => false,
            Replaces::Same => same() == Some(true),
            Replaces::Anything => true,
        };
        let renamed = if may_replace {
            fs::rename(&partial, &path)
        } else {
            rename_new(&partial, &path)
        };
        renamed.map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists if !may_replace => OutputError::InTheWay(path.clone()),
            _ => OutputError::rename(&path, source),
        })?;
        sync_folder_of(&path);
        Ok(())
    }

    /// Syncs the file, which keeps its `.partial` name.
    pub(crate) fn keep(self) -> Result<(), OutputError> {
        sync(&self.file).map_err(|source| self.write_error(source))
    }

    /// Removes the file, whose content is not needed.
    pub(crate) fn discard(self) -> Result<(), OutputError> {
        let Self { file, path } = self;
        // Closed first, because not every system can remove an open file.
        drop(file);
        remove(&names::partial(&path))
    }
}

impl Write for PartialFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Removes a file, if it exists.
pub(in crate::record) fn remove(path: &Path) -> Result<(), OutputError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(OutputError::write(path, source)),
        _ => Ok(()),
    }
}

/// Returns the xxh3-128 of a file's bytes, as text.
pub(in crate::record) fn digest_of(path: &Path) -> io::Result<String> {
    let mut file = regular::open(path)?;
    let (mut digest, mut space) = (Xxh3::new(), vec![0; 64 << 10]);
    loop {
        let count = file.read(&mut space)?;
        if count == 0 {
            return Ok(format!("{:032x}", digest.digest128()));
        }
        digest.update(space.get(..count).unwrap_or_default());
    }
}

/// The folder of a file; `.` for a bare name.
pub(crate) fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Whether anything exists at this path, including a dangling link.
pub(in crate::record) fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Whether a process holds the lock at this path. A killed one leaves the file without holding it. A
/// lock that cannot be asked for counts as held.
pub(in crate::record) fn is_locked(path: &Path) -> bool {
    exists(path)
        && match regular::open(path).map(|file| file.try_lock_shared()) {
            Ok(Ok(())) => false,
            Ok(Err(TryLockError::Error(error))) => error.kind() != io::ErrorKind::Unsupported,
            Ok(Err(TryLockError::WouldBlock)) => true,
            Err(error) => error.kind() != io::ErrorKind::NotFound,
        }
}

/// Whether a path is that of a journal.
pub(in crate::record) fn is_journal(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "journal")
}

/// Returns what a path resolves to, or its resolved folder with its name if nothing exists there yet.
/// `None` if there is no folder.
pub(crate) fn resolved(path: &Path) -> Option<PathBuf> {
    path.canonicalize()
        .ok()
        .or_else(|| Some(folder(path).canonicalize().ok()?.join(path.file_name()?)))
}

/// Whether two paths name the same file, which need not exist yet.
pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
    match (resolved(one), resolved(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

/// Creates a file. With `replace`, an old one is removed first and not written through, because a
/// link could lead to a file of another owner.
pub(in crate::record) fn create_private(path: &Path, replace: bool) -> io::Result<File> {
    if replace {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    for_the_owner_alone(&mut options);
    options.open(path)
}

/// Syncs a file's bytes, so that a power cut does not lose them. Some network shares do not support
/// this; their content is only as safe as they are.
pub(in crate::record) fn sync(file: &File) -> io::Result<()> {
    match file.sync_all() {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput
            ) =>
        {
            Ok(())
        }
        synced => synced,
    }
}

/// Syncs the folder of a file, so that a power cut does not lose its name. Errors are ignored: the
/// file has its name, and the folder is only saved later.
pub(in crate::record) fn sync_folder_of(path: &Path) {
    sync_folder(folder(path)).ok();
}

/// A rename is only safe from a power cut once its folder is synced.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Windows cannot open a folder as a file; NTFS journals the rename.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
