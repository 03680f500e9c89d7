//! The output files as files: where they lie, how they are created, and how they get their final names. The only place
//! that creates or renames anything, and the one with a counterpart per system.
//!
//! Nothing that exists is overwritten, except by a rehearsal, whose files are replaced each time. What a killed process
//! had handed over is kept by the system; before a file gets its name its bytes are synced.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Where a run's files go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OutputPaths {
    pub(crate) results: PathBuf,
    pub(crate) failed: PathBuf,
    pub(crate) summary: PathBuf,
    /// A rehearsal under default names: what is there is replaced.
    pub(crate) replaceable: bool,
}

/// What can be wrong with an output.
#[derive(Debug, Error)]
pub(crate) enum OutputError {
    #[error("`{}` exists, and nothing is overwritten unasked: move it away, or write elsewhere with `--output`", .0.display())]
    InTheWay(PathBuf),
    #[error("`{}` is a folder: name a file in it", .0.display())]
    Folder(PathBuf),
    #[error("the folder `{}` does not exist, and folders are never made: make it, or write elsewhere with `--output`", .0.display())]
    NoFolder(PathBuf),
    #[error("the input and the output `{}` are one file: write elsewhere with `--output`", .0.display())]
    IsInput(PathBuf),
    #[error("two outputs are one file, `{}`: give them different names", .0.display())]
    Same(PathBuf),
    #[error("cannot create `{}`", path.display())]
    Create { path: PathBuf, source: io::Error },
    #[error("cannot write to `{}`", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("cannot give `{}` its name", path.display())]
    Rename { path: PathBuf, source: io::Error },
}

impl OutputPaths {
    /// Refuses, before anything is created, what cannot end well.
    pub(crate) fn check(&self, input: Option<&Path>) -> Result<(), OutputError> {
        let finals = [&self.results, &self.failed, &self.summary];
        let partials = [partial(&self.results), partial(&self.failed)];
        let mut all: Vec<&Path> = finals.iter().map(|path| path.as_path()).collect();
        all.extend(partials.iter().map(PathBuf::as_path));
        for (index, path) in all.iter().enumerate() {
            if path.is_dir() {
                return Err(OutputError::Folder(path.to_path_buf()));
            }
            if all.iter().take(index).any(|other| is_same(other, path)) {
                return Err(OutputError::Same(path.to_path_buf()));
            }
            if input.is_some_and(|input| is_same(input, path)) {
                return Err(OutputError::IsInput(path.to_path_buf()));
            }
            let folder = folder(path);
            if !folder.is_dir() {
                return Err(OutputError::NoFolder(folder.to_owned()));
            }
        }
        match all.into_iter().find(|path| path.symlink_metadata().is_ok()) {
            Some(found) if !self.replaceable => Err(OutputError::InTheWay(found.to_owned())),
            _ => Ok(()),
        }
    }
}

/// A file that grows under a `.partial` name until it is whole.
#[derive(Debug)]
pub(crate) struct PartialFile {
    file: File,
    path: PathBuf,
}

impl PartialFile {
    /// Creates `<path>.partial` for its owner alone.
    pub(crate) fn create(path: &Path) -> Result<Self, OutputError> {
        let partial = partial(path);
        let file = create_private(&partial).map_err(|source| OutputError::Create {
            path: partial,
            source,
        })?;
        Ok(Self {
            file,
            path: path.to_owned(),
        })
    }

    pub(crate) fn write_error(&self, source: io::Error) -> OutputError {
        OutputError::Write {
            path: partial(&self.path),
            source,
        }
    }

    /// Syncs the file and gives it its name.
    pub(crate) fn finish(self, replace: bool) -> Result<(), OutputError> {
        self.file.sync_all().map_err(|source| self.write_error(source))?;
        if !replace && self.path.symlink_metadata().is_ok() {
            return Err(OutputError::InTheWay(self.path));
        }
        fs::rename(partial(&self.path), &self.path)
            .and_then(|()| sync_folder(folder(&self.path)))
            .map_err(|source| OutputError::Rename {
                path: self.path,
                source,
            })
    }

    /// Removes the file, and one of an earlier rehearsal under its final name.
    pub(crate) fn discard(self, replace: bool) -> Result<(), OutputError> {
        let Self { file, path } = self;
        drop(file);
        let partial = partial(&path);
        fs::remove_file(&partial).map_err(|source| OutputError::Write {
            path: partial,
            source,
        })?;
        match fs::remove_file(&path) {
            Err(source) if replace && source.kind() != io::ErrorKind::NotFound => {
                Err(OutputError::Write { path, source })
            }
            _ => Ok(()),
        }
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

/// Writes a small file at once, for its owner alone: it is there whole or not at all.
pub(crate) fn write_private(path: &Path, bytes: &[u8], replace: bool) -> Result<(), OutputError> {
    let mut file = PartialFile::create(path)?;
    file.write_all(bytes).map_err(|source| file.write_error(source))?;
    file.finish(replace)
}

fn partial(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".partial");
    PathBuf::from(name)
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
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

#[cfg(unix)]
fn create_private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
}

/// On Windows a file inherits its folder's access list; a profile's folders are their owner's alone.
#[cfg(not(unix))]
fn create_private(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)
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
