//! Finds out from the store whether an input that was sent before has something that the platform
//! lacks.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::opened::OpenedInput;
use crate::config::ReadingSettings;
use crate::model::{Lane, Plan, StoreRun, UpdateRespondent};
use crate::record::SentBefore;
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

/// Whether the platform has a row's content, or what a retry sent in its place.
fn is_known(store: &Store, update: &UpdateRespondent, rounds: &HashSet<i64>) -> Result<bool, Failure> {
    Ok(match store.told(update).map_err(Failure::usage)? {
        Told::Same => true,
        Told::Other if !rounds.is_empty() => {
            let run = store.acknowledged_in(update).map_err(Failure::usage)?;
            run.is_some_and(|run| rounds.contains(&run))
        }
        _ => false,
    })
}

/// Returns the runs of the rounds that this store knows.
fn rounds_known(store: &Store, rounds: &[Option<StoreRun>]) -> Result<HashSet<i64>, Failure> {
    let mut known = HashSet::new();
    for round in rounds.iter().flatten() {
        known.extend(store.runs_of(round).map_err(Failure::usage)?);
    }
    Ok(known)
}

/// Returns what a run of an input that was sent before would change.
///
/// Of several rows of a respondent only the last counts if all of them were acknowledged then. If
/// some `failed`, only the last is known to have reached the platform. An earlier row then counts
/// too, unless the last one sets all of its labels.
///
/// What the mailing list has otherwise, as far as it is believed, would be changed, too.
///
/// A respondent whom a retry round updated last has what the user wrote into the failed file.
pub(in crate::run) fn news(
    opened: &mut OpenedInput,
    reading: &ReadingSettings,
    store: &Store,
    before: &SentBefore,
) -> Result<News, Failure> {
    let failed = before.failures > 0;
    let rounds = rounds_known(store, &before.rounds)?;
    let mut unsendable = false;
    let mut differing: HashMap<Lane, Vec<UpdateRespondent>> = HashMap::new();
    let settings = opened.plan.clone();
    opened.each_row(reading, opened.plan.clone(), |row, planner| {
        let plan = planner.plan(row);
        // People may have changed on the platform what was acknowledged.
        let is_edited = settings.listed(&plan).is_some_and(|listed| listed.differs());
        match plan {
            Plan::Send(update) if !is_edited && is_known(store, &update, &rounds)? => {
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
