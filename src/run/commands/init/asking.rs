//! Asks a person at the terminal. The only file that names the library for it. Its own words are
//! English, so the ones that it would add (yes and no, errors) are replaced by those of the
//! catalogue.

use std::cell::Cell;
use std::io;

use dialoguer::console::{Term, measure_text_width};
use dialoguer::theme::SimpleTheme;
use dialoguer::{Input, MultiSelect, Select};
use secrecy::SecretString;

use crate::model::Lang;
use crate::report::{Console, ExitCode};
use crate::run::Failure;
use crate::system::terminal::secret_line;
use crate::text::{Message, Words, words};

/// Maximum length of a choice in bytes. The library counts bytes as columns, and a choice that is
/// wider than the screen leaves its beginning behind.
const CHOICE_BYTES: usize = 70;

/// Minimum length of a choice in bytes, however narrow the screen is.
const MIN_CHOICE_BYTES: usize = 16;

/// Columns of what the library puts in front of a choice, and one more.
const MARK_COLUMNS: usize = 7;

/// Columns behind a question: the answer's first ones.
const ANSWER_COLUMNS: usize = 10;

/// Columns behind a list's question: the number of its page.
const PAGE_COLUMNS: usize = 16;

/// A person who can be asked.
pub(super) struct Asker<'a> {
    console: &'a Console,
    screen: Term,
    /// Whether it was said how one of a list is chosen.
    knows_keys: Cell<bool>,
    pub(super) words: &'static dyn Words,
}

impl<'a> Asker<'a> {
    /// `None` if there is nobody: standard input or standard error is no terminal.
    pub(super) fn new(console: &'a Console) -> Option<Self> {
        Console::is_interactive().then(|| {
            secret_line::remember();
            Self {
                console,
                screen: Term::stderr(),
                knows_keys: Cell::new(false),
                words: words(console.lang()),
            }
        })
    }

    /// Returns the language of the questions.
    pub(super) fn lang(&self) -> Lang {
        self.console.lang()
    }

    /// Prints a paragraph.
    pub(super) fn say(&self, text: &str) {
        self.console.say(&self.console.screen().line(0, 0, text));
    }

    /// Begins a subject: prints a paragraph below a blank line.
    pub(super) fn begin(&self, text: &str) {
        self.console.say("\n");
        self.say(text);
    }

    /// Prints an indented line.
    pub(super) fn list(&self, text: &str) {
        self.console.say(&self.console.screen().line(2, 6, text));
    }

    /// Prints why an answer was not accepted.
    pub(super) fn object(&self, failure: &Failure) {
        self.say(&crate::text::in_language(&failure.error, self.console.lang()));
    }

    fn width(&self) -> usize {
        usize::from(self.screen.size().1)
    }

    /// Maximum length of a choice in bytes on this screen.
    pub(super) fn choice_bytes(&self) -> usize {
        let room = self.width().saturating_sub(MARK_COLUMNS);
        room.clamp(MIN_CHOICE_BYTES, CHOICE_BYTES)
    }

    /// Prints all lines of a question but the last, which it returns. The library leaves a line that
    /// is wider than the screen behind. `behind` are the columns that follow the question.
    fn last_line(&self, question: &str, behind: usize) -> String {
        let mut lines = wrapped(question, self.width().saturating_sub(behind));
        let last = lines.pop().unwrap_or_default();
        for line in lines {
            self.console.say(&format!("{line}\n"));
        }
        last
    }

    /// Asks for a text. Enter alone means the default.
    pub(super) fn text(&self, question: &str, default: Option<&str>) -> Result<String, Failure> {
        let proposed = default.map(|default| format!(" [{default}]")).unwrap_or_default();
        let behind = measure_text_width(&proposed) + ANSWER_COLUMNS;
        let question = self.last_line(question, behind);
        let prompt = format!("{question}{proposed}");
        let answer = Input::<String>::with_theme(&SimpleTheme)
            .with_prompt(&prompt)
            .allow_empty(true)
            .report(false)
            .interact_text_on(&self.screen)
            .map_err(ended)?;
        // The library clears the last line of an answer that has several.
        let columns = measure_text_width(&format!("{prompt}: {answer}"));
        let lines = columns.saturating_sub(1) / self.width().max(1);
        self.screen
            .clear_last_lines(lines)
            .map_err(|error| ended(error.into()))?;
        let answer = match (answer.trim(), default) {
            ("", Some(default)) => default,
            (answer, _) => answer,
        };
        self.console.say(&format!("{question}: {answer}\n"));
        Ok(answer.to_owned())
    }

