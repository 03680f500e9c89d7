//! Why a run ended early, and how to resume it.

use super::Message;
use crate::report::{RunEnd, RunReport};

/// Returns the line that says why the run ended early, and how to resume it; `None` if it is
/// complete.
pub(crate) fn early_end(report: &RunReport) -> Option<Message> {
    let next = report.next.as_deref();
    let why = match &report.end {
        RunEnd::Complete => return None,
        RunEnd::InputChanged(why) => {
            return Some(why.map(|words, why| words.changed_input(&report.input, why, next)));
        }
        RunEnd::InputBroke(why) => return Some(why.clone()),
        RunEnd::Early(end) => Message::new(|words| words.early_end(end)),
        RunEnd::NotWritten(why) => why.clone(),
        RunEnd::Bug(what) => Message::new(|words| words.bug(what)),
    };
    Some(match next {
        Some(next) => why.map(|words, why| words.resume_with(why, next)),
        None => why,
    })
}
