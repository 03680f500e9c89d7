//! The open tags at a position in XML. Each must be closed by its own name: the library does not
//! compare names, so a wrong one would end a row early. Their number is limited, because the
//! library keeps all open tags. Pure.

use thiserror::Error;

/// Maximum number of tags that are open at once. A sheet from Excel has less than twenty.
const MAX_DEPTH: usize = 256;

/// Maximum total length in bytes of the names of open tags.
const MAX_NAMES: usize = 16 << 10;

/// Why the nesting of tags is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(in crate::read::workbook) enum NestingFault {
    #[error("more than {MAX_DEPTH} of its tags are open at once")]
    Depth,
    #[error("its tags do not close each other")]
    Mismatch,
}

/// The names of the open tags, the outermost first.
#[derive(Debug, Default)]
pub(in crate::read::workbook) struct Nesting {
    names: Vec<u8>,
    /// The end of each name in `names`.
    ends: Vec<usize>,
}

impl Nesting {
    /// Opens a tag; `name` includes its prefix.
    pub(in crate::read::workbook) fn open(&mut self, name: &[u8]) -> Result<(), NestingFault> {
        if self.ends.len() == MAX_DEPTH || self.names.len() + name.len() > MAX_NAMES {
            return Err(NestingFault::Depth);
        }
        self.names.extend_from_slice(name);
        self.ends.push(self.names.len());
        Ok(())
    }

    /// Closes the innermost tag; `name` may have trailing white space.
    pub(in crate::read::workbook) fn close(&mut self, name: &[u8]) -> Result<(), NestingFault> {
        if self.innermost() != Some(name.trim_ascii_end()) {
            return Err(NestingFault::Mismatch);
        }
        self.ends.pop();
        self.names.truncate(self.ends.last().copied().unwrap_or_default());
        Ok(())
    }

    /// Whether all tags are closed.
    pub(in crate::read::workbook) fn is_closed(&self) -> bool {
        self.ends.is_empty()
    }

    fn innermost(&self) -> Option<&[u8]> {
        let (_, before) = self.ends.split_last()?;
        self.names.get(before.last().copied().unwrap_or_default()..)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_close_in_the_opposite_order() {
        let mut nesting = Nesting::default();
        assert_eq!(nesting.close(b"a"), Err(NestingFault::Mismatch));
        for name in [&b"a"[..], b"x:b", b"b"] {
            nesting.open(name).unwrap();
        }
        assert_eq!(nesting.close(b"x:b"), Err(NestingFault::Mismatch));
        for name in [&b"b"[..], b"x:b \n", b"a"] {
            assert!(!nesting.is_closed());
            nesting.close(name).unwrap();
        }
        assert!(nesting.is_closed());
    }

    #[test]
    fn open_tags_take_no_memory_without_bound() {
        let mut nesting = Nesting::default();
        for _ in 0..MAX_DEPTH {
            nesting.open(b"row").unwrap();
        }
        assert_eq!(nesting.open(b"row"), Err(NestingFault::Depth));
        let long = vec![b'x'; MAX_NAMES + 1];
        assert_eq!(Nesting::default().open(&long), Err(NestingFault::Depth));
    }
}
