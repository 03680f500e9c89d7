//! Limits the memory that the library may use for an entry: for shared texts, and for elements that
//! it collects in lists. Pure.

use thiserror::Error;

use super::markup::texts_claimed;

/// Maximum size in bytes of all shared texts of a workbook, plus [`TEXT_PLACE`] for each: they are
/// held in memory.
pub(in crate::read::workbook) const MAX_TEXTS: u64 = 64 << 20;

/// Memory in bytes that a text uses besides its content.
pub(in crate::read::workbook) const TEXT_PLACE: u64 = 24;

/// Maximum number of elements, other than texts, that the library collects. Excel allows 65,490
/// formats.
pub(in crate::read::workbook) const MAX_COLLECTED: u64 = 1 << 18;

/// The collected elements: formats, sheets, names and relationships.
const COLLECTED: [&[u8]; 11] = [
    b"xf",
    b"numFmt",
    b"font",
    b"fill",
    b"border",
    b"cellStyle",
    b"gs",
    b"stop",
    b"sheet",
    b"definedName",
    b"Relationship",
];

/// Maximum size in bytes of all collected elements: they are held in memory.
const MAX_COLLECTED_BYTES: usize = 16 << 20;

/// Why an entry exceeds the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(in crate::read::workbook) enum OverBudget {
    #[error("its shared texts take more than {} MiB", MAX_TEXTS >> 20)]
    Texts,
    #[error("it has more than {MAX_COLLECTED} formats, names or sheets, or more than {} MiB of them", MAX_COLLECTED_BYTES >> 20)]
    Collected,
}

/// What an entry has used so far.
#[derive(Debug, Default)]
pub(in crate::read::workbook) struct Budget {
    text_bytes: u64,
    collected: u64,
    collected_bytes: usize,
}

impl Budget {
    /// Counts an opening tag.
    pub(in crate::read::workbook) fn tag(&mut self, tag: &[u8], local: &[u8]) -> Result<(), OverBudget> {
        if COLLECTED.contains(&local) {
            self.collected += 1;
            self.collect(tag.len())?;
        }
        match local {
            b"sst" if texts_claimed(tag) > MAX_TEXTS / TEXT_PLACE => Err(OverBudget::Texts),
            b"si" => self.add_text(TEXT_PLACE),
            _ => Ok(()),
        }
    }

    /// Counts bytes of a collected element.
    pub(in crate::read::workbook) fn collect(&mut self, bytes: usize) -> Result<(), OverBudget> {
        self.collected_bytes += bytes;
        if self.collected > MAX_COLLECTED || self.collected_bytes > MAX_COLLECTED_BYTES {
            return Err(OverBudget::Collected);
        }
        Ok(())
    }

    /// Counts bytes of a shared text.
    pub(in crate::read::workbook) fn text(&mut self, bytes: usize) -> Result<(), OverBudget> {
        self.add_text(bytes as u64)
    }

    fn add_text(&mut self, bytes: u64) -> Result<(), OverBudget> {
        self.text_bytes += bytes;
        if self.text_bytes > MAX_TEXTS {
            return Err(OverBudget::Texts);
        }
        Ok(())
    }
}
