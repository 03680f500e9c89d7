//! Handles calls of a run that was interrupted a moment ago: the platform may still apply them. A
//! run that starts anew waits until that is over. In a resumed run the rows wait one by one, see
//! [`crate::send`].

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::sleep;

use super::guards::Unfinished;
use crate::record;
use crate::run::Failure;
use crate::state::Clock;

/// Returns the time from which no call of a replaced unfinished run can be applied any more. `None`
/// if that time has passed.
pub(in crate::run) fn quiet_from(
    replaced: Unfinished<'_>,
    late: Duration,
) -> Result<Option<Timestamp>, Failure> {
    let now = Timestamp::now();
    // A clock that was set back must not prolong the wait.
    let ended = record::alive_until(replaced.paths).map(|alive| alive.min(now));
    let until = ended.and_then(|ended| ended.checked_add(late).ok());
    let Some(until) = until.filter(|until| *until > now) else {
        return Ok(None);
    };
    let left = replaced.journal.may_come_late(replaced.paths, late, now);
    Ok(left.map_err(Failure::output)?.then_some(until))
}

/// Waits until the calls of another run can no longer be applied.
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

/// Creates the clock of a run that makes its first call at `start`.
pub(in crate::run) fn clock(start: Timestamp, late: Duration, unfinished: Option<Unfinished<'_>>) -> Clock {
    let before = unfinished.and_then(|unfinished| {
        let run = unfinished.journal.store().0?.run;
        Some((run, record::alive_until(unfinished.paths)?))
    });
    Clock { start, late, before }
}
