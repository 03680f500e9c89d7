//! What may be shown of a run: texts from the platform and the network, without secrets, control
//! characters and data of the respondent that they are about; and when it tries again.

use std::borrow::Cow;
use std::time::SystemTime;

use jiff::Timestamp;
use tokio::time::Instant;

use super::Dispatcher;
use crate::model::{UpdateRespondent, clean};
use crate::send::answers::classify::{Decision, classify};
use crate::send::answers::placeholders::without_cells;
use crate::send::attempt::{Reply, Transport, TransportError};

impl<T: Transport> Dispatcher<T> {
    /// Classifies the end of an attempt of this command, with a message that may be shown.
    pub(super) fn decision(
        &mut self,
        result: &Result<Reply, TransportError>,
        update: &UpdateRespondent,
    ) -> Decision {
        let mut decision = classify(result, SystemTime::now());
        match &mut decision {
            Decision::Success { message, .. } => {
                if *message != self.success.0 {
                    self.success = (message.clone(), self.shown(message.clone()));
                }
                // The platform nearly always sends the same message to every call.
                *message = without_cells(self.success.1.clone(), update);
            }
            Decision::Retry { fault, .. } | Decision::Fail(fault) => {
                let message = self.shown(std::mem::take(&mut fault.message));
                fault.message = without_cells(message, update);
                fault.cause = self.shown(std::mem::take(&mut fault.cause));
            }
        }
        decision
    }

    /// Shows when the platform is tried again, while the run is paused.
    pub(super) fn show_next_try(&self, now: Instant) {
        let Some(next) = self.outage.next_probe() else {
            return;
        };
        let next = Timestamp::now().checked_add(next.saturating_duration_since(now));
        self.wires.waiting.send_if_modified(|waiting| {
            let Some(waiting) = waiting else { return false };
            waiting.next_try = next.unwrap_or(Timestamp::MAX);
            true
        });
    }

    /// Redacts and cleans a text from the platform or the network.
    fn shown(&self, text: String) -> String {
        let redacted = self.transport.redact(text);
        match clean(&redacted) {
            Cow::Borrowed(_) => redacted,
            // Redacted again: a control character inside a secret would have hidden it.
            Cow::Owned(cleaned) => self.transport.redact(cleaned),
        }
    }
}
