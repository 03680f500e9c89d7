//! The screen of `check`: what the input is, what would be sent, what is wrong, what to type next.
//! Contains no cell's value except the announced sample ([rule 12](crate::rules#rule-12)). Pure.

use super::summary::Column;
use super::summary::reasons::parts;
use crate::report::{Finding, Findings, Places, Screen, Tone, Weight};
use crate::text::number::thousands;
use crate::text::subjects::Counted;
use crate::text::{Words, words};

/// What a person types after a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AfterCheck {
    /// The command that updates one contact.
    Trial(String),
    /// The check itself, once the export is mended.
    Again(String),
}

/// Formats the findings as text of several lines, with a line end. `preview` has the first calls,
/// spelt out, for a terminal alone.
pub(crate) fn findings(
    found: &Findings,
    preview: &[String],
    next: Option<&AfterCheck>,
    (screen, has_details): (Screen, bool),
) -> String {
    let words = words(screen.lang);
    let page = Page { found, screen, words };
    let mut text = page.head();
    text += &page.loud();
    text += &page.counts();
    text += &page.changes();
    text += &page.notes(has_details);
    text += &page.preview(preview);
    text += &page.next(next);
    text
}

/// Formats what a person should know before a run is confirmed: the counts, what is wrong, and the
/// first calls.
pub(crate) fn before_question(found: &Findings, preview: &[String], screen: Screen) -> String {
    let page = Page {
        found,
        screen,
        words: words(screen.lang),
    };
    let (loud, counts, changes) = (page.loud(), page.counts(), page.changes());
    format!("{loud}{counts}{changes}{}\n", page.preview(preview))
}

struct Page<'a> {
    found: &'a Findings,
    screen: Screen,
    words: &'static dyn Words,
}

impl Page<'_> {
    fn weighing(&self, weight: Weight) -> impl Iterator<Item = &Finding> {
        self.found.weighing(weight)
    }

    fn is_refused(&self) -> bool {
        self.weighing(Weight::Refused).next().is_some()
    }

    fn head(&self) -> String {
        let lang = self.screen.lang;
        let title = self.words.input_rows(&self.found.input, self.found.rows);
        let mut text = self.screen.line(0, 2, &title);
        for line in &self.found.form {
            text += &self.screen.line(2, 4, line.text(lang));
        }
        text
    }

    /// What stops a run, and what may put wrong labels on people.
    fn loud(&self) -> String {
        let lang = self.screen.lang;
        let mut text = String::new();
        for finding in self.weighing(Weight::Refused) {
            let words = self.words.nothing_would_be_sent(finding.text.text(lang));
            text += &self.screen.line(0, 2, &self.screen.toned(Tone::Bad, &words));
        }
        for finding in self.weighing(Weight::Warning) {
            let times = match finding.places.first.as_slice() {
                [] => String::new(),
                _ => format!("{} × ", thousands(lang, finding.places.count)),
            };
            let (title, advice) = parts(finding.text.text(lang));
            let what = format!("{times}{title}{}", self.rows(&finding.places));
            let line = self.screen.toned(Tone::Look, &self.words.warning(&what));
            text += &self.screen.line(0, 2, &line);
            if !advice.is_empty() {
                text += &self.screen.line(2, 2, advice);
            }
        }
        if !text.is_empty() {
            text.insert(0, '\n');
        }
        text
    }

    fn counts(&self) -> String {
        let found = self.found;
        let (send, tone) = if self.is_refused() {
            (Counted::CouldBeSent, Tone::Plain)
        } else {
            (Counted::ToSend, Tone::Good)
        };
        let tone = if found.to_send > 0 { tone } else { Tone::Plain };
        let lines = [
            (send, found.to_send, tone),
            (Counted::Invalid, found.count(Weight::Invalid), Tone::Look),
            (Counted::Skipped, found.count(Weight::Skipped), Tone::Plain),
        ];
        let lines: Vec<_> = lines
            .into_iter()
            .filter(|(counted, count, _)| *count > 0 || *counted == send)
            .collect();
        let named = lines.iter().map(|(counted, count, _)| (*counted, *count));
        let column = Column::new(self.screen.lang, named);
        let mut text = "\n".to_owned();
        for (counted, count, tone) in lines {
            let line = column.line(self.screen, (counted, count), tone, "");
            text += &self.screen.line(2, 4, &line);
            let weight = match counted {
                Counted::Invalid => Weight::Invalid,
                Counted::Skipped => Weight::Skipped,
                _ => continue,
            };
            for finding in self.weighing(weight) {
                text += &self.reason(finding, &column);
            }
        }
        text
    }

    /// What would change on the platform.
    fn changes(&self) -> String {
        let changes = self.found.changes.as_ref();
        changes.map_or_else(String::new, |changes| {
            self.screen.line(2, 4, &self.words.changes(changes))
        })
    }

    fn reason(&self, finding: &Finding, column: &Column) -> String {
        let (title, advice) = parts(finding.text.text(self.screen.lang));
        let what = format!("{title}{}", self.rows(&finding.places));
        let mut text = column.reason(self.screen, finding.places.count, &what);
        if !advice.is_empty() {
            text += &column.advice(self.screen, advice);
        }
        text
    }

    /// Formats the places as `: rows 3, 5 and 7 more`; empty if there are none.
    fn rows(&self, places: &Places) -> String {
        let first: Vec<u64> = places.first.iter().map(|place| place.row).collect();
        match first.as_slice() {
            [] => String::new(),
            first => format!(
                ": {}",
                self.words.rows(first, places.rows.max(first.len() as u64))
            ),
        }
    }

    /// What is harmless, and how long the calls take.
    fn notes(&self, has_details: bool) -> String {
        let found = self.found;
        let mut text = String::new();
        let notes = self.weighing(Weight::Note);
        for finding in notes.filter(|finding| has_details || finding.is_worth_a_look()) {
            let (title, advice) = parts(finding.text.text(self.screen.lang));
            let rows = match finding.places.first.as_slice() {
                [] => String::new(),
                _ => format!(" ({})", self.rows(&finding.places).trim_start_matches(": ")),
            };
            let advice = if advice.is_empty() {
                String::new()
            } else {
                format!(": {advice}")
            };
            text += &self.screen.line(2, 4, &format!("{title}{rows}{advice}"));
        }
        if has_details && found.longest_value_bytes > 0 {
            let longest = self.words.longest_value(found.longest_value_bytes);
            text += &self.screen.line(2, 4, &longest);
        }
        let is_instant = found.time.is_some_and(|time| time.as_secs() == 0);
        if found.to_send > 0 && !self.is_refused() && !is_instant {
            text += "\n";
            text += &self
                .screen
                .line(0, 2, &self.words.calls_take(&found.rate, found.time));
        }
        text
    }

    fn preview(&self, calls: &[String]) -> String {
        if calls.is_empty() {
            return String::new();
        }
        let are_changes = self
            .found
            .changes
            .as_ref()
            .is_some_and(|changes| changes.contacts > 0);
        let mut text = "\n".to_owned() + &self.screen.line(0, 2, &self.words.first_calls(are_changes));
        for call in calls {
            text += &self.screen.line(2, 4, call);
        }
        text
    }

    fn next(&self, next: Option<&AfterCheck>) -> String {
        let Some(next) = next else {
            return String::new();
        };
        let (what, command) = match next {
            AfterCheck::Trial(command) => (self.words.next_trial(), command),
            AfterCheck::Again(command) => (self.words.next_mend(), command),
        };
        let command = self.screen.toned(Tone::Strong, command);
        format!("\n{}  {command}\n", self.screen.line(0, 2, &what))
    }
}
