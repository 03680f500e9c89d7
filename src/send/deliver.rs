//! One row's state across its attempts, and the verdict that follows from it. Pure: the dispatcher
//! makes the attempts and waits.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::answers::classify::{Decision, Effect, Fault};
use crate::model::{
    Backoff, ErrorCode, Outcome, Plan, PlannedRow, Position, ROW_BYTES, RetryPolicy, Status, UpdateRespondent,
};

/// A row from its first attempt to its verdict.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four facts, each of which can be without the others"
)]
pub(crate) struct Delivery {
    row: PlannedRow,
    update: UpdateRespondent,
    backoff: Backoff,
    attempts: u32,
    /// When the first attempt started.
    started: Option<Instant>,
    /// When the current or last attempt started.
    attempt_started: Option<Instant>,
    /// An attempt may have been applied, and no later one settled the question.
    in_doubt: bool,
    /// An attempt may be applied late, whatever later attempts were answered.
    doubted: bool,
    /// An attempt reached the wire.
    sent: bool,
    /// Each further attempt opens its own connection.
    fresh: bool,
    /// This is a control call: it repeats an acknowledged command, belongs to no row and gets no
    /// outcome.
    is_control: bool,
    /// The last fault.
    last: Option<Fault>,
}

/// What follows an attempt.
#[derive(Debug)]
pub(crate) enum Step {
    Done(Box<Outcome>),
    /// Another attempt, no sooner than `after` from now.
    Again {
        delivery: Box<Delivery>,
        after: Duration,
    },
}

/// A row's weight in the window covers this struct and its entries in a queue and in the lanes.
const _: () = assert!(size_of::<Delivery>() + 3 * size_of::<Position>() <= ROW_BYTES);

impl Delivery {
    pub(crate) fn new(row: PlannedRow, update: UpdateRespondent, backoff: Backoff) -> Self {
        Self {
            in_doubt: row.doubt.is_some(),
            doubted: row.doubt.is_some(),
            row,
            update,
            backoff,
            attempts: 0,
            started: None,
            attempt_started: None,
            sent: false,
            fresh: false,
            is_control: false,
            last: None,
        }
    }

    /// Creates a control call, which repeats an acknowledged command once and belongs to no row.
    pub(crate) fn control(update: UpdateRespondent, chance: fastrand::Rng) -> Self {
        let row = PlannedRow {
            listed: None,
            sequence: u64::MAX,
            position: Position {
                row: 0,
                line: 0,
                byte: 0,
            },
            record: Box::default(),
            kept: Vec::new(),
            plan: Plan::Send(update.clone()),
            settled: None,
            doubt: None,
        };
        let never = RetryPolicy {
            max_retries: 0,
            backoff: Duration::ZERO,
            max_backoff: Duration::ZERO,
        };
        Self {
            is_control: true,
            ..Self::new(row, update, never.backoff(chance))
        }
    }

    /// Whether this is a control call.
    pub(crate) fn is_control(&self) -> bool {
        self.is_control
    }

    pub(crate) fn update(&self) -> &UpdateRespondent {
        &self.update
    }

    /// Returns the number of data rows before this one.
    pub(crate) fn sequence(&self) -> u64 {
        self.row.sequence
    }

    pub(crate) fn position(&self) -> Position {
        self.row.position
    }

    pub(crate) fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Records that an attempt starts now.
    pub(crate) fn start_attempt(&mut self, now: Instant) {
        self.attempts += 1;
        self.started.get_or_insert(now);
        self.attempt_started = Some(now);
    }

    /// Returns when the current or last attempt started.
    pub(crate) fn attempt_started(&self) -> Option<Instant> {
        self.attempt_started
    }

    /// Takes back the attempt that was started, because it could not be sent.
    pub(crate) fn not_sent(&mut self) {
        self.attempts -= 1;
        if self.attempts == 0 {
            self.started = None;
        }
    }

