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
    pub(crate) results: Output,
    pub(crate) failed: Output,
    pub(crate) summary: Output,
}

/// Where one file goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Output {
    pub(crate) path: PathBuf,
    /// A rehearsal's, under its default name: what is there is replaced.
    pub(crate) replaces: bool,
}

/// What can be wrong with an output.
#[derive(Debug, Error)]
pub(crate) enum OutputError {
    #[error("`{}` exists, and nothing is overwritten unasked: move it away, or write elsewhere with `--output`", .0.display())]
    InTheWay(PathBuf),
    #[error(
        "`{}` exists: a run is still going on, or one was cut short and rows of it have been sent; look into it before \
         you move it away and send again",
        .0.display()
    )]
    Unfinished(PathBuf),
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
        let outputs = [&self.results, &self.failed, &self.summary];
        let paths = outputs
            .iter()
            .flat_map(|output| [(output.path.clone(), output), (partial(&output.path), output)]);
        let paths: Vec<(PathBuf, &&Output)> = paths.collect();
        for (index, (path, _)) in paths.iter().enumerate() {
            if path.is_dir() {
                return Err(OutputError::Folder(path.clone()));
            }
            if paths.iter().take(index).any(|(other, _)| is_same(other, path)) {
                return Err(OutputError::Same(path.clone()));
            }
            if input.is_some_and(|input| is_same(input, path)) {
                return Err(OutputError::IsInput(path.clone()));
            }
            if !folder(path).is_dir() {
                return Err(OutputError::NoFolder(folder(path).to_owned()));
            }
        }
        match paths
            .into_iter()
            .find(|(path, output)| !output.replaces && exists(path))
        {
            Some((found, output)) if found == output.path => Err(OutputError::InTheWay(found)),
            Some((found, _)) => Err(OutputError::Unfinished(found)),
            None => Ok(()),
        }
    }
}

/// A file that grows under a `.partial` name until it is whole.
#[derive(Debug)]
pub(crate) struct PartialFile {
    file: File,
    output: Output,
}

impl PartialFile {
    /// Creates `<path>.partial` for its owner alone. One that has come into being meanwhile is in the way.
    pub(crate) fn create(output: &Output) -> Result<Self, OutputError> {
        let partial = partial(&output.path);
        match create_private(&partial, output.replaces) {
            Ok(file) => Ok(Self {
                file,
                output: output.clone(),
            }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(OutputError::Unfinished(partial))
            }
            Err(source) => Err(OutputError::Create {
                path: partial,
                source,
            }),
        }
    }

    pub(crate) fn write_error(&self, source: io::Error) -> OutputError {
        OutputError::Write {
            path: partial(&self.output.path),
            source,
        }
    }

    /// Syncs the file and gives it its name.
    pub(crate) fn finish(self) -> Result<(), OutputError> {
        match self.file.sync_all() {
            // Some network shares cannot; what they hold is as safe as they are.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput
                ) => {}
            synced => synced.map_err(|source| self.write_error(source))?,
        }
        let path = self.output.path;
        if !self.output.replaces && exists(&path) {
            return Err(OutputError::InTheWay(path));
        }
        match fs::rename(partial(&path), &path) {
            Ok(()) => {
                // The file has its name; a folder that cannot be synced only delays when a power cut would keep it.
                sync_folder(folder(&path)).ok();
                Ok(())
            }
            Err(source) => Err(OutputError::Rename { path, source }),
        }
    }

    /// Removes the file, in which there is nothing yet.
    pub(crate) fn abandon(&self) {
        // One that cannot be removed is the lesser trouble: the caller has an error to report.
        fs::remove_file(partial(&self.output.path)).ok();
    }

    /// Removes the file, and one of an earlier rehearsal under its final name.
    pub(crate) fn discard(self) -> Result<(), OutputError> {
        let Self { file, output } = self;
        drop(file);
        let partial = partial(&output.path);
        fs::remove_file(&partial).map_err(|source| OutputError::Write {
            path: partial,
            source,
        })?;
        if !output.replaces {
            return Ok(());
        }
        match fs::remove_file(&output.path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(OutputError::Write {
                path: output.path,
                source,
            }),
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

/// Whether anything is there, a dangling link too.
fn exists(path: &Path) -> bool {
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

/// A new file, or, where that is asked for, an emptied old one.
fn create_private(path: &Path, replace: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options
        .write(true)
        .create_new(!replace)
        .create(replace)
        .truncate(replace);
    for_the_owner_alone(&mut options);
    options.open(path)
}

#[cfg(unix)]
fn for_the_owner_alone(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600);
}

/// On Windows a file inherits its folder's access list; a profile's folders are their owner's alone.
#[cfg(not(unix))]
fn for_the_owner_alone(_: &mut OpenOptions) {}

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
