//! Control calls: they find out whether a streak is the rows' own fault ([rule 8](crate::rules#rule-8)). When a streak is
//! full, no row starts, and an acknowledged command is repeated. If that succeeds, the rows
//! themselves are at fault, and the run continues. If it meets the same fault, the fault is a
//! general one. The loop does all waiting.

use jiff::Timestamp;
use tokio::time::Instant;

use super::{Call, Dispatcher};
use crate::model::{Backoff, EarlyEnd, Lane, Outcome, RetryPolicy, UpdateRespondent};
use crate::send::answers::classify::{Decision, Effect};
use crate::send::attempt::{Reply, Transport, TransportError};
use crate::send::deliver::Delivery;
use crate::send::faults::outage::{CONTROL, Gate, Heard};

/// Maximum retries of a control call whose result decides nothing. After that the question counts
/// as one without a control. The same number as a row's retries by default.
const MAX_ASKED: u32 = 8;

/// Number of commands from earlier runs that have to meet the same fault. One is not enough: its
/// respondent may have been removed since.
const MAX_SAME: u32 = 3;

/// A full streak, and the state of the check whether the rows are at fault.
#[derive(Debug)]
pub(super) struct Question {
    about: About,
    /// A control call is in flight.
    is_asked: bool,
    /// Waits before the control call is repeated, as between a row's attempts. When they are used
    /// up, the question counts as one without a control.
    backoff: Backoff,
    /// No control call starts before this time.
    not_before: Option<Instant>,
    /// Number of commands from earlier runs that met the same fault.
    same: u32,
    /// The verdict that filled the streak. It is passed on with the streak's rows once the streak
    /// is known to end the run, so that the journal never holds one without the other.
    withheld: Option<Box<Outcome>>,
}

#[derive(Debug)]
enum About {
    /// Whether the run has to end for this reason.
    End(EarlyEnd),
    /// Whether the platform is out of reach, because calls get no answer; the last failure.
    Silence(String),
}

impl<T: Transport> Dispatcher<T> {
    /// Handles a full streak, which ends the run unless the rows themselves are at fault.
    pub(super) fn streak_is_full(&mut self, end: EarlyEnd, now: Instant) {
        if self.stop.is_some() {
            return;
        }
        let withheld = self.finished.pop().map(Box::new);
        self.open_question(About::End(end), withheld, now);
    }

    /// Handles calls without answers: the platform is out of reach unless the rows themselves are
    /// at fault.
    pub(super) fn silence_is_full(&mut self, reason: &str, now: Instant) {
        if self.question.is_none() {
            self.open_question(About::Silence(reason.to_owned()), None, now);
        }
    }

    fn open_question(&mut self, about: About, withheld: Option<Box<Outcome>>, now: Instant) {
        let is_asked = self.question.as_ref().is_some_and(|question| question.is_asked);
        let question = Question {
            about,
            is_asked,
            backoff: self.patience(),
            not_before: None,
            same: 0,
            withheld,
        };
        if !self.has_control() {
            return self.conclude(question, now);
        }
        // No row starts while the question is open; those that are connecting can connect again
        // later.
        if !is_asked {
            self.give_up_connecting(now);
        }
        self.question = Some(question);
    }

    fn patience(&mut self) -> Backoff {
        let policy = RetryPolicy {
            max_retries: MAX_ASKED,
            ..self.settings.retry
        };
        policy.backoff(self.chance.fork())
    }

    /// Whether a command can be repeated now.
    pub(super) fn has_control(&self) -> bool {
        self.controls.pick(|lane| self.queue.is_taken(lane)).is_some()
    }

    /// Starts the control call of an open question if it may start; otherwise returns when to ask
    /// again.
    pub(super) fn ask(&mut self) -> Option<Instant> {
        if self.question.as_ref().is_none_or(|question| question.is_asked) {
            return None;
        }
        let now = Instant::now();
        let not_before = self.question.as_ref().and_then(|question| question.not_before);
        if let Some(until) = not_before.filter(|&until| until > now) {
            return Some(until);
        }
        let is_probe = match self.outage.gate(now, self.untried(), true) {
            Gate::Closed(until) => return Some(until),
            Gate::Open => false,
            Gate::Probe => true,
        };
        if !self.has_control() {
            if let Some(question) = self.question.take() {
                self.conclude(question, now);
            }
            return None;
        }
        self.start_control(is_probe, now).err().flatten()
    }

