//! The error codes in English. Meanings and advice are those of the table in `model`.

use super::English;
use crate::model::ErrorCode;
use crate::text::subjects::CodeWords;

impl CodeWords for English {
    fn code_title(&self, code: ErrorCode) -> &'static str {
        match code {
            ErrorCode::Rejected => "rejected by the platform",
            ErrorCode::Auth => "account, key or auth refused",
            ErrorCode::Http4xx => "refused without a reason (4xx)",
            ErrorCode::Http5xx => "error of the platform (5xx)",
            ErrorCode::RateLimited => "too many calls for the platform (429)",
            ErrorCode::Timeout => "no answer in time",
            ErrorCode::Connect => "platform out of reach",
            ErrorCode::Cut => "connection broken",
            ErrorCode::BadResponse => "unclear answer",
            ErrorCode::Redirected => "answered with a redirect",
            ErrorCode::Stopped => "not settled when the run ended",
            ErrorCode::Internal => "bug in respondent-sync",
            ErrorCode::MissingId => "no respondent id",
            ErrorCode::BadId => "id is not all digits",
            ErrorCode::MissingSurvey => "no survey id",
            ErrorCode::BadSurvey => "wrong survey id",
            ErrorCode::ColumnCount => "wrong number of fields",
            ErrorCode::Encoding => "damaged text",
            ErrorCode::FieldTooLong => "value is too long",
            ErrorCode::NoMatch => "address of no respondent",
            ErrorCode::AmbiguousMatch => "address of several respondents",
            ErrorCode::BadEmail => "not one e-mail address",
            ErrorCode::SharedAddress => "address on several rows",
            ErrorCode::UnknownId => "id not on the mailing list",
            ErrorCode::NothingToSend => "no label has a value",
            ErrorCode::BlankId => "no respondent id, skipped",
            ErrorCode::NotSelected => "not selected",
            ErrorCode::Excluded => "on the exclude list",
            ErrorCode::Superseded => "a later row is sent instead",
            ErrorCode::Unchanged => "unchanged",
            ErrorCode::Conflict => "changed on the platform, left as it is",
        }
    }

    fn code_advice(&self, code: ErrorCode) -> Option<&'static str> {
        code.advice()
    }
}
