//! Calls that are not written yet: their connection is being opened, or it is open and they wait
//! for a token. Decides when a connection may be begun ([rule 4](crate::rules#rule-4)) and which call is written next. The
//! dispatcher does all waiting.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::{AbortHandle, Id};
use tokio::time::Instant;

use super::permit::Standing;
use crate::send::deliver::Delivery;

/// Maximum time by which a connection is begun before its token is due.
const MAX_LEAD: Duration = Duration::from_secs(1);

/// Factor on the slowest recent connection: nearly all connections take less than this. A
/// connection is begun that much before its token is due. Begun earlier, a kept connection might
/// still become free; begun later, the token would be lost.
const MARGIN: u32 = 4;

/// Minimum lead: connections to the local machine take no measurable time.
const MIN_LEAD: Duration = Duration::from_millis(20);

/// A connection that takes longer than this is slow.
const SLOW: Duration = Duration::from_secs(1);

/// Maximum connections being opened while one is slow: what waits for a platform that accepts
/// nothing must not hit it all at once.
const MAX_BESIDE_SLOW: usize = 2;

/// An open connection on which nothing was written is given up after this time, as kept ones are,
/// before the platform closes it.
const MAX_STANDING: Duration = Duration::from_secs(4);

/// All calls that are not written yet.
#[derive(Debug, Default)]
pub(in crate::send) struct Connecting {
    calls: HashMap<Id, Unwritten>,
    /// The connections being opened, the oldest first. The number distinguishes those begun at the
    /// same time.
    begun: BTreeSet<(Instant, u64)>,
    /// Number of the connection begun last.
    number: u64,
    /// Calls whose connections are open, in the order in which they opened.
    standing: VecDeque<Id>,
    /// The longest time that a recent connection took; it decays with each further connection.
    took: Option<Duration>,
    /// No connection is begun before this time.
    not_before: Option<Instant>,
}

/// One call that is not written yet.
#[derive(Debug)]
struct Unwritten {
    delivery: Box<Delivery>,
    is_probe: bool,
    /// When the connection was begun, and its number.
    begun: (Instant, u64),
    task: AbortHandle,
    /// Set once the connection is open.
    stands: Option<Stands>,
}

/// An open connection whose call waits for permission to be written.
#[derive(Debug)]
struct Stands {
    since: Instant,
    leave: oneshot::Sender<()>,
}

/// A call that has been permitted to be written.
#[derive(Debug)]
pub(in crate::send) struct Granted {
    pub(in crate::send) call: Id,
    pub(in crate::send) delivery: Box<Delivery>,
    pub(in crate::send) is_probe: bool,
    /// How long the connection took to open.
    pub(in crate::send) took: Duration,
}

impl Connecting {
    /// Checks whether another connection may be begun now. `due` is when the next token is due;
    /// further tokens follow `gap` apart, and calls that are already connecting come first.
    ///
    /// # Errors
    ///
    /// If not, when to ask again; `None` if only the end of another connection can change that.
    pub(in crate::send) fn may_begin(
        &self,
        now: Instant,
        due: Instant,
        gap: Duration,
    ) -> Result<(), Option<Instant>> {
        let oldest = self.begun.first().map(|(begun, _)| *begun);
        let slow = oldest.is_some_and(|begun| now.saturating_duration_since(begun) > SLOW);
        if slow && self.begun.len() >= MAX_BESIDE_SLOW {
            return Err(None);
        }
        let before = u32::try_from(self.calls.len()).unwrap_or(u32::MAX);
        // A time out of range is not now.
        let due = due.checked_add(gap.saturating_mul(before));
        let from = due.and_then(|due| due.checked_sub(self.lead()));
        match from.max(self.not_before) {
            Some(from) if from <= now => Ok(()),
            from => Err(from),
        }
    }

    fn lead(&self) -> Duration {
        self.took
            .map_or(MAX_LEAD, |took| (took * MARGIN + MIN_LEAD).min(MAX_LEAD))
    }

    /// Records that a call begins to connect.
    pub(in crate::send) fn begin(
        &mut self,
        task: &AbortHandle,
        delivery: Box<Delivery>,
        is_probe: bool,
        now: Instant,
    ) {
        self.number += 1;
        let begun = (now, self.number);
        self.begun.insert(begun);
        let unwritten = Unwritten {
            delivery,
            is_probe,
            begun,
            stands: None,
            task: task.clone(),
        };
        self.calls.insert(task.id(), unwritten);
    }

