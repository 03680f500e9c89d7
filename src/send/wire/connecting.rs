//! Calls that are not written yet: their connection is being made, or it stands and they wait for a token. Decides when a
//! connection may be begun (design, rule 4) and who is written next. Sleeps for nothing; the dispatcher does.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::{AbortHandle, Id};
use tokio::time::Instant;

use super::permit::Standing;
use crate::send::deliver::Delivery;

/// No connection is begun earlier than this before a token is due for it.
const MAX_LEAD: Duration = Duration::from_secs(1);

/// A connection takes at most this many times as long as the slowest of late, nearly always. It is begun that much
/// before its token is due: earlier, a kept connection might still come free; later, the token would be lost.
const MARGIN: u32 = 4;

/// Connections to this machine take no time that could be measured.
const MIN_LEAD: Duration = Duration::from_millis(20);

/// A connection that takes longer than this is slow,
const SLOW: Duration = Duration::from_secs(1);

/// and while there is a slow one, at most this many are being made: what waits for a platform that accepts nothing must
/// not come down on it at once.
const MAX_BESIDE_SLOW: usize = 2;

/// A connection on which nothing was written for so long is given up, as kept ones are, before the platform does so.
const MAX_STANDING: Duration = Duration::from_secs(4);

/// All calls that are not written yet.
#[derive(Debug, Default)]
pub(in crate::send) struct Connecting {
    calls: HashMap<Id, Unwritten>,
    /// The connections that are being made, the oldest first. The number tells apart those of one moment.
    begun: BTreeSet<(Instant, u64)>,
    number: u64,
    /// The calls whose connections stand, in the order in which they did.
    standing: VecDeque<Id>,
    /// How long a connection took of late: the longest, which fades with each further one.
    took: Option<Duration>,
    /// No connection is begun before this.
    not_before: Option<Instant>,
}

/// One of them.
#[derive(Debug)]
struct Unwritten {
    delivery: Box<Delivery>,
    is_probe: bool,
    begun: (Instant, u64),
    task: AbortHandle,
    stands: Option<Stands>,
}

#[derive(Debug)]
struct Stands {
    since: Instant,
    leave: oneshot::Sender<()>,
}

/// A call that has leave to be written.
#[derive(Debug)]
pub(in crate::send) struct Granted {
    pub(in crate::send) call: Id,
    pub(in crate::send) delivery: Box<Delivery>,
    pub(in crate::send) is_probe: bool,
    /// How long its connection took.
    pub(in crate::send) took: Duration,
}

impl Connecting {
    /// Whether another connection may be begun now, for a token that is due then and those of the calls before it `gap`
    /// apart. If not, when to ask again, unless a connection ends before.
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
        // What is too far away to be counted is not now.
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

    /// A call begins to connect.
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

    /// A call's connection stands. One that was given up meanwhile is dropped.
    pub(in crate::send) fn stands(&mut self, Standing { call, leave }: Standing, now: Instant) {
        let Some(unwritten) = self.calls.get_mut(&call) else {
            return;
        };
        unwritten.stands = Some(Stands { since: now, leave });
        let begun = unwritten.begun;
        self.standing.push_back(call);
        self.connected(begun, now);
    }

    /// No longer being made, whether it stands or failed.
    fn connected(&mut self, begun: (Instant, u64), now: Instant) {
        if self.begun.remove(&begun) {
            let took = now.saturating_duration_since(begun.0);
            self.took = Some(self.took.map_or(took, |before| took.max(before / 8 * 7)));
        }
    }

    /// Whether the call that is to be written next is a probe; nothing if no connection stands.
    pub(in crate::send) fn next_is_probe(&mut self) -> Option<bool> {
        while let Some(first) = self.standing.front() {
            let unwritten = self.calls.get(first);
            let waits = |stands: &Stands| !stands.leave.is_closed();
            match unwritten.filter(|unwritten| unwritten.stands.as_ref().is_some_and(waits)) {
                Some(unwritten) => return Some(unwritten.is_probe),
                // Its connection broke while it waited: the call's end says so.
                None => drop(self.standing.pop_front()),
            }
        }
        None
    }

    /// Gives leave to the call that is to be written next.
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

    /// A call ended without having been written. Returns its row, and when its connection was begun.
    pub(in crate::send) fn failed(&mut self, call: Id, now: Instant) -> Option<(Box<Delivery>, Instant)> {
        let unwritten = self.calls.remove(&call)?;
        self.connected(unwritten.begun, now);
        Some((unwritten.delivery, unwritten.begun.0))
    }

    /// No connection is begun for so long.
    pub(in crate::send) fn hold(&mut self, now: Instant, time: Duration) {
        let from = self.not_before.map_or(now, |before| before.max(now));
        self.not_before = from.checked_add(time);
    }

    /// No connection is begun before then.
    pub(in crate::send) fn hold_until(&mut self, until: Instant) {
        self.not_before = Some(self.not_before.map_or(until, |before| before.max(until)));
    }

    /// Gives up the next call if its connection has stood for too long; its row comes back.
    pub(in crate::send) fn take_outstayed(&mut self, now: Instant) -> Option<Box<Delivery>> {
        self.outstays_at().filter(|at| *at <= now)?;
        let call = self.standing.pop_front()?;
        self.calls.remove(&call).map(Unwritten::give_up)
    }

    /// When the connection of the call that is to be written next will have stood for too long. That of a probe never has.
    pub(in crate::send) fn outstays_at(&self) -> Option<Instant> {
        let unwritten = self.calls.get(self.standing.front()?)?;
        let since = unwritten.stands.as_ref().map(|stands| stands.since);
        since
            .filter(|_| !unwritten.is_probe)
            .map(|since| since + MAX_STANDING)
    }

    /// Gives up the call that is to be written next; its row comes back.
    pub(in crate::send) fn take_next(&mut self) -> Option<Box<Delivery>> {
        self.next_is_probe()?;
        let call = self.standing.pop_front()?;
        self.calls.remove(&call).map(Unwritten::give_up)
    }

    /// Gives up all calls; their rows come back.
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

    /// How many connections stand and were not written on.
    pub(in crate::send) fn standing(&self) -> usize {
        self.standing.len()
    }

    /// The rows of these calls.
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
