//! Finds out from the store whether an input that was sent before has something that the platform
//! lacks.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::opened::OpenedInput;
use crate::config::ReadingSettings;
use crate::model::{Lane, Plan, UpdateRespondent};
use crate::run::Failure;
use crate::run::prepare::guards::MAX_CHANGED;
use crate::state::{Store, Told};

/// Compares an input that was sent before with the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::run) enum News {
    /// A run would change something for a respondent.
    Some,
    /// The platform has all rows.
    None,
    /// The platform has all rows except those that cannot be sent as they are.
    Unsendable,
}

/// Returns what a run of an input that was sent before would change.
///
/// Of several rows of a respondent only the last counts if all of them were acknowledged then. If
/// some `failed`, only the last is known to have reached the platform. An earlier row then counts
/// too, unless the last one sets all of its labels.
pub(in crate::run) fn news(
    opened: &mut OpenedInput,
    reading: &ReadingSettings,
    store: &Store,
    failed: bool,
) -> Result<News, Failure> {
    let mut unsendable = false;
    let mut differing: HashMap<Lane, Vec<UpdateRespondent>> = HashMap::new();
    opened.each_row(reading, opened.plan.clone(), |row, planner| {
        match planner.plan(row) {
            Plan::Send(update) if store.told(&update).map_err(Failure::usage)? == Told::Same => {
                if let Entry::Occupied(mut earlier) = differing.entry(update.lane()) {
                    earlier
                        .get_mut()
                        .retain(|earlier| failed && !update.replaces(earlier));
                    if earlier.get().is_empty() {
                        earlier.remove();
                    }
                }
            }
            Plan::Send(update) => differing.entry(update.lane()).or_default().push(update),
            Plan::Reject(_) => unsendable = true,
            Plan::Skip(_) => {}
        }
        Ok(differing.len() < MAX_CHANGED)
    })?;
    Ok(match (differing.is_empty(), unsendable) {
        (false, _) => News::Some,
        (true, true) => News::Unsendable,
        (true, false) => News::None,
    })
}
