//! The table of nights: start and exit code in columns of their own, and beside them lines that are wrapped
//! there. Pure.

use crate::model::{Lang, date_in, local_date, local_minute_in};
use crate::report::{Night, NightEnd, NightKind, Screen, Tone};

/// The columns between two columns of the table.
const GAP: usize = 2;

/// How far a retry round is indented below its run.
pub(super) const INDENT: usize = 2;

/// The widths of the columns before the text.
pub(super) struct Table {
    screen: Screen,
    start: usize,
    /// Width of the exit code; `None` if there is no such column.
    code: Option<usize>,
}

impl Table {
    /// `heads` are those of the start and of the exit code.
    pub(super) fn new(screen: Screen, nights: &[Night], heads: Option<(&str, &str)>) -> Self {
        let width = |text: &str| text.chars().count();
        let starts = nights.iter().flat_map(|night| {
            let rounds = night
                .rounds
                .iter()
                .map(|round| INDENT + width(&start_of(round, screen.lang)));
            std::iter::once(width(&start_of(night, screen.lang))).chain(rounds)
        });
        let codes = nights.iter().flat_map(Night::with_rounds);
        let codes = codes
            .map(|night| width(&code_text(night)))
            .max()
            .unwrap_or_default();
        Self {
            screen,
            start: starts
                .chain(heads.map(|(start, _)| width(start)))
                .max()
                .unwrap_or_default(),
            code: heads.map(|(_, code)| codes.max(width(code))),
        }
    }

    /// Formats a night: its first line beside its start, the others below that.
    pub(super) fn night(&self, night: &Night, indent: usize, lines: Vec<(Tone, String)>) -> String {
        let (start, code) = (start_of(night, self.screen.lang), code_text(night));
        let mut text = String::new();
        for (at, (tone, line)) in lines.into_iter().enumerate() {
            let (start, code) = if at == 0 { (&*start, &*code) } else { ("", "") };
            text += &self.line(tone, (indent, start, code), &line);
        }
        text
    }

    pub(super) fn line(&self, tone: Tone, (indent, start, code): (usize, &str, &str), text: &str) -> String {
        let hang = self.start + GAP + self.code.map_or(0, |code| code + GAP);
        let (before, gap) = (" ".repeat(indent), " ".repeat(GAP));
        let mut first = format!("{before}{start:<0$}{gap}", self.start - indent);
        first.extend(self.code.map(|width| format!("{code:>width$}{gap}")));
        // Words are wrapped in their own columns; what stands before them is put in front afterwards.
        let wrapped = self.screen.line(hang, hang, &text.replace('\n', " "));
        let indent = " ".repeat(hang);
        let lines = wrapped.lines().enumerate().map(|(at, line)| {
            let words = self.screen.toned(tone, line.trim_start());
            let before = if at == 0 { &first } else { &indent };
            format!("{before}{words}").trim_end().to_owned() + "\n"
        });
        lines.collect()
    }
}

fn start_of(night: &Night, lang: Lang) -> String {
    match night.started_at {
        None => "-".to_owned(),
        Some(time) if night.kind == NightKind::Missed => date_in(lang, local_date(time)),
        Some(time) => local_minute_in(lang, time),
    }
}

fn code_text(night: &Night) -> String {
    code_of(night).map_or_else(|| "-".to_owned(), |code| code.to_string())
}

/// Returns the exit code of a night that ended with one.
pub(super) fn code_of(night: &Night) -> Option<u8> {
    match night.end {
        NightEnd::Code(code) => Some(code),
        _ => None,
    }
}