    /// Asks a question whose answer is yes or no. Sentences before it are a paragraph of their own.
    pub(super) fn yes(&self, question: &str, default: bool) -> Result<bool, Failure> {
        let question = match question.rsplit_once(". ") {
            Some((before, question)) => {
                self.say(&format!("{before}."));
                question
            }
            None => question,
        };
        let question = format!("{question}? [{}]", self.words.yes_or_no(default));
        loop {
            let answer = self.text(&question, None)?;
            if answer.is_empty() {
                return Ok(default);
            }
            if let Some(is_yes) = self.words.is_yes(&answer) {
                return Ok(is_yes);
            }
            self.say(self.words.answer_yes_or_no());
        }
    }

    /// Asks for one of several; returns its index.
    pub(super) fn one_of(
        &self,
        question: &str,
        choices: &[String],
        default: usize,
    ) -> Result<usize, Failure> {
        if !self.knows_keys.replace(true) {
            self.say(&self.words.list_keys());
        }
        let question = self.last_line(question, PAGE_COLUMNS);
        let chosen = Select::with_theme(&SimpleTheme)
            .with_prompt(&question)
            .items(choices)
            .default(default)
            .report(false)
            .interact_on(&self.screen)
            .map_err(ended)?;
        // The choice stays on the screen; its columns need not be aligned any more.
        let words = choices
            .get(chosen)
            .into_iter()
            .flat_map(|choice| choice.split_whitespace());
        self.say(&format!("{question}: {}", words.collect::<Vec<_>>().join(" ")));
        Ok(chosen)
    }

    /// Asks for some of several; returns their indices, in order.
    pub(super) fn some_of(
        &self,
        question: &str,
        choices: &[String],
        checked: &[bool],
    ) -> Result<Vec<usize>, Failure> {
        MultiSelect::with_theme(&SimpleTheme)
            .with_prompt(self.last_line(question, PAGE_COLUMNS))
            .items(choices)
            .defaults(checked)
            .report(false)
            .interact_on(&self.screen)
            .map_err(ended)
    }

    /// Asks for a text that is not shown.
    pub(super) fn hidden(&self, question: &str) -> Result<SecretString, Failure> {
        let ask = || self.console.say(&format!("{question}: "));
        let read = secret_line::read(ask).and_then(|text| match text {
            Some(text) => Ok(text),
            None => self.screen.read_secure_line(),
        });
        self.console.say("\n");
        read.map(SecretString::from).map_err(|error| ended(error.into()))
    }
}

/// Breaks a text into lines at its spaces.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if measure_text_width(line) + 1 + measure_text_width(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Cuts a choice to a maximum of bytes.
pub(super) fn fitted(choice: &str, bytes: usize) -> String {
    if choice.len() <= bytes {
        return choice.to_owned();
    }
    let ellipsis = '…';
    let mut fitted = String::new();
    for c in choice.chars() {
        if fitted.len() + c.len_utf8() + ellipsis.len_utf8() > bytes {
            break;
        }
        fitted.push(c);
    }
    fitted.push(ellipsis);
    fitted
}

/// Sets the terminal back after a question that was abandoned.
pub(super) fn restore() {
    if Console::is_interactive() {
        secret_line::restore();
        // A list hides the cursor.
        Term::stderr().show_cursor().ok();
    }
}

/// The failure of a command that was stopped before it wrote anything.
pub(super) fn stopped(code: ExitCode) -> Failure {
    Failure {
        code,
        error: Message::new(|words| words.init_stopped()).into(),
    }
}

fn ended(error: dialoguer::Error) -> Failure {
    let dialoguer::Error::IO(error) = error;
    match error.kind() {
        io::ErrorKind::Interrupted => stopped(ExitCode::Interrupted),
        io::ErrorKind::UnexpectedEof => Failure::usage(Message::new(|words| words.input_ended())),
        _ => Failure::usage(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_broken_at_its_spaces() {
        assert_eq!(wrapped("a bc def", 80), ["a bc def"]);
        assert_eq!(
            wrapped("Żółta kolumna, czy nie", 13),
            ["Żółta", "kolumna, czy", "nie"]
        );
        assert_eq!(wrapped("kolumna", 3), ["kolumna"]);
        assert_eq!(wrapped("", 3), [""]);
    }

    #[test]
    fn a_choice_is_cut_to_its_bytes() {
        assert_eq!(fitted("abc", 3), "abc");
        assert_eq!(fitted("żółty", 7), "żó…");
    }
}
