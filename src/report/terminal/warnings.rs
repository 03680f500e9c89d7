//! Remembers what the log warned of, for the report of the run: at any verbosity, in both languages.
//! Events hold no cell ([rule 12](crate::rules#rule-12)), so the report may repeat them.

use std::sync::{Arc, Mutex, PoisonError};

use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use super::log_lines::{PolishEvent, in_english, in_polish, name};
use crate::model::{Message, clean};

/// Maximum number of warnings that are remembered, the first ones.
const MAX_WARNINGS: usize = 20;

/// Events that the report itself tells: when it had to wait, and how it ends.
const SAID_ELSEWHERE: [&str; 3] = ["outage_started", "run_finished", "stopping"];

/// The warnings so far.
#[derive(Clone, Debug)]
pub(super) struct Warnings {
    said: Arc<Mutex<Vec<Message>>>,
    polish: PolishEvent,
}

impl Warnings {
    pub(super) fn new(polish: PolishEvent) -> Self {
        Self {
            said: Arc::default(),
            polish,
        }
    }

    /// Returns the warnings, in order.
    pub(super) fn all(&self) -> Vec<Message> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl<S: Subscriber> Layer<S> for Warnings {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if *event.metadata().level() != Level::WARN || SAID_ELSEWHERE.contains(&name(event).as_str()) {
            return;
        }
        let english = in_english(event);
        let polish = in_polish(event, self.polish).unwrap_or_else(|| english.clone());
        let said = Message {
            english: clean(&english).into_owned(),
            polish: clean(&polish).into_owned(),
        };
        let mut all = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() < MAX_WARNINGS && !all.contains(&said) {
            all.push(said);
        }
    }
}
