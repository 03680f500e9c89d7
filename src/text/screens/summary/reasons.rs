//! The reasons of failed rows: how many, which rows, what to do. Pure.

use super::{REASON_INDENT, Words, reason};
use crate::model::{Action, ErrorCode, ShownPath, clean};
use crate::report::{CodeCount, RunEnd, RunReport, Screen};
use crate::text::{advice, title};

/// Maximum number of messages listed per error code.
const MESSAGES_SHOWN: usize = 4;

/// A reason and the rows that have it.
pub(super) struct Reason {
    rows: u64,
    title: String,
    /// What to do; empty if the summary's last lines say it.
    advice: String,
    /// The first rows.
    first: Vec<u64>,
}

/// Splits one of this tool's own messages into what is wrong and what to do.
pub(crate) fn parts(message: &str) -> (&str, &str) {
    message.split_once(": ").unwrap_or((message, ""))
}

/// Returns the reasons of the failed rows that need this action, in the order of the codes.
pub(super) fn of(report: &RunReport, action: Action, screen: Screen, words: &dyn Words) -> Vec<Reason> {
    let codes = report.summary.codes();
    codes
        .filter(|(code, count)| count.failures > 0 && code.action() == action)
        .flat_map(|(code, count)| of_code(report, (code, count), screen, words))
        .collect()
}

fn of_code(
    report: &RunReport,
    (code, count): (ErrorCode, &CodeCount),
    screen: Screen,
    words: &dyn Words,
) -> Vec<Reason> {
    let lang = screen.lang;
    let is_quoted = code.quotes_the_platform();
    // A run that ended early is resumed first.
    let has_advice = report.end == RunEnd::Complete || code.action() == Action::Fix;
    let has_advice = has_advice && report.diagnosis().is_none();
    let advice = if has_advice { advice(lang, code) } else { None };
    let advice = advice.unwrap_or_default();
    if !is_quoted && code.action() == Action::Resend {
        return vec![Reason {
            rows: count.failures,
            title: title(lang, code).to_owned(),
            advice: if needs_advice(code) { advice } else { "" }.to_owned(),
            first: count.first.clone(),
        }];
    }
    // The only other reason is shown instead of counted.
    let shown = count.commonest(MESSAGES_SHOWN, screen.reader.for_code(code));
    let shown_rows: u64 = shown.iter().map(|said| said.rows).sum();
    let mut reasons: Vec<Reason> = shown
        .iter()
        .map(|said| {
            let (own_title, own_advice) = parts(said.message);
            Reason {
                rows: said.rows,
                title: if code == ErrorCode::Rejected {
                    words.platform_said(&clean(said.message))
                } else if is_quoted {
                    clean(said.message).into_owned()
                } else {
                    clean(own_title).into_owned()
                },
                advice: if is_quoted { advice } else { own_advice }.to_owned(),
                first: said.first.to_vec(),
            }
        })
        .collect();
    let others = count.failures.saturating_sub(shown_rows);
    if others > 0 {
        let results = report.results.shown().to_string();
        let (title, first) = if shown.is_empty() {
            let kind = title(lang, code);
            (words.reasons_are_in(kind, &results), count.first.clone())
        } else {
            (words.other_reasons(&results), Vec::new())
        };
        reasons.push(Reason {
            rows: others,
            title,
            advice: if is_quoted { advice } else { "" }.to_owned(),
            first,
        });
    }
    if is_quoted {
        // The same for all of them, so it is said once, below the last.
        let last = reasons.len().saturating_sub(1);
        for reason in reasons.iter_mut().take(last) {
            reason.advice.clear();
        }
    }
    reasons
}

/// Whether a code that needs no editing needs something else.
fn needs_advice(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::Connect | ErrorCode::Redirected | ErrorCode::RateLimited | ErrorCode::Internal
    )
}

impl Reason {
    /// Formats the reason, its rows and, on a line of its own, what to do.
    pub(super) fn lines(&self, screen: Screen, digits: usize, words: &dyn Words) -> String {
        let rows = match self.first.as_slice() {
            [] => String::new(),
            first => format!(": {}", words.rows(first, self.rows)),
        };
        let mut text = reason(screen, digits, self.rows, &format!("{}{rows}", self.title));
        if !self.advice.is_empty() {
            let indent = REASON_INDENT + digits + 2;
            text += &screen.line(indent, indent, &self.advice);
        }
        text
    }
}