    /// Records that a call's connection is open. Ignores a call that was abandoned meanwhile.
    pub(in crate::send) fn stands(&mut self, Standing { call, leave }: Standing, now: Instant) {
        let Some(unwritten) = self.calls.get_mut(&call) else {
            return;
        };
        unwritten.stands = Some(Stands { since: now, leave });
        let begun = unwritten.begun;
        self.standing.push_back(call);
        self.connected(begun, now);
    }

    /// Records that a connection is no longer being opened, whether it succeeded or failed.
    fn connected(&mut self, begun: (Instant, u64), now: Instant) {
        if self.begun.remove(&begun) {
            let took = now.saturating_duration_since(begun.0);
            self.took = Some(self.took.map_or(took, |before| took.max(before / 8 * 7)));
        }
    }

    /// Whether the call to be written next is a probe; `None` if no connection is open.
    pub(in crate::send) fn next_is_probe(&mut self) -> Option<bool> {
        while let Some(first) = self.standing.front() {
            let unwritten = self.calls.get(first);
            let waits = |stands: &Stands| !stands.leave.is_closed();
            match unwritten.filter(|unwritten| unwritten.stands.as_ref().is_some_and(waits)) {
                Some(unwritten) => return Some(unwritten.is_probe),
                // Its connection broke while it waited. The end of the call reports that.
                None => drop(self.standing.pop_front()),
            }
        }
        None
    }

    /// Permits the next call to be written.
    pub(in crate::send) fn grant(&mut self, now: Instant) -> Option<Granted> {
        self.next_is_probe()?;
        let call = self.standing.pop_front()?;
        let Unwritten {
            delivery,
            is_probe,
            begun,
            stands,
            ..
        } = self.calls.remove(&call)?;
        let Stands { since, leave } = stands?;
        leave.send(()).ok();
        let took = since.min(now).saturating_duration_since(begun.0);
        Some(Granted {
            call,
            delivery,
            is_probe,
            took,
        })
    }

    /// Removes a call that ended without being written. Returns its row, and when its connection
    /// was begun.
    pub(in crate::send) fn failed(&mut self, call: Id, now: Instant) -> Option<(Box<Delivery>, Instant)> {
        let unwritten = self.calls.remove(&call)?;
        self.connected(unwritten.begun, now);
        Some((unwritten.delivery, unwritten.begun.0))
    }

    /// Lets no connection begin for this time, on top of an earlier hold.
    pub(in crate::send) fn hold(&mut self, now: Instant, time: Duration) {
        let from = self.not_before.map_or(now, |before| before.max(now));
        self.not_before = from.checked_add(time);
    }

    /// Lets no connection begin before this time.
    pub(in crate::send) fn hold_until(&mut self, until: Instant) {
        self.not_before = Some(self.not_before.map_or(until, |before| before.max(until)));
    }

    /// Abandons the next call if its connection has been open for too long. Returns its row.
    pub(in crate::send) fn take_outstayed(&mut self, now: Instant) -> Option<Box<Delivery>> {
        self.outstays_at().filter(|at| *at <= now)?;
        let call = self.standing.pop_front()?;
        self.calls.remove(&call).map(Unwritten::give_up)
    }

    /// Returns when the connection of the next call will have been open for too long; `None` for a
    /// probe, which has no limit.
    pub(in crate::send) fn outstays_at(&self) -> Option<Instant> {
        let unwritten = self.calls.get(self.standing.front()?)?;
        let since = unwritten.stands.as_ref().map(|stands| stands.since);
        since
            .filter(|_| !unwritten.is_probe)
            .map(|since| since + MAX_STANDING)
    }

    /// Abandons the call to be written next. Returns its row.
    pub(in crate::send) fn take_next(&mut self) -> Option<Box<Delivery>> {
        self.next_is_probe()?;
        let call = self.standing.pop_front()?;
        self.calls.remove(&call).map(Unwritten::give_up)
    }

    /// Abandons all calls. Returns their rows.
    pub(in crate::send) fn take_all(&mut self) -> impl Iterator<Item = Box<Delivery>> + use<> {
        self.begun.clear();
        self.standing.clear();
        std::mem::take(&mut self.calls)
            .into_values()
            .map(Unwritten::give_up)
    }

    /// Whether all calls are written.
    pub(in crate::send) fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// Returns how many connections are open and unused.
    pub(in crate::send) fn standing(&self) -> usize {
        self.standing.len()
    }

    /// Returns the rows of these calls.
    pub(in crate::send) fn deliveries(&self) -> impl Iterator<Item = &Delivery> {
        self.calls.values().map(|unwritten| &*unwritten.delivery)
    }
}

impl Unwritten {
    fn give_up(self) -> Box<Delivery> {
        self.task.abort();
        self.delivery
    }
}
