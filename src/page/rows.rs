//! The table of rows that need a person: row numbers, codes, and the messages that may be shown. The
//! page has a maximum size, so the table ends where it is full.

use std::collections::{BTreeMap, BTreeSet};

use super::marked::Marked;
use crate::model::{Action, ErrorCode, Lang, clean, unguarded_cell};
use crate::report::{FailingRow, FailingRows, Reader, RunFacts};
use crate::text::{Words, title};

/// Minimum number of respondents with the same message of the platform before a page quotes it, as
/// in the log ([rule 12](crate::rules#rule-12)).
const SEVERAL: usize = 3;

/// Bytes of a line's tags, its number and its code.
const TAGS: usize = 180;

/// Bytes of the longest entity that a byte becomes.
const MAX_ESCAPED: usize = 6;

/// A line of the table.
pub(super) struct RowLine {
    pub(super) row: u64,
    pub(super) respondent: String,
    pub(super) title: Marked,
    pub(super) code: &'static str,
    pub(super) message: Marked,
    /// Maximum bytes of the line as HTML.
    pub(super) bytes: usize,
}

/// Makes the lines. `results` is the file where messages are that are not shown.
pub(super) fn lines(
    rows: &FailingRows,
    facts: &RunFacts,
    results: &str,
    (lang, words): (Lang, &dyn Words),
) -> Vec<RowLine> {
    let quoted = quoted(rows, facts);
    let line = |row: &FailingRow| {
        let message = match row.code {
            // It would say no more than the code.
            Some(code) if code.action() == Action::Resend && !code.quotes_the_platform() => "".into(),
            Some(code)
                if Reader::Record.for_code(code) == Reader::Person
                    || quoted.contains(row.message.as_str()) =>
            {
                clean(unguarded_cell(&row.message))
            }
            _ => words.message_in(results).into(),
        };
        let (title, message) = (
            Marked::new(row.code.map_or("", |code| title(lang, code))),
            Marked::new(&message),
        );
        let respondent = clean(unguarded_cell(&row.respondent)).into_owned();
        RowLine {
            row: row.row,
            bytes: TAGS
                + title.to_string().len()
                + message.to_string().len()
                + MAX_ESCAPED * respondent.len(),
            respondent,
            title,
            code: row.code.map_or_else(|| row.status.name(), ErrorCode::name),
            message,
        }
    };
    rows.rows().map(line).collect()
}

/// Returns the platform's messages that several respondents got, so that they are about none of them.
fn quoted<'a>(rows: &'a FailingRows, facts: &'a RunFacts) -> BTreeSet<&'a str> {
    let mut respondents: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in rows.rows() {
        let id = row.respondent.trim_start_matches('0');
        respondents.entry(&row.message).or_default().insert(id);
    }
    let several = respondents.into_iter().filter(|(_, ids)| ids.len() >= SEVERAL);
    let reasons = facts
        .reasons
        .iter()
        .filter_map(|reason| reason.message.as_deref());
    several.map(|(message, _)| message).chain(reasons).collect()
}
