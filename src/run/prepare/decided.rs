//! Decides what to do about existing outputs, with what the store and the input's age say about it.
//! `record/existing/decision.rs` decides by the files alone.

use jiff::Timestamp;

use super::input::news::{News, news};
use super::input::opened::OpenedInput;
use super::input::stale;
use crate::config::RunSettings;
use crate::model::DeltaMode;
use crate::record::{self, Before, GoOn, Header, OutputDecision};
use crate::run::Failure;
use crate::state::Store;

/// The decision about existing outputs.
pub(in crate::run) struct Decided {
    pub(in crate::run) decision: OutputDecision,
    /// Start of the first of the latest consecutive runs with this content; `None` if the run is
    /// resumed or the content is new.
    pub(in crate::run) content_since: Option<Timestamp>,
    /// The unfinished run that exists and is not resumed.
    pub(in crate::run) replaced: Option<GoOn>,
}

/// Decides what to do about existing outputs. A stale export is refused, even if it would be
/// "already sent". An unfinished run of a stale export is resumed nevertheless.
pub(in crate::run) fn decide(
    settings: &RunSettings,
    header: &Header,
    opened: &mut OpenedInput,
    store: Option<&Store>,
) -> Result<Decided, Failure> {
    let (paths, existing) = (&settings.outputs.paths, settings.outputs.existing);
    let decision = record::decide(paths, &header.fingerprint, existing).map_err(Failure::output)?;
    if matches!(decision, OutputDecision::GoOn(_)) {
        return Ok(Decided {
            decision,
            content_since: None,
            replaced: None,
        });
    }
    let Before {
        content_since,
        unfinished,
    } = record::before(paths, &header.fingerprint).map_err(Failure::output)?;
    stale::check(&settings.reading, &settings.guards, content_since)?;
    let store = store.filter(|_| settings.delta.mode == DeltaMode::ChangedOnly);
    let decision = match (decision, store, existing.rotate) {
        // The platform or the store may have changed since: by `state forget`, by a run of another
        // input, or by a run of the failed file.
        (OutputDecision::AlreadySent(before), Some(store), Some(keep)) => {
            match news(opened, &settings.reading, store, &before)? {
                // What differs may be what a person has corrected, and the rest is for `retry`.
                News::Some if !before.rounds.is_empty() => OutputDecision::AlreadySent(before),
                News::Some => OutputDecision::SetAside { keep },
                News::None => OutputDecision::AlreadySent(before.mended()),
                News::Unsendable => OutputDecision::AlreadySent(before),
            }
        }
        (decision, ..) => decision,
    };
    Ok(Decided {
        decision,
        content_since,
        replaced: unfinished,
    })
}
