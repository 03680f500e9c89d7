//! Follows a cell to its value, which must be one piece: the library takes the first piece of a number's text, or the last
//! value of several, for the whole, and a text's number that it cannot read for 0. Pure. What a tag is, and where a cell
//! ends, is the [scan](crate::read::workbook::scan)'s business.

use thiserror::Error;

use super::attributes::MAX_DIGITS;
use super::markup::attributes;

/// How the value of a cell is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::read::workbook) enum Kind {
    /// A text of its own, in which references (`&amp;`) stand for signs.
    Text,
    /// The number of a shared text.
    Shared,
    /// A number, a truth value, or an untyped text.
    Number,
}

/// How far the value of a cell was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::read::workbook) enum Value {
    /// Not in a cell, or before its value.
    Before(Kind),
    In {
        kind: Kind,
        /// Bytes so far.
        length: usize,
        /// The last byte is white space.
        ends_blank: bool,
    },
    Behind,
}

/// Why a cell must not be read.
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
    /// A tag opens. Tags inside a value, and a second value in a cell, are none of a spreadsheet's.
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

    /// A tag closes.
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

    /// Text, or a part of it. A reference in a number cuts it in two.
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

    /// A comment, an instruction or a CDATA section.
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
