//! Follows a cell to its value, which must be in one piece: of a number in several pieces the
//! library uses the first, and of several values the last. The index of a shared text must be
//! valid, because the library reads an invalid one as 0. Pure. The
//! [scan](crate::read::workbook::scan) finds tags and the end of a cell.

use thiserror::Error;

use super::attributes::MAX_DIGITS;
use super::markup::attributes;

/// How the value of a cell is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::read::workbook) enum Kind {
    /// Text in the cell itself, in which references (`&amp;`) stand for characters.
    Text,
    /// The index of a shared text.
    Shared,
    /// A number, a boolean, or an untyped text.
    Number,
}

/// How far the value of a cell was scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::read::workbook) enum Value {
    /// Not in a cell, or before its value.
    Before(Kind),
    In {
        kind: Kind,
        /// Bytes of the value so far.
        length: usize,
        /// Whether the last byte is white space.
        ends_blank: bool,
    },
    Behind,
}

/// Why a cell is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(in crate::read::workbook) enum ValueFault {
    #[error("a cell's value is written in pieces, which no spreadsheet does")]
    Pieces,
    #[error("a cell names its text by what is no number")]
    Shared,
    #[error("a number in it has white space around it")]
    Padded,
}

impl Value {
    /// Handles an opening tag. Spreadsheets do not write tags inside a value, nor a second value in
    /// a cell.
    pub(in crate::read::workbook) fn opens(
        self,
        tag: &[u8],
        local: &[u8],
        is_in_cell: bool,
    ) -> Result<Self, ValueFault> {
        match (local, self) {
            (_, Self::In { .. }) => Err(ValueFault::Pieces),
            (b"c", _) => Ok(Self::Before(kind(tag))),
            (b"v", Self::Before(_)) if is_in_cell && tag.ends_with(b"/") => Ok(Self::Behind),
            (b"v", Self::Before(kind)) if is_in_cell => Ok(Self::In {
                kind,
                length: 0,
                ends_blank: false,
            }),
            (b"v", Self::Behind) if is_in_cell => Err(ValueFault::Pieces),
            _ => Ok(self),
        }
    }

    /// Handles a closing tag.
    pub(in crate::read::workbook) fn closes(self, local: &[u8]) -> Result<Self, ValueFault> {
        match self {
            Self::In {
                kind: Kind::Number,
                ends_blank: true,
                ..
            } => Err(ValueFault::Padded),
            Self::In { .. } if local == b"v" => Ok(Self::Behind),
            _ => Ok(self),
        }
    }

    /// Handles text or a part of it. A reference inside a number would split it.
    pub(in crate::read::workbook) fn text(self, text: &[u8]) -> Result<Self, ValueFault> {
        let (Self::In { kind, length, .. }, Some(last)) = (self, text.last()) else {
            return Ok(self);
        };
        let longer = length.saturating_add(text.len());
        match kind {
            Kind::Number if text.contains(&b'&') => return Err(ValueFault::Pieces),
            Kind::Number if length == 0 && text.first().is_some_and(u8::is_ascii_whitespace) => {
                return Err(ValueFault::Padded);
            }
            Kind::Shared if longer > MAX_DIGITS || !text.iter().all(u8::is_ascii_digit) => {
                return Err(ValueFault::Shared);
            }
            _ => {}
        }
        Ok(Self::In {
            kind,
            length: longer,
            ends_blank: last.is_ascii_whitespace(),
        })
    }

    /// Handles a comment, an instruction or a CDATA section.
    pub(in crate::read::workbook) fn interrupted(self) -> Result<(), ValueFault> {
        match self {
            Self::In { .. } => Err(ValueFault::Pieces),
            _ => Ok(()),
        }
    }
}

fn kind(cell: &[u8]) -> Kind {
    let kind = attributes(cell).find(|(name, _)| *name == b"t");
    match kind.map(|(_, kind)| kind) {
        Some(b"str" | b"e" | b"inlineStr" | b"d") => Kind::Text,
        Some(b"s") => Kind::Shared,
        _ => Kind::Number,
    }
}
