//! Calls of a run that was cut short a moment ago, which the platform may still apply: a run that starts anew waits until
//! that is over. Rows of a run that is resumed wait one by one, which is [`crate::send`]'s business.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::sleep;

use super::guards::Unfinished;
use crate::record;
use crate::run::Failure;
use crate::state::Clock;

/// From when on no call of an unfinished run that is not resumed can be applied any more; nothing if that is now. Rows of
/// one that is resumed wait one by one.
pub(in crate::run) fn quiet_from(
    replaced: Unfinished<'_>,
    late: Duration,
) -> Result<Option<Timestamp>, Failure> {
    let now = Timestamp::now();
    // A clock that was set back must not make anybody wait for longer.
    let ended = record::alive_until(replaced.paths).map(|alive| alive.min(now));
    let until = ended.and_then(|ended| ended.checked_add(late).ok());
    let Some(until) = until.filter(|until| *until > now) else {
        return Ok(None);
    };
    let left = replaced.journal.may_come_late(replaced.paths, late, now);
    Ok(left.map_err(Failure::output)?.then_some(until))
}

/// Waits for the calls of another run.
pub(in crate::run) async fn wait_for_quiet(until: Option<Timestamp>) -> Result<(), Failure> {
    let Some(until) = until else { return Ok(()) };
    let wait = until.duration_since(Timestamp::now());
    let wait = Duration::try_from(wait).unwrap_or_default();
    tracing::info!(
        event = "late_calls_awaited",
        seconds = wait.as_secs(),
        "a run was cut short a moment ago, and the platform may still apply its last calls: starting in {} s",
        wait.as_secs() + 1
    );
    sleep(wait).await;
    Ok(())
}

/// The clock of a run that makes its first call at `start`.
pub(in crate::run) fn clock(start: Timestamp, late: Duration, unfinished: Option<Unfinished<'_>>) -> Clock {
    let before = unfinished.and_then(|unfinished| {
        let run = unfinished.journal.store().0?.run;
        Some((run, record::alive_until(unfinished.paths)?))
    });
    Clock { start, late, before }
}
