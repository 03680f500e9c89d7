//! Opens the input: the one place that touches the file system or standard input to read rows.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;

use super::InputError;

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
    Stdin(io::Stdin),
}

impl Source {
    pub(crate) fn open(input: &Input) -> Result<Self, InputError> {
        let path = match input {
            Input::Stdin => return Ok(Self::Stdin(io::stdin())),
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

    /// Back to the first byte, for the second read. A stream stays where it is.
    pub(crate) fn rewind(&mut self) -> Result<(), InputError> {
        match self {
            Self::File(file) => file
                .seek(SeekFrom::Start(0))
                .map(drop)
                .map_err(|source| InputError::Read { byte: 0, source }),
            Self::Stdin(_) => Ok(()),
        }
    }
}

impl Read for Source {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(space),
            Self::Stdin(stdin) => stdin.read(space),
        }
    }
}
