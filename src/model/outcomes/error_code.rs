//! The table of error codes: each code's name in files, its meaning, and what to do about it. The
//! manual's table is tested against it.

/// Why a row was not a success. The names are promised to users and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum ErrorCode {
    Rejected,
    Auth,
    Http4xx,
    Http5xx,
    RateLimited,
    Timeout,
    Connect,
    Cut,
    BadResponse,
    Redirected,
    Stopped,
    Internal,
    MissingId,
    BadId,
    MissingSurvey,
    BadSurvey,
    ColumnCount,
    Encoding,
    FieldTooLong,
    NoMatch,
    AmbiguousMatch,
    BadEmail,
    SharedAddress,
    UnknownId,
    NothingToSend,
    BlankId,
    NotSelected,
    Excluded,
    Superseded,
    Unchanged,
    Conflict,
}

/// What to do with a failed row: the failed file's column `sync_action`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// The row has to be edited first.
    Fix,
    /// The row can be sent again as it is.
    Resend,
}

/// The name in the failed file.
impl Action {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Fix => "fix",
            Self::Resend => "resend",
        }
    }
}

/// One line of the table.
struct CodeEntry {
    code: ErrorCode,
    name: &'static str,
    /// Printed by the manual alone, which a test holds against this table.
    #[cfg_attr(not(test), expect(dead_code, reason = "the manual prints it"))]
    meaning: &'static str,
    advice: &'static str,
}

const fn entry(
    code: ErrorCode,
    name: &'static str,
    meaning: &'static str,
    advice: &'static str,
) -> CodeEntry {
    CodeEntry {
        code,
        name,
        meaning,
        advice,
    }
}

const RESEND: &str = "nothing to edit: `respondent-sync retry FILE` sends it again";
const NONE: &str = "nothing";

#[rustfmt::skip]
const TABLE: [CodeEntry; 31] = [
    entry(ErrorCode::Rejected, "rejected", "the platform answered with an error of its own; `message` quotes it", "check the respondent's id and the survey on the platform, correct the id or delete the row; then `respondent-sync retry FILE`"),
    entry(ErrorCode::Auth, "auth", "the platform refused the credentials (401 or 403)", "check account, key and auth in Account → Settings → Integrations, then `respondent-sync retry FILE`"),
    entry(ErrorCode::Http4xx, "http_4xx", "another 4xx answer without a reason that could be read", "check `--base-url` and the account; ask the vendor if they are right; then `respondent-sync retry FILE`"),
    entry(ErrorCode::Http5xx, "http_5xx", "the platform failed each time (5xx)", RESEND),
    entry(ErrorCode::RateLimited, "rate_limited", "the platform asked to slow down each time (429)", "lower `--rate`, then `respondent-sync retry FILE`"),
    entry(ErrorCode::Timeout, "timeout", "no whole answer within `--timeout`", RESEND),
    entry(ErrorCode::Connect, "connect", "the platform could not be reached, nothing was sent", "check the network and `--base-url`, then `respondent-sync retry FILE`"),
    entry(ErrorCode::Cut, "cut", "the connection broke before the answer was whole", RESEND),
    entry(ErrorCode::BadResponse, "bad_response", "an answer that does not say whether the update was made", RESEND),
    entry(ErrorCode::Redirected, "redirected", "the platform answered with a redirect, which is never followed", "check `--base-url`, then `respondent-sync retry FILE`"),
    entry(ErrorCode::Stopped, "stopped", "sent, but not settled when the run ended", "resume the run: `--resume` sends it again"),
    entry(ErrorCode::Internal, "internal", "a bug of this tool hit this row", "`respondent-sync retry FILE`, and report the bug"),
    entry(ErrorCode::MissingId, "missing_id", "the cell of the respondent's id is blank", "fill in the id, or use `--blank-id skip`"),
    entry(ErrorCode::BadId, "bad_id", "the respondent's id is not all digits", "correct the id as `sync_error` says, then `respondent-sync retry FILE`"),
    entry(ErrorCode::MissingSurvey, "missing_survey", "the survey's cell is blank and no `--survey` is given", "fill in the survey, or give `--survey`"),
    entry(ErrorCode::BadSurvey, "bad_survey", "the survey's id is not all digits, or differs from `--survey`", "correct the survey in the failed file, then `respondent-sync retry FILE`"),
    entry(ErrorCode::ColumnCount, "column_count", "the record has more or fewer fields than the header", "quote fields that hold the delimiter or a line break, or add what is missing, then `respondent-sync retry FILE`"),
    entry(ErrorCode::Encoding, "encoding", "bytes that the file's encoding does not allow", "retype the damaged text, or give the right `--encoding`"),
    entry(ErrorCode::FieldTooLong, "field_too_long", "a value over 64 KiB, or a GET target over 8,000 bytes", "shorten the value, or use `--method post`"),
    entry(ErrorCode::NoMatch, "no_match", "the address is not in the table of `--ids`, or not on the list of `--pull`", "add the contact to the survey's mailing list, and its line to the table if there is one; then `respondent-sync retry FILE`"),
    entry(ErrorCode::AmbiguousMatch, "ambiguous_match", "the address is several respondents in the table of `--ids` or on the list of `--pull`", "take the wrong lines out of the table, or send these rows by their ids in a file of their own"),
    entry(ErrorCode::BadEmail, "bad_email", "the cell is not one e-mail address", "leave one address in the cell, then `respondent-sync retry FILE`"),
    entry(ErrorCode::SharedAddress, "shared_address", "the address stands on several rows with different values", "leave one of the rows, or say with `--on-duplicate` which of them count"),
    entry(ErrorCode::UnknownId, "unknown_id", "the id is not on the survey's mailing list (`--pull`)", "check the id and the survey, correct the id or delete the row; then `respondent-sync retry FILE`"),
    entry(ErrorCode::NothingToSend, "nothing_to_send", "no label has a value", NONE),
    entry(ErrorCode::BlankId, "blank_id", "no respondent's id, left out by `--blank-id skip`", NONE),
    entry(ErrorCode::NotSelected, "not_selected", "left out by `--only` or `--limit`", NONE),
    entry(ErrorCode::Excluded, "excluded", "the respondent is on the list of `--exclude`", NONE),
    entry(ErrorCode::Superseded, "superseded", "a later row of the same respondent is sent instead (`--on-duplicate last`), or the respondent was updated since (`retry`)", NONE),
    entry(ErrorCode::Unchanged, "unchanged", "the platform acknowledged the same labels before (`--changed-only`)", NONE),
    entry(ErrorCode::Conflict, "conflict", "people changed these labels on the platform since they were sent (`--on-conflict keep`)", NONE),
];

