//! Finds the respondent of a row: by the id in its cell, or by the id that a table has for the
//! address there. Pure.

use super::id_table::Match;
use super::ids::{self, Parsed};
use super::{BlankId, IdTable, address};
use crate::model::{Digits, ErrorCode, RowError};

/// The respondent of a row, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who<'a> {
    Respondent {
        id: Digits<'a>,
        /// Whether invisible characters around the id were removed.
        trimmed: bool,
    },
    /// The cell is blank.
    Blank,
    /// The id in the cell or in the table is invalid; contains the reason.
    Bad(&'static str),
    /// The table does not contain the address.
    NoMatch,
    /// The table has several ids for the address.
    Ambiguous,
    /// The cell is not one address.
    BadAddress,
}

impl<'a> Who<'a> {
    /// `survey` is the row's, for a table that names surveys.
    pub(super) fn parse(cell: &'a str, table: Option<&'a IdTable>, survey: &str) -> Self {
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
            Match::Bad => Self::Bad(
                "the id that the table of `--ids` has for the address is not all digits: correct it there",
            ),
        }
    }

    /// Returns the error of a row without a respondent.
    pub(super) fn error(self, blank_id: BlankId, by_address: bool) -> RowError {
        match (self, blank_id) {
            (Self::Blank, BlankId::Skip) => RowError::new(ErrorCode::BlankId, "no respondent's id"),
            (Self::Blank, BlankId::Invalid) if by_address => RowError::new(
                ErrorCode::MissingId,
                "the cell of the address is blank: fill it in, or use `--blank-id skip`",
            ),
            (Self::Blank, BlankId::Invalid) => RowError::from_code(ErrorCode::MissingId),
            (Self::NoMatch, _) => RowError::from_code(ErrorCode::NoMatch),
            (Self::BadAddress, _) => RowError::from_code(ErrorCode::BadEmail),
            (Self::Ambiguous, _) => RowError::from_code(ErrorCode::AmbiguousMatch),
            (Self::Bad(reason), _) => RowError::new(ErrorCode::BadId, reason),
            (Self::Respondent { .. }, _) => RowError::new(ErrorCode::BadId, ErrorCode::BadId.meaning()),
        }
    }
}
