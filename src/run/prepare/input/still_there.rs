//! Which rows of the run the failed file still has: what a killed round may have done with them needs
//! no guess. `run/prepare/input/overtaken.rs` asks.

use std::collections::HashMap;

use crate::model::Plan;

/// The rows of the failed file, by their rows of the run. One that is still there comes after the
/// earlier rows of its respondent, whatever a killed round did with it; or it cannot be sent at all.
#[derive(Default)]
pub(super) struct StillThere(HashMap<u64, Option<String>>);

impl StillThere {
    pub(super) fn note(&mut self, row_of_run: u64, planned: &Plan) {
        let respondent = match planned {
            Plan::Send(update) => Some(update.respondent().to_owned()),
            _ => None,
        };
        self.0.insert(row_of_run, respondent);
    }

    /// Whether the row is there and names no other respondent.
    pub(super) fn has(&self, row_of_run: u64, respondent: &str) -> bool {
        let found = self.0.get(&row_of_run);
        found.is_some_and(|of_row| of_row.as_deref().is_none_or(|of_row| of_row == respondent))
    }
}
