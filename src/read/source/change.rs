//! How a file changed after its first read. Travels as an [`io::Error`] through the decoders, and
//! is extracted again in `read/error.rs`.

use std::io;

use thiserror::Error;

/// A difference between a file and its first read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum Change {
    #[error("it had {before} bytes, then {after}")]
    Resized { before: u64, after: u64 },

    #[error("its modification time changed")]
    Modified,

    /// `byte` is the start of the first block that differs.
    #[error("its content differs from byte {byte} on")]
    Rewritten { byte: u64 },

    #[error("it had {before} bytes and is shorter now")]
    Cut { before: u64 },

    #[error("it had {before} bytes and is longer now")]
    Grown { before: u64 },

    /// The same bytes were unpacked to another text, which no decoder should do.
    #[error("it had {before} bytes once unpacked, and now has other ones")]
    Unpacked { before: u64 },
}

impl From<Change> for io::Error {
    fn from(change: Change) -> Self {
        Self::other(change)
    }
}

impl Change {
    /// Extracts the change from an error that a decoder passed on, or returns the error itself.
    pub(in crate::read) fn from_io(error: io::Error) -> Result<Self, io::Error> {
        error.downcast::<Self>()
    }

    /// The change in an error, if it contains one.
    pub(super) fn in_io(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }

    /// Whether an error contains a change, whose message needs no further context.
    pub(in crate::read) fn is_in(error: &io::Error) -> bool {
        Self::in_io(error).is_some()
    }
}