    /// Whether each further attempt opens its own connection.
    pub(crate) fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// Records that the attempt's kept connection broke before any of the answer arrived. The next
    /// attempt costs no retry. It and all further ones open their own connection, so this happens
    /// at most once per row.
    pub(crate) fn lost_connection(&mut self, decision: &Decision) {
        if let Some(fault) = decision.fault() {
            self.learn(fault);
        }
        self.fresh = true;
    }

    /// Ends an attempt: returns the outcome, or when to retry.
    pub(crate) fn settle(mut self, decision: Decision, now: Instant, wall: Timestamp) -> Step {
        match decision {
            Decision::Success { http_status, message } => Step::Done(Box::new(self.outcome(
                Status::Success,
                None,
                message,
                Some(http_status),
                now,
                wall,
            ))),
            Decision::Fail(fault) => {
                self.learn(&fault);
                Step::Done(Box::new(self.fail(fault, now, wall)))
            }
            Decision::Retry { fault, .. } => {
                self.learn(&fault);
                match self.backoff.next() {
                    Some(after) => Step::Again {
                        delivery: Box::new(self),
                        after,
                    },
                    None => Step::Done(Box::new(self.fail(fault, now, wall))),
                }
            }
        }
    }

    /// Returns the outcome of a row whose call panicked. Whether the call was sent is unknown.
    pub(crate) fn panicked(mut self, now: Instant, wall: Timestamp) -> Outcome {
        self.in_doubt = true;
        self.doubted = true;
        self.fail(
            Fault {
                code: ErrorCode::Internal,
                message: "a bug in this tool ended the call; please report it".to_owned(),
                cause: String::new(),
                http_status: None,
                effect: Effect::Unknown,
            },
            now,
            wall,
        )
    }

    /// Ends the row because the run ends. A row that never reached the wire gets no outcome; one
    /// that did gets `stopped`. `in_flight` says that an attempt is in flight right now.
    pub(crate) fn stopped(mut self, in_flight: bool, now: Instant, wall: Timestamp) -> Option<Outcome> {
        if self.attempts == 0 || !(self.sent || in_flight) {
            return self.untried();
        }
        self.doubted |= in_flight;
        (self.sent || in_flight).then(|| {
            let mut message = "the run ended before this row was settled".to_owned();
            let mut http_status = None;
            if let Some(last) = &self.last {
                message.push_str(", its last attempt with: ");
                message.push_str(&last.message);
                http_status = last.http_status;
            }
            self.outcome(
                Status::Unconfirmed,
                Some(ErrorCode::Stopped),
                message,
                http_status,
                now,
                wall,
            )
        })
    }

    /// Ends a row that had no attempt in this run. Returns what an earlier run recorded about it,
    /// if anything.
    pub(crate) fn untried(self) -> Option<Outcome> {
        Outcome::known(self.row)
    }

    fn learn(&mut self, fault: &Fault) {
        self.last = Some(fault.clone());
        self.sent |= fault.code != ErrorCode::Connect;
        match fault.effect {
            Effect::Refused => self.in_doubt = false,
            Effect::None => {}
            Effect::Unknown => (self.in_doubt, self.doubted) = (true, true),
        }
    }

    fn fail(self, fault: Fault, now: Instant, wall: Timestamp) -> Outcome {
        let status = if self.in_doubt {
            Status::Unconfirmed
        } else {
            Status::Failed
        };
        self.outcome(
            status,
            Some(fault.code),
            fault.message,
            fault.http_status,
            now,
            wall,
        )
    }

    fn outcome(
        self,
        status: Status,
        error_code: Option<ErrorCode>,
        message: String,
        http_status: Option<u16>,
        now: Instant,
        wall: Timestamp,
    ) -> Outcome {
        Outcome {
            status,
            error_code,
            message,
            http_status,
            attempts: self.attempts,
            elapsed: self
                .started
                .map_or(Duration::ZERO, |started| now.saturating_duration_since(started)),
            finished_at: wall,
            doubted: self.doubted,
            journalled: false,
            streak: None,
            row: self.row,
        }
    }
}
