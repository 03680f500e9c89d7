//! The output files as files: where they lie, how they are created, and how they get their final names; the one place
//! with a counterpart per system.
//!
//! Nothing that exists is overwritten, unless it may be replaced: a rehearsal's files, and a finished run's under
//! `--overwrite`, those only once the new ones are whole. What a killed process had handed over is kept by the system;
//! before a file gets its name its bytes are synced, and afterwards its folder.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::Xxh3;

use super::names;
use crate::record::error::OutputError;
use crate::system::folders::for_the_owner_alone;
use crate::system::regular;
use crate::system::rename::rename_new;

/// Where a run's files go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OutputPaths {
    pub(crate) results: PathBuf,
    pub(crate) failed: PathBuf,
    pub(crate) summary: PathBuf,
    /// A rehearsal's, under default names: what is there is replaced.
    pub(crate) rehearsal: bool,
}

impl OutputPaths {
    /// The files of a run, in the order in which they get their names.
    pub(in crate::record) fn all(&self) -> [&PathBuf; 3] {
        [&self.failed, &self.results, &self.summary]
    }

    /// The same while the run goes on; the journal is the last, so that none of the others is ever without it when they are
    /// moved or removed one after the other.
    pub(in crate::record) fn unfinished(&self) -> [PathBuf; 5] {
        let [failed, results, summary] = self.all().map(|path| names::partial(path));
        let new = names::journal_rewritten(&self.results);
        [summary, failed, results, new, names::journal(&self.results)]
    }

    /// Refuses, before anything is looked at or created, what cannot end well.
    pub(crate) fn check(&self, input: Option<&Path>) -> Result<(), OutputError> {
        let finished = self.all().into_iter().cloned();
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
            if input.is_some_and(|input| is_same(input, path)) {
                return Err(OutputError::IsInput(path.clone()));
            }
            if !folder(path).is_dir() {
                return Err(OutputError::NoFolder(folder(path).to_owned()));
            }
        }
        Ok(())
    }
}

/// Which file that has a name already may be replaced by the one that is to get it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Replaces {
    Nothing,
    /// One of the same bytes: this run's own, which it had named before it was killed.
    Same,
    Anything,
}

/// A file that grows under a `.partial` name until it is whole.
#[derive(Debug)]
pub(crate) struct PartialFile {
    file: File,
    path: PathBuf,
}

impl PartialFile {
    /// Creates `<path>.partial` for its owner alone, or empties one that may be replaced.
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

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn write_error(&self, source: io::Error) -> OutputError {
        OutputError::write(&names::partial(&self.path), source)
    }

    /// Syncs the file and gives it its name.
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

    /// Removes the file, in which there is nothing that anybody needs.
    pub(crate) fn discard(self) -> Result<(), OutputError> {
        let Self { file, path } = self;
        // Closed first: not every system removes what is open.
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

/// Removes a file, if it is there.
pub(in crate::record) fn remove(path: &Path) -> Result<(), OutputError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(OutputError::write(path, source)),
        _ => Ok(()),
    }
}

/// The xxh3-128 of a file's bytes, as text.
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

pub(in crate::record) fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Whether anything is there, a dangling link too.
pub(in crate::record) fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Whether two paths are one file: by what they resolve to, or, where there is nothing yet, by folder and name.
fn is_same(one: &Path, other: &Path) -> bool {
    let resolved = |path: &Path| {
        path.canonicalize()
            .ok()
            .or_else(|| Some(folder(path).canonicalize().ok()?.join(path.file_name()?)))
    };
    match (resolved(one), resolved(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

/// A new file; where that is asked for, instead of an old one, which is removed and not written through: a link leads to
/// somebody else's file.
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

/// Makes a file's bytes safe from a power cut. Some network shares cannot; what they hold is as safe as they are.
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

/// Makes a file's name safe from a power cut. The file has its name; a folder that cannot be synced only delays when a
/// power cut would keep it.
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
