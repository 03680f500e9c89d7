//! Follows a cell to its value, which must be one piece: the library takes the first piece of a number's text, or the last
//! value of several, for the whole. Pure. What a tag is, and where a cell ends, is the [scan](super::scan)'s business.

use thiserror::Error;

use super::markup::has_text;

/// How far the value of a cell was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// Not in a cell, or before its value. A text may hold references (`&amp;`), a number may not.
    Before {
        is_text: bool,
    },
    In {
        is_text: bool,
    },
    Behind,
}

/// Why a cell must not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a cell's value is written in pieces, which no spreadsheet does")]
pub(super) struct InPieces;

impl Value {
    /// A tag opens. Tags inside a value, and a second value in a cell, are none of a spreadsheet's.
    pub(super) fn opens(self, tag: &[u8], local: &[u8], is_in_cell: bool) -> Result<Self, InPieces> {
        match (local, self) {
            (_, Self::In { .. }) => Err(InPieces),
            (b"c", _) => Ok(Self::Before {
                is_text: has_text(tag),
            }),
            (b"v", Self::Before { .. }) if is_in_cell && tag.ends_with(b"/") => Ok(Self::Behind),
            (b"v", Self::Before { is_text }) if is_in_cell => Ok(Self::In { is_text }),
            (b"v", Self::Behind) if is_in_cell => Err(InPieces),
            _ => Ok(self),
        }
    }

    /// A tag closes.
    pub(super) fn closes(self, local: &[u8]) -> Self {
        match self {
            Self::In { .. } if local == b"v" => Self::Behind,
            _ => self,
        }
    }

    /// Text, or a part of it. A reference in a number cuts it in two.
    pub(super) fn text(self, text: &[u8]) -> Result<(), InPieces> {
        match self {
            Self::In { is_text: false } if text.contains(&b'&') => Err(InPieces),
            _ => Ok(()),
        }
    }

    /// A comment, an instruction or a CDATA section.
    pub(super) fn interrupted(self) -> Result<(), InPieces> {
        match self {
            Self::In { .. } => Err(InPieces),
            _ => Ok(()),
        }
    }
}
