//! The table of rows that need a person: row numbers, codes, and the messages that may be shown. The
//! page has a maximum size, so the table ends where it is full.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Lang, clean};
use crate::report::{FailingRow, FailingRows, Reader, RunFacts};
use crate::text::{Words, title};

/// Minimum number of respondents with the same message of the platform before a page quotes it, as
/// in the log ([rule 12](crate::rules#rule-12)).
const SEVERAL: usize = 3;

/// A line of the table.
pub(super) struct RowLine {
    pub(super) row: u64,
    pub(super) respondent: String,
    pub(super) title: &'static str,
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl RowLine {
    /// Maximum bytes of the line's HTML: each byte may become an entity of six.
    pub(super) fn bytes(&self) -> usize {
        const TAGS: usize = 120;
        let escaped = |text: &str| {
            text.bytes()
                .map(|byte| if b"<>&\"'".contains(&byte) { 6 } else { 1 })
                .sum::<usize>()
        };
        TAGS + escaped(&self.message) + escaped(&self.respondent) + self.title.len() + self.code.len()
    }
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
        let is_shown = match row.code {
            Some(code) => {
                Reader::Record.for_code(code) == Reader::Person || quoted.contains(row.message.as_str())
            }
            None => false,
        };
        RowLine {
            row: row.row,
            respondent: clean(&row.respondent).into_owned(),
            title: row.code.map_or("", |code| title(lang, code)),
            code: row.code.map_or_else(|| row.status.name(), |code| code.name()),
            message: if is_shown {
                clean(&row.message).into_owned()
            } else {
                words.message_in(results)
            },
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
