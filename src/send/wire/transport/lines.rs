//! Connections, each with an HTTP client of its own, so that it is known in advance whether a call
//! has to connect. Free ones are kept on a stack: the one used last is used next, and those at the
//! bottom are closed when they get too old. `send/wire/transport.rs` makes the calls.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::Client;
use tokio::time::Instant;

use super::gate::{Gate, Gated};
use crate::send::wire::lookup::Lookup;
use crate::send::wire::losses::Losses;
use crate::send::wire::permit::Wire;
use crate::system::causes::root_cause;
use crate::system::http::{Route, SetupError};

/// Maximum idle time. A kept connection is closed before the server does so, since a request that
/// crosses the server's close is in doubt. The shortest default of a common server is Apache's, 5
/// s.
const MAX_IDLE: Duration = Duration::from_secs(4);

/// A connection, opened by its first call.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) client: Client,
    pub(super) gate: Arc<Gate>,
    /// Since when it was idle before the current call; `None` for its first call.
    pub(super) kept: Option<Instant>,
}

/// All idle connections, and the settings to open others.
#[derive(Debug)]
pub(super) struct Lines {
    route: Route,
    lookup: Lookup,
    connect_timeout: Duration,
    stack: Mutex<Stack>,
}

#[derive(Debug, Default)]
struct Stack {
    /// The connections kept longest come first.
    kept: VecDeque<(Line, Instant)>,
    losses: Losses,
}

impl Lines {
    pub(super) fn new(route: Route, lookup: Lookup, connect_timeout: Duration) -> Self {
        Self {
            route,
            lookup,
            connect_timeout,
            stack: Mutex::default(),
        }
    }

    /// Creates a line that its first call has to connect.
    pub(super) fn connect(&self, wire: Wire) -> Result<Line, SetupError> {
        let gate = Arc::new(Gate::new(wire));
        let client = self
            .route
            .client()
            .dns_resolver(self.lookup.clone())
            .tcp_nodelay(true)
            .pool_idle_timeout(None)
            .pool_max_idle_per_host(1)
            .connector_layer(Gated {
                gate: Arc::clone(&gate),
                connect_timeout: self.connect_timeout,
            })
            .build()
            .map_err(|error| SetupError::Client(root_cause(&error.without_url())))?;
        Ok(Line {
            client,
            gate,
            kept: None,
        })
    }

    /// Returns how many kept lines a call written at this time could use. Closes those that would
    /// be too old by then.
    pub(super) fn count(&self, at: Instant) -> usize {
        let mut stack = self.stack();
        while let Some((_, since)) = stack.kept.front()
            && at.saturating_duration_since(*since) >= MAX_IDLE
        {
            stack.kept.pop_front();
        }
        stack.kept.len()
    }

    /// Returns how many kept lines there are, whatever their age.
    pub(super) fn idle(&self) -> usize {
        self.stack().kept.len()
    }

    /// Takes the line used last, for a call that is written now.
    pub(super) fn take(&self, now: Instant) -> Option<Line> {
        let (mut line, since) = self.stack().kept.pop_back()?;
        line.kept = Some(since);
        line.gate.shut(now);
        Some(line)
    }

    /// Keeps a line whose call got a complete answer.
    pub(super) fn keep(&self, line: Line, now: Instant) {
        let mut stack = self.stack();
        if line.kept.is_some() {
            stack.losses.served();
        }
        if stack.losses.keeps() {
            stack.kept.push_back((line, now));
        }
    }

    /// Records that a kept line was gone when needed.
    pub(super) fn lost(&self, line: &Line, now: Instant) {
        let mut stack = self.stack();
        if line.kept.is_some_and(|kept| stack.losses.lost(kept, now)) {
            stack.kept.clear();
            tracing::info!(
                event = "connections_not_kept",
                "the platform closes connections after its answers: each call makes one of its own from here on"
            );
        }
    }

    /// Whether lines are kept at all.
    pub(super) fn keeps(&self) -> bool {
        self.stack().losses.keeps()
    }

    pub(super) fn route(&self) -> &Route {
        &self.route
    }

    fn stack(&self) -> MutexGuard<'_, Stack> {
        self.stack.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
