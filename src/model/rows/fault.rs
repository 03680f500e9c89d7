//! Why a row makes no call: a fault of its data, or the user's choice. The texts for people are in
//! `text`.

use crate::model::{ErrorCode, Label};

/// Why a row makes no call. Contains no cell's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RowFault {
    /// The cell of the id is blank.
    MissingId,
    /// The cell of the address is blank.
    MissingAddress,
    /// The id is still `[ID_RESPONDENT]`.
    IdPlaceholder,
    /// `1,23E+11`
    IdShortened,
    /// `#N/D!`
    IdFormulaError,
    /// `08.maj`
    IdDate,
    /// `="0012"` or `'0012`
    IdAsText,
    /// `12345,00`
    IdDecimal,
    /// `12 345`
    IdSeparators,
    /// Digits other than 0 to 9, such as full-width ones.
    IdOtherDigits,
    /// The id is an e-mail address.
    IdAddress,
    /// Any other text that is not all digits.
    IdNotDigits,
    /// The id that the table of `--ids` has for the address.
    TableIdNotDigits,
    /// The table of `--ids` does not contain the address.
    NoMatch,
    /// The survey's mailing list does not contain the address.
    NotListed,
    /// The table of `--ids` has several ids for the address.
    AmbiguousMatch,
    /// The cell is not one e-mail address.
    BadAddress,
    /// An address on several rows with different values.
    SharedAddress,
    /// The survey's mailing list does not have the id.
    UnknownId,
    /// Neither the row nor `--survey` names a survey.
    MissingSurvey,
    SurveyNotDigits,
    /// The row's survey is not that of `--survey`.
    SurveyDiffers,
    TooFewFields {
        fields: usize,
        columns: usize,
    },
    TooManyFields {
        fields: usize,
        columns: usize,
        /// `fields` is a minimum.
        at_least: bool,
    },
    /// Bytes that the encoding does not allow.
    Undecodable {
        encoding: &'static str,
    },
    /// A failed file still contains U+FFFD for letters that were lost.
    LettersLost,
    /// A record in UTF-8 in a file of another encoding.
    OtherEncoding {
        encoding: &'static str,
    },
    ValueTooLong {
        label: Label,
        bytes: usize,
        most: usize,
    },
    /// The labels do not fit into a GET request.
    QueryTooLong,
    NothingToSend,
    /// The cell of the id is blank, and `--blank-id skip` is set.
    BlankId,
    NotSelected,
    Excluded,
    Superseded,
    Unchanged,
    /// People changed the labels on the platform, and `--on-conflict keep` is set.
    Conflict,
}

/// Returns a fault's text in the user's language: `title: advice`, or the title alone.
pub(crate) type FaultText = fn(&RowFault) -> String;

impl RowFault {
    pub(crate) fn code(&self) -> ErrorCode {
        match self {
            Self::MissingId | Self::MissingAddress => ErrorCode::MissingId,
            Self::IdPlaceholder
            | Self::IdShortened
            | Self::IdFormulaError
            | Self::IdDate
            | Self::IdAsText
            | Self::IdDecimal
            | Self::IdSeparators
            | Self::IdOtherDigits
            | Self::IdAddress
            | Self::IdNotDigits
            | Self::TableIdNotDigits => ErrorCode::BadId,
            Self::NoMatch | Self::NotListed => ErrorCode::NoMatch,
            Self::AmbiguousMatch => ErrorCode::AmbiguousMatch,
            Self::BadAddress => ErrorCode::BadEmail,
            Self::SharedAddress => ErrorCode::SharedAddress,
            Self::UnknownId => ErrorCode::UnknownId,
            Self::MissingSurvey => ErrorCode::MissingSurvey,
            Self::SurveyNotDigits | Self::SurveyDiffers => ErrorCode::BadSurvey,
            Self::TooFewFields { .. } | Self::TooManyFields { .. } => ErrorCode::ColumnCount,
            Self::Undecodable { .. } | Self::LettersLost | Self::OtherEncoding { .. } => ErrorCode::Encoding,
            Self::ValueTooLong { .. } | Self::QueryTooLong => ErrorCode::FieldTooLong,
            Self::NothingToSend => ErrorCode::NothingToSend,
            Self::BlankId => ErrorCode::BlankId,
            Self::NotSelected => ErrorCode::NotSelected,
            Self::Excluded => ErrorCode::Excluded,
            Self::Superseded => ErrorCode::Superseded,
            Self::Unchanged => ErrorCode::Unchanged,
            Self::Conflict => ErrorCode::Conflict,
        }
    }
}
