//! The relationships that an entry lists. Their ids must be unique: of two with the same id the
//! library uses the last, whatever Excel does. Pure.

use std::collections::HashSet;

use thiserror::Error;

use super::markup::attributes;

/// The error for two relationships with the same id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("two of its relationships have the same id")]
pub(in crate::read::workbook) struct SameId;

/// The ids so far. The [scan](crate::read::workbook::scan) limits their number and length.
#[derive(Debug, Default)]
pub(in crate::read::workbook) struct Relations {
    ids: HashSet<Vec<u8>>,
}

impl Relations {
    pub(in crate::read::workbook) fn take_in(&mut self, tag: &[u8]) -> Result<(), SameId> {
        let ids = attributes(tag).filter(|(name, _)| *name == b"Id");
        for (_, id) in ids {
            if !self.ids.insert(id.to_vec()) {
                return Err(SameId);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_given_once() {
        let mut relations = Relations::default();
        for tag in [
            "Relationship Id=\"a\" Target=\"x\"",
            "Relationship Id='b'/",
            "Relationship",
        ] {
            assert_eq!(relations.take_in(tag.as_bytes()), Ok(()), "{tag}");
        }
        assert_eq!(
            relations.take_in(b"Relationship Target=\"y\" Id=\"a\""),
            Err(SameId)
        );
    }
}
