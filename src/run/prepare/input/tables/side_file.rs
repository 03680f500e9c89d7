//! A table beside the input (`--ids`, `--exclude`): opened, and read once to know its form. What its
//! rows mean is decided by those who read them.

use std::io::Read;
use std::path::Path;

use crate::read::{Container, Contents, Encoding, FirstRead, Input, InputError, ReadOptions, Rows, Source};

/// The encoding of a table if neither its bytes nor a flag determine it. Addresses and ids are
/// ASCII, so the worst result is that an address with letters above ASCII is not found.
const USUAL_ENCODING: &str = "windows-1250";

/// A table after its first read.
pub(in crate::run) struct SideFile {
    source: Source,
    pub(in crate::run) container: Container,
    pub(in crate::run) first: FirstRead,
}

impl SideFile {
    /// Opens a table and reads it once, if `accept` takes what it is packed in. `fallback` is the
    /// encoding of a table whose bytes do not determine it; the default is windows-1250.
    pub(in crate::run) fn open<E: From<InputError>>(
        path: &Path,
        options: ReadOptions,
        fallback: Option<Encoding>,
        accept: impl FnOnce(&Container) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut source = Source::open(&Input::File(path.to_owned()))?;
        let Contents { container, bytes } = source.contents(None, 0)?;
        accept(&container)?;
        let options = container.options(options)?;
        let first = match source.settle(FirstRead::of_file(bytes, options)) {
            Err(InputError::EncodingUnclear { .. }) => {
                let options = ReadOptions {
                    encoding: fallback.or_else(|| USUAL_ENCODING.parse().ok()),
                    ..options
                };
                let bytes = source.contents(None, 0)?.bytes;
                source.settle(FirstRead::of_file(bytes, options))?
            }
            first => first?,
        };
        Ok(Self {
            source,
            container,
            first,
        })
    }

    /// Returns all rows. They are those of the first read, or an error.
    pub(in crate::run) fn rows(&mut self) -> Result<Rows<impl Read + use<>>, InputError> {
        Rows::new(self.source.contents(None, 0)?.bytes, &self.first)
    }

    /// The xxh3-128 digest of the table's bytes.
    pub(in crate::run) fn digest(&self) -> u128 {
        self.first.totals.map_or(0, |totals| totals.digest)
    }
}