impl ErrorCode {
    #[cfg(test)]
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|entry| entry.code)
    }

    /// Returns the name used in files and reports.
    pub(crate) fn name(self) -> &'static str {
        self.entry().name
    }

    /// Returns the code with this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        TABLE
            .iter()
            .find(|entry| entry.name == name)
            .map(|entry| entry.code)
    }

    /// Returns the meaning, as one clause.
    #[cfg(test)]
    pub(crate) fn meaning(self) -> &'static str {
        self.entry().meaning
    }

    /// Returns what to do about it, as one clause; `None` for a row left out on purpose.
    pub(crate) fn advice(self) -> Option<&'static str> {
        Some(self.entry().advice).filter(|advice| *advice != NONE)
    }

    /// Returns what to do with the row: fix what was refused for its content, send anything else
    /// again.
    pub(crate) fn action(self) -> Action {
        match self {
            Self::Rejected
            | Self::MissingId
            | Self::BadId
            | Self::MissingSurvey
            | Self::BadSurvey
            | Self::ColumnCount
            | Self::Encoding
            | Self::FieldTooLong
            | Self::NoMatch
            | Self::AmbiguousMatch
            | Self::BadEmail
            | Self::SharedAddress
            | Self::UnknownId => Action::Fix,
            Self::Auth
            | Self::Http4xx
            | Self::Http5xx
            | Self::RateLimited
            | Self::Timeout
            | Self::Connect
            | Self::Cut
            | Self::BadResponse
            | Self::Redirected
            | Self::Stopped
            | Self::Internal
            | Self::NothingToSend
            | Self::BlankId
            | Self::NotSelected
            | Self::Excluded
            | Self::Superseded
            | Self::Unchanged
            | Self::Conflict => Action::Resend,
        }
    }

    /// Whether messages of this code are the platform's own words.
    pub(crate) fn quotes_the_platform(self) -> bool {
        matches!(self, Self::Rejected | Self::Auth | Self::Http4xx)
    }

    fn entry(self) -> &'static CodeEntry {
        // Every code is in the table, which the test below checks, so this never falls back.
        TABLE.iter().find(|entry| entry.code == self).unwrap_or(&TABLE[0])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_table_has_each_code_once_in_the_order_of_the_enum() {
        for (index, code) in ErrorCode::all().enumerate() {
            assert_eq!(code as usize, index);
        }
        let names: HashSet<_> = ErrorCode::all().map(ErrorCode::name).collect();
        assert_eq!(names.len(), ErrorCode::Conflict as usize + 1);
    }

    #[test]
    fn the_manual_prints_the_same_table() {
        let manual = include_str!("../../manual/en/errors.md");
        for code in ErrorCode::all() {
            let row = format!(
                "| `{}` | {} | {} |",
                code.name(),
                code.meaning(),
                code.advice().unwrap_or(NONE)
            );
            assert!(manual.contains(&row), "errors.md lacks this line:\n{row}");
        }
    }
}
