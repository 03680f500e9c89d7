//! Finds the respondent of a row: by the id in its cell, or by the id that a table has for the
//! address there. Pure.

use super::address;
use super::id_table::Match;
use super::ids::{self, Parsed};
use crate::model::{Digits, RowFault};
use crate::plan::{BlankId, IdTable};

/// The respondent of a row, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan) enum Who<'a> {
    Respondent {
        id: Digits<'a>,
        /// Whether invisible characters around the id were removed.
        trimmed: bool,
    },
    /// The cell is blank.
    Blank,
    /// The id in the cell or in the table is invalid; contains the reason.
    Bad(RowFault),
    /// The table does not contain the address.
    NoMatch,
    /// The table has several ids for the address.
    Ambiguous,
    /// The cell is not one address.
    BadAddress,
}

impl<'a> Who<'a> {
    /// `survey` is the row's, for a table that names surveys.
    pub(in crate::plan) fn parse(cell: &'a str, table: Option<&'a IdTable>, survey: &str) -> Self {
        let Some(table) = table else {
            return match ids::parse(cell) {
                Parsed::Id { digits: id, trimmed } => Self::Respondent { id, trimmed },
                Parsed::Blank => Self::Blank,
                Parsed::Bad(reason) => Self::Bad(reason),
            };
        };
        if ids::trimmed(cell).is_empty() {
            return Self::Blank;
        }
        let bare = address::bare(cell);
        let found = match (table.find(cell, survey), &bare) {
            // As it stands first: what rows are matched on need not be an address.
            (Match::Nobody, Some(bare)) => table.find(bare, survey),
            (found, _) => found,
        };
        match found {
            Match::Id(id) => Self::Respondent { id, trimmed: false },
            Match::Nobody if cell.contains('@') && !bare.is_some_and(|bare| address::is_one(&bare)) => {
                Self::BadAddress
            }
            Match::Nobody => Self::NoMatch,
            Match::Ambiguous => Self::Ambiguous,
            Match::Bad => Self::Bad(RowFault::TableIdNotDigits),
        }
    }

    /// Returns the respondent's id, and whether it was trimmed; the fault of a row without one.
    pub(in crate::plan) fn respondent(
        self,
        blank_id: BlankId,
        by_address: bool,
    ) -> Result<(Digits<'a>, bool), RowFault> {
        match self {
            Self::Respondent { id, trimmed } => Ok((id, trimmed)),
            Self::Blank => Err(match blank_id {
                BlankId::Skip => RowFault::BlankId,
                BlankId::Invalid if by_address => RowFault::MissingAddress,
                BlankId::Invalid => RowFault::MissingId,
            }),
            Self::NoMatch => Err(RowFault::NoMatch),
            Self::BadAddress => Err(RowFault::BadAddress),
            Self::Ambiguous => Err(RowFault::AmbiguousMatch),
            Self::Bad(fault) => Err(fault),
        }
    }
}