    /// Starts a control call.
    ///
    /// # Errors
    ///
    /// If it may not start now: when to ask again, if known.
    pub(super) fn start_control(&mut self, is_probe: bool, now: Instant) -> Result<(), Option<Instant>> {
        let Some(update) = self.controls.pick(|lane| self.queue.is_taken(lane)).cloned() else {
            return Ok(());
        };
        if !self.announce(&update) {
            self.controls.clear();
            return Err(Some(now));
        }
        let delivery = Box::new(Delivery::control(update, self.chance.fork()));
        let due = self.due(now);
        // Called in any case: it closes connections that are too old, which may be all that the
        // platform accepts.
        let kept = self.transport.kept(due);
        if !is_probe && kept > 0 {
            let token = self.take_token(now).map_err(Some)?;
            self.start_at_once(delivery, token, now);
        } else {
            self.connecting.may_begin(now, due, self.gap())?;
            self.connect(delivery, is_probe, now);
        }
        if let Some(question) = &mut self.question {
            question.is_asked = true;
        }
        Ok(())
    }

    /// Records that a command is about to be repeated. Returns whether that was written.
    fn announce(&mut self, update: &UpdateRespondent) -> bool {
        let Some(memory) = &self.wires.memory else {
            return true;
        };
        if self.announced.as_ref() == Some(update) {
            return true;
        }
        let is_written = memory.begins(update);
        self.announced = is_written.then(|| update.clone());
        is_written
    }

    /// Records that the control call has ended or is not made.
    pub(super) fn control_is_over(&mut self, in_doubt_since: Option<Timestamp>) {
        if self.announced.take().is_some()
            && let Some(memory) = &self.wires.memory
        {
            memory.ended(in_doubt_since);
        }
    }

    /// Marks the question as not asked, because the control call was not written. It is made again.
    pub(super) fn control_put_back(&mut self) {
        if let Some(question) = &mut self.question {
            question.is_asked = false;
        }
    }

    /// Handles the end of a control call; `result` is `None` if a bug ended it.
    pub(super) fn control_ended(
        &mut self,
        call: Call,
        result: Option<Result<Reply, TransportError>>,
        now: Instant,
        wall: Timestamp,
    ) {
        self.control_put_back();
        let update = call.delivery.update().clone();
        let lane = update.lane();
        let Some(result) = result else {
            self.queue.doubt(&update, now);
            self.control_is_over(Some(wall));
            self.controls.forget(lane);
            return self.hear(CONTROL, lane, Heard::Nothing, false, "a bug in this tool", now);
        };
        if matches!(result, Err(TransportError::Closed)) {
            return self.put_back(now, call);
        }
        let decision = self.decision(&result, &update);
        let fault = decision.fault();
        let in_doubt = fault.is_some_and(|fault| fault.effect == Effect::Unknown);
        if in_doubt {
            self.queue.doubt(&update, now);
        }
        self.control_is_over(in_doubt.then_some(wall));
        if let Err(TransportError::Untrusted(reason)) = &result {
            return self.stop_for(Some(EarlyEnd::Untrusted {
                reason: reason.clone(),
            }));
        }
        let heard = Heard::from_reply(&result, &decision);
        let is_of_this_run = self.controls.is_of_this_run(lane);
        self.measure(&result, &decision, &call, now);
        self.limit_hears(heard, &decision, &call, now);
        self.heed(&decision, now, wall);
        match heard {
            _ if matches!(decision, Decision::Success { .. }) => {
                self.controls.forget(lane);
                self.controls.acknowledge(&update);
            }
            // Perhaps only this respondent gets no answer.
            Heard::Nothing => self.controls.defer(lane),
            Heard::Definite | Heard::NotSent => {}
        }
        match self.question.take() {
            Some(mut question) => {
                if fault.is_some_and(|fault| self.breaker.is_same_fault(fault)) {
                    // A command that was acknowledged a moment ago needs no second opinion.
                    question.same += if is_of_this_run { MAX_SAME } else { 1 };
                }
                self.decide(question, lane, &decision, heard, now);
            }
            None => self.probe_ended(lane, &decision, heard, now),
        }
    }

