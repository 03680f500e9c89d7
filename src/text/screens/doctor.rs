//! The screen of `doctor`: one line for each thing that was looked at. Pure.

use crate::report::{Screen, Tone};
use crate::text::{Message, words};

/// Columns of the state, and of what was looked at.
const STATE: usize = 7;
const SUBJECT: usize = 17;

/// The state of a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Health {
    Good,
    /// A run works, but something should be looked at.
    Look,
    /// A run does not work.
    Bad,
}

/// A thing that a run needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Program,
    Terminal,
    Time,
    Config,
    /// What file and environment set, together.
    Flags,
    /// A secret, by its name.
    Secret(&'static str),
    Input,
    Results,
    State,
    Proxy,
    Name,
    Connection,
    Clock,
    /// The list that the REST API gives.
    Api,
}

/// What was found of a thing, with what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Examined {
    pub(crate) subject: Subject,
    pub(crate) health: Health,
    pub(crate) found: Message,
}

impl Examined {
    /// Lays out the line.
    pub(crate) fn line(&self, screen: Screen) -> String {
        let words = words(screen.lang);
        let tone = match self.health {
            Health::Good => Tone::Good,
            Health::Look => Tone::Look,
            Health::Bad => Tone::Bad,
        };
        // Padded outside of the colour.
        let state = words.health(self.health);
        let padding = " ".repeat(STATE.saturating_sub(state.chars().count()));
        let subject = format!("{:<SUBJECT$}", words.subject(self.subject));
        let found = self.found.text(screen.lang);
        let line = format!("{}{padding}{subject}{found}", screen.toned(tone, state));
        screen.line(2, 2 + STATE, &line)
    }
}
