//! What of the platform's and the network's words may be shown: no secret and no control character.

use std::borrow::Cow;
use std::time::SystemTime;

use super::Dispatcher;
use crate::model::clean;
use crate::send::attempt::{Reply, Transport, TransportError};
use crate::send::classify::{Decision, classify};

impl<T: Transport> Dispatcher<T> {
    /// What an attempt's end means, with a message that may be shown.
    pub(super) fn decision(&mut self, result: &Result<Reply, TransportError>) -> Decision {
        self.fit_to_be_shown(classify(result, SystemTime::now()))
    }

    fn fit_to_be_shown(&mut self, mut decision: Decision) -> Decision {
        match &mut decision {
            Decision::Success { message, .. } => {
                if *message != self.success.0 {
                    self.success = (message.clone(), self.shown(message.clone()));
                }
                message.clone_from(&self.success.1);
            }
            Decision::Retry { fault, .. } | Decision::Fail(fault) => {
                fault.message = self.shown(std::mem::take(&mut fault.message));
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
