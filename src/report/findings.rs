//! What `check` says: everything that is known of an input without sending it. No cell's value but the announced
//! sample (design, rule 12).

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::time::Duration;

use super::{Notes, counted, duration, thousands};
use crate::model::{CountOrPercent, ErrorCode, Position, Status};

/// How many places are named per reason.
const PLACES_SHOWN: usize = 5;

/// The facts of a check.
#[derive(Debug)]
pub(crate) struct Findings {
    pub(crate) input: String,
    /// The form of the file and the mapping, a line each.
    pub(crate) form: Vec<String>,
    /// What may put labels on the wrong people.
    pub(crate) warnings: Vec<String>,
    pub(crate) rows: u64,
    pub(crate) to_send: u64,
    pub(crate) invalid: InvalidRows,
    pub(crate) skipped: BTreeMap<ErrorCode, u64>,
    pub(crate) notes: Notes,
    pub(crate) longest_value: usize,
    pub(crate) rate: String,
    /// The least time that the calls take; nothing where the rate is unlimited.
    pub(crate) time: Option<Duration>,
    pub(crate) accept_failures: CountOrPercent,
}

/// Invalid rows by reason, with the first few places of each.
#[derive(Debug, Default)]
pub(crate) struct InvalidRows {
    reasons: BTreeMap<(ErrorCode, String), (u64, Vec<Position>)>,
    rows: u64,
}

impl InvalidRows {
    pub(crate) fn add(&mut self, code: ErrorCode, message: &str, position: Position) {
        self.rows += 1;
        let (rows, places) = self.reasons.entry((code, message.to_owned())).or_default();
        *rows += 1;
        if places.len() < PLACES_SHOWN {
            places.push(position);
        }
    }

    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }
}

impl Findings {
    /// Whether the run would end as a success if every call succeeded.
    pub(crate) fn is_clean(&self) -> bool {
        !self
            .accept_failures
            .is_exceeded_by(self.invalid.rows(), self.rows)
    }

    /// Several lines, each ended.
    pub(crate) fn to_text(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        self.write(&mut text).ok();
        text
    }

    fn write(&self, text: &mut String) -> fmt::Result {
        writeln!(text, "{}", self.input)?;
        for line in &self.form {
            writeln!(text, "  {line}")?;
        }
        for warning in &self.warnings {
            writeln!(text, "WARNING: {warning}")?;
        }
        writeln!(text, "{}", counted(self.rows, "row"))?;
        writeln!(text, "  {} to be sent", thousands(self.to_send))?;
        for (code, rows) in &self.skipped {
            writeln!(
                text,
                "  {} {}: {} ({})",
                thousands(*rows),
                Status::Skipped.name(),
                code.name(),
                code.meaning()
            )?;
        }
        writeln!(
            text,
            "  {} {}",
            thousands(self.invalid.rows()),
            Status::Invalid.name()
        )?;
        for ((code, message), (rows, places)) in &self.invalid.reasons {
            let mut shown: Vec<String> = places.iter().map(Position::to_string).collect();
            if *rows > places.len() as u64 {
                shown.push("…".to_owned());
            }
            writeln!(
                text,
                "    {} × {}: {message}: {}",
                thousands(*rows),
                code.name(),
                shown.join(", ")
            )?;
        }
        self.notes.write(text)?;
        let longest = counted(self.longest_value as u64, "byte");
        writeln!(text, "  the longest value has {longest}")?;
        match self.time {
            Some(time) => writeln!(
                text,
                "at {} the calls take at least {}",
                self.rate,
                duration(time)
            ),
            None => writeln!(text, "the rate is unlimited"),
        }
    }
}
