//! Opens the input: the one place that touches the file system or standard input to read rows.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::PathBuf;

use super::InputError;
use super::container::Contents;

/// What the user named as the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    File(PathBuf),
    Stdin,
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Stdin => f.write_str("standard input"),
        }
    }
}

/// An opened input. A file keeps its handle for both reads, so that one that is replaced meanwhile (renamed over)
/// is read to its end as it was.
#[derive(Debug)]
pub(crate) enum Source {
    File(File),
    Stdin,
}

impl Source {
    pub(crate) fn open(input: &Input) -> Result<Self, InputError> {
        let path = match input {
            Input::Stdin => return Ok(Self::Stdin),
            Input::File(path) => path,
        };
        let file = File::open(path).map_err(InputError::Open)?;
        let kind = file.metadata().map_err(InputError::Open)?.file_type();
        if kind.is_dir() {
            return Err(InputError::Folder);
        }
        if !kind.is_file() {
            return Err(InputError::NotCsv {
                what: "a pipe or a device",
                remedy: "a file is read twice; give a stream as standard input (`-`)",
            });
        }
        Ok(Self::File(file))
    }

    /// What is in the input, without what it is packed in. A file's can be had several times, one after the other; `sheet`
    /// names that of a workbook, of which so many rows are `skipped`.
    pub(crate) fn contents(&mut self, sheet: Option<&str>, skipped: u64) -> Result<Contents, InputError> {
        match self {
            Self::File(file) => Contents::of_file(file, sheet, skipped),
            Self::Stdin => Contents::of_stream(io::stdin()),
        }
    }
}
