//! The text of a row's fault in results, journal and failed file.

use super::words;
use crate::model::{FaultText, Lang, RowFault};

/// Returns the function that the planner is given: faults in one language.
pub(crate) fn fault_text(lang: Lang) -> FaultText {
    match lang {
        Lang::En => |fault| text(Lang::En, fault),
        Lang::Pl => |fault| text(Lang::Pl, fault),
    }
}

/// Returns `title: advice`. Reports split it at the first colon followed by a space.
fn text(lang: Lang, fault: &RowFault) -> String {
    let title = words(lang).fault_title(fault);
    match words(lang).fault_advice(fault) {
        Some(advice) => format!("{title}: {advice}"),
        None => title,
    }
}