    /// Handles the end of a control call that was a pause's probe.
    fn probe_ended(&mut self, lane: Lane, decision: &Decision, heard: Heard, now: Instant) {
        if heard == Heard::Definite && matches!(decision, Decision::Fail(_)) {
            self.controls.forget(lane);
        }
        self.hear(CONTROL, lane, heard, false, reason(decision), now);
    }

    /// Decides the question by the result of its control call.
    fn decide(&mut self, question: Question, lane: Lane, decision: &Decision, heard: Heard, now: Instant) {
        match (&question.about, heard) {
            (_, Heard::Definite) if matches!(decision, Decision::Success { .. }) => {
                tracing::debug!(
                    event = "control_succeeded",
                    "a command that was acknowledged before succeeds again: the fault is the rows' own"
                );
                if matches!(question.about, About::Silence(_)) {
                    self.limit.vindicated(self.settings.timeout, now);
                }
                self.finished.extend(question.withheld.map(|outcome| *outcome));
                self.breaker.absolve();
                self.hear(CONTROL, lane, heard, false, "", now);
            }
            (About::End(_), Heard::Definite) if question.same >= MAX_SAME => {
                self.hear(CONTROL, lane, heard, false, "", now);
                self.conclude(question, now);
            }
            // The platform answers others, if not this one.
            (About::Silence(_), Heard::Definite) => self.hear(CONTROL, lane, heard, false, "", now),
            (About::Silence(_), Heard::Nothing) => self.conclude(question, now),
            (About::Silence(_), Heard::NotSent) => {
                self.hear(CONTROL, lane, heard, false, reason(decision), now);
            }
            (About::End(_), Heard::Definite) => {
                if matches!(decision, Decision::Fail(_)) {
                    // The command is now refused for a reason of its own; another one may decide.
                    self.controls.forget(lane);
                }
                self.hear(CONTROL, lane, heard, false, "", now);
                self.ask_again(question, decision, now);
            }
            (About::End(_), Heard::Nothing | Heard::NotSent) => {
                if !self.outage.pauses() {
                    return self.ask_again(question, decision, now);
                }
                if self.outage.is_paused() || heard == Heard::NotSent {
                    self.hear(CONTROL, lane, heard, false, reason(decision), now);
                } else {
                    self.pause_for_silence(reason(decision), now);
                }
                // The probes of the pause repeat the control call.
                let backoff = self.patience();
                self.question = Some(Question { backoff, ..question });
            }
        }
    }

    fn ask_again(&mut self, mut question: Question, decision: &Decision, now: Instant) {
        let Some(wait) = question.backoff.next() else {
            return self.conclude(question, now);
        };
        // After a refusal another command is tried at once.
        question.not_before = matches!(decision, Decision::Retry { .. }).then(|| now + wait);
        self.question = Some(question);
    }

    /// Answers the question: the rows are not at fault, or no command can be repeated to find out.
    fn conclude(&mut self, question: Question, now: Instant) {
        self.finished.extend(question.withheld.map(|outcome| *outcome));
        match question.about {
            About::End(end) => {
                self.name_streak();
                self.stop_for(Some(end));
            }
            About::Silence(reason) => self.pause_for_silence(&reason, now),
        }
    }

    /// Closes the question because the run ends for another reason. It stays undecided; a resume
    /// sends the streak's rows again.
    pub(super) fn close_question(&mut self) {
        if let Some(question) = self.question.take() {
            self.finished.extend(question.withheld.map(|outcome| *outcome));
        }
    }
}

fn reason(decision: &Decision) -> &str {
    decision.fault().map_or("", |fault| fault.cause.as_str())
}
