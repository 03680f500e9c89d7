//! Opens the input: the only place that reads rows from the file system or standard input. A file
//! is read several times, and only its first read may find anything new ([rule 13](crate::rules#rule-13)).

mod blocks;
mod change;
pub(super) mod digesting;
#[cfg(test)]
pub(super) mod drip;
mod file;
#[cfg(test)]
mod tests;
mod verified;

use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::unpack::container::{Contents, WORKBOOK};
use super::workbook::Vetted;
use super::{Foreign, InputError};
use crate::model::{Message, ShownPath as _};

pub(crate) use change::Change;
pub(super) use file::{InputFile, Pass};
pub(super) use verified::{Verified, Watch};

/// The input that the user named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    File(PathBuf),
    Stdin,
    /// A pattern of which no file is the newest, and why.
    Unclear(PathBuf, Message),
}

impl Input {
    /// Returns the input of an argument, which is standard input for `-`.
    pub(crate) fn new(argument: &Path) -> Self {
        if argument.as_os_str() == "-" {
            Self::Stdin
        } else {
            Self::File(argument.to_owned())
        }
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.shown()),
            Self::Stdin => f.write_str("standard input"),
            Self::Unclear(pattern, _) => write!(f, "{}", pattern.shown()),
        }
    }
}

/// An opened input.
pub(crate) struct Source(Kind);

enum Kind {
    File {
        file: InputFile,
        /// What is known of the entries of a workbook that was opened before.
        vetted: Option<Vetted>,
    },
    Stdin,
}

impl Source {
    pub(crate) fn open(input: &Input) -> Result<Self, InputError> {
        Self::open_in_blocks(input, blocks::BLOCK_BYTES)
    }

    /// Opens an input whose first read makes one digest per `block_bytes` bytes.
    pub(crate) fn open_in_blocks(input: &Input, block_bytes: usize) -> Result<Self, InputError> {
        let path = match input {
            Input::Stdin => return Ok(Self(Kind::Stdin)),
            Input::Unclear(_, why) => return Err(InputError::NoNewest(why.clone())),
            Input::File(path) => path,
        };
        let file = File::open(path).map_err(InputError::Open)?;
        let metadata = file.metadata().map_err(InputError::Open)?;
        if metadata.is_dir() {
            return Err(InputError::Folder);
        }
        if !metadata.is_file() {
            return Err(InputError::NotCsv(Foreign::Device));
        }
        Ok(Self(Kind::File {
            file: InputFile::new(file, &metadata, block_bytes),
            vetted: None,
        }))
    }

    pub(crate) fn is_stdin(&self) -> bool {
        matches!(self.0, Kind::Stdin)
    }

    /// Returns the unpacked input. For a file this can be called several times: first for the first
    /// read, which [`Source::settle`] ends, and then for later reads, which yield the same bytes or
    /// fail. `sheet` names the sheet of a workbook; its first `skipped` rows are left out.
    pub(crate) fn contents(&mut self, sheet: Option<&str>, skipped: u64) -> Result<Contents, InputError> {
        match &mut self.0 {
            Kind::File { file, vetted } => {
                let pass = file.pass(WORKBOOK);
                let contents = pass
                    .map_err(|source| InputError::reading(0, None, source))
                    .and_then(|pass| Contents::of_file(pass, vetted, sheet, skipped));
                contents.or_else(|error| file.settle(Err(error)))
            }
            Kind::Stdin => Contents::of_stream(io::stdin()),
        }
    }

    /// Ends the first read of a file. What was `found` in it, including a fault, counts only if the
    /// file did not change meanwhile.
    pub(crate) fn settle<T>(&mut self, found: Result<T, InputError>) -> Result<T, InputError> {
        match &mut self.0 {
            Kind::File { file, .. } => file.settle(found),
            Kind::Stdin => found,
        }
    }
}
