//! The faults of rows, in English.

use super::English;
use crate::model::{Lang, RowFault};
use crate::text::number::thousands;
use crate::text::subjects::FaultWords;

/// What to do about a value that a spreadsheet has changed.
const AS_TEXT: &str = "format the column as text, export again";

impl FaultWords for English {
    fn fault_title(&self, fault: &RowFault) -> String {
        let title = match fault {
            RowFault::MissingId => "no respondent id",
            RowFault::MissingAddress => "no address",
            RowFault::IdPlaceholder => "id is still a placeholder",
            RowFault::IdShortened => "id shortened by a spreadsheet",
            RowFault::IdFormulaError => "id is an error of a formula",
            RowFault::IdDate => "id turned into a date",
            RowFault::IdAsText => "id marked as text for a spreadsheet",
            RowFault::IdDecimal => "id turned into a decimal number",
            RowFault::IdSeparators => "id with separators between its digits",
            RowFault::IdOtherDigits => "id with digits other than 0 to 9",
            RowFault::IdAddress => "id is an e-mail address",
            RowFault::IdNotDigits => "id is not all digits",
            RowFault::TableIdNotDigits => "id in the table of `--ids` is not all digits",
            RowFault::NoMatch => "address not in the table of `--ids`",
            RowFault::NotListed => "address not on the survey's mailing list",
            RowFault::AmbiguousMatch => "address of several respondents",
            RowFault::BadAddress => "cell is not one e-mail address",
            RowFault::UnknownId => "the id is not on the survey's mailing list",
            RowFault::SharedAddress => "address or respondent on several rows, values differ",
            RowFault::MissingSurvey => "no survey id",
            RowFault::SurveyNotDigits => "survey id is not all digits",
            RowFault::SurveyDiffers => "survey id differs from `--survey`",
            RowFault::TooFewFields { .. } => "fewer fields than the header",
            RowFault::TooManyFields { .. } => "more fields than the header",
            RowFault::Undecodable { encoding } => return format!("bytes that {encoding} does not allow"),
            RowFault::LettersLost => "lost letters, marked by U+FFFD",
            RowFault::OtherEncoding { encoding } => return format!("UTF-8 text in a file in {encoding}"),
            RowFault::ValueTooLong { label, .. } => return format!("value for `{label}` is too long"),
            RowFault::QueryTooLong => "labels do not fit into a GET request",
            RowFault::NothingToSend => "no label has a value",
            RowFault::BlankId => "no respondent id, left out by `--blank-id skip`",
            RowFault::NotSelected => "left out by `--only` or `--limit`",
            RowFault::Excluded => "respondent is on the list of `--exclude`",
            RowFault::Superseded => "a later row of the same respondent is sent instead",
            RowFault::Unchanged => "the same labels were acknowledged before (`--changed-only`)",
            RowFault::Conflict => "changed on the platform since, left as it is (`--on-conflict keep`)",
        };
        title.to_owned()
    }

    fn fault_advice(&self, fault: &RowFault) -> Option<String> {
        let number = |number: usize| thousands(Lang::En, number as u64);
        let advice = match fault {
            RowFault::MissingId => "fill in the id, or use `--blank-id skip`",
            RowFault::MissingAddress => "fill in the address, or use `--blank-id skip`",
            RowFault::IdPlaceholder => {
                "export the ids; the platform replaces `[ID_RESPONDENT]` only in its own mails"
            }
            RowFault::IdShortened | RowFault::IdDate | RowFault::IdDecimal | RowFault::IdSeparators => {
                AS_TEXT
            }
            RowFault::IdFormulaError => "correct the formula, export again",
            RowFault::IdAsText => "export the digits alone, not `=\"0012\"` or `'0012`",
            RowFault::IdOtherDigits => "type the id again",
            RowFault::IdAddress => "find the ids by address with `--ids TABLE --match-on COLUMN`",
            RowFault::IdNotDigits => "correct the id, or name the right column with `--id-column`",
            RowFault::TableIdNotDigits => "correct it in the table",
            RowFault::NoMatch => "add the contact to the mailing list and to the table",
            RowFault::NotListed => "add the contact to the mailing list",
            RowFault::AmbiguousMatch => {
                "remove the wrong lines from the table, or send these rows by their ids"
            }
            RowFault::BadAddress => "leave one address in the cell",
            RowFault::UnknownId => "check the id and the survey; correct the id or delete the row",
            RowFault::SharedAddress => "leave one of the rows, or let `--on-duplicate` decide",
            RowFault::MissingSurvey => "fill in the survey, or use `--survey ID`",
            RowFault::SurveyNotDigits => "correct it, or name the right column with `--survey-column`",
            RowFault::SurveyDiffers => "correct one of them, or leave `--survey` out",
            RowFault::TooFewFields { fields, columns } => {
                return Some(format!(
                    "{} instead of {}; add what is missing, or quote a field with a line break",
                    number(*fields),
                    number(*columns)
                ));
            }
            RowFault::TooManyFields {
                fields,
                columns,
                at_least,
            } => {
                let at_least = if *at_least { "at least " } else { "" };
                return Some(format!(
                    "{at_least}{} instead of {}; quote fields that contain the delimiter",
                    number(*fields),
                    number(*columns)
                ));
            }
            RowFault::Undecodable { .. } => "type the damaged text again",
            RowFault::LettersLost => "type them again",
            RowFault::OtherEncoding { encoding } => {
                return Some(format!(
                    "type the damaged text again, or confirm it with `--encoding {encoding}`"
                ));
            }
            RowFault::ValueTooLong { bytes, most, .. } => {
                return Some(format!(
                    "shorten it from {} to {} bytes",
                    number(*bytes),
                    number(*most)
                ));
            }
            RowFault::QueryTooLong => "shorten them, or use `--method post`",
            RowFault::NothingToSend
            | RowFault::BlankId
            | RowFault::NotSelected
            | RowFault::Excluded
            | RowFault::Superseded
            | RowFault::Unchanged
            | RowFault::Conflict => return None,
        };
        Some(advice.to_owned())
    }
}
