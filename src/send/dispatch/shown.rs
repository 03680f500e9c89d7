//! What of the platform's and the network's words may be shown: no secret, no control character, and nothing of the
//! respondent that they are about.

use std::borrow::Cow;
use std::time::SystemTime;

use super::Dispatcher;
use crate::model::{UpdateRespondent, clean};
use crate::send::answers::classify::{Decision, classify};
use crate::send::answers::placeholders::without_cells;
use crate::send::attempt::{Reply, Transport, TransportError};

impl<T: Transport> Dispatcher<T> {
    /// What the end of an attempt of this command means, with a message that may be shown.
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
                // Nearly always the platform says the same to everybody.
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

    /// What of a text from the platform or the network may be shown.
    fn shown(&self, text: String) -> String {
        let redacted = self.transport.redact(text);
        match clean(&redacted) {
            Cow::Borrowed(_) => redacted,
            // Once more: a control character inside a secret would have hidden it.
            Cow::Owned(cleaned) => self.transport.redact(cleaned),
        }
    }
}
