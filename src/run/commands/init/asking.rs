//! Asks a person at the terminal. The only file that names the library for it. Its own words are
//! English, so the ones that it would add (yes and no, errors) are replaced by those of the
//! catalogue.

use std::io;

use dialoguer::console::Term;
use dialoguer::theme::SimpleTheme;
use dialoguer::{Input, MultiSelect, Select};
use secrecy::SecretString;

use crate::report::{Console, ExitCode};
use crate::run::Failure;
use crate::system::terminal::secret_line;
use crate::text::{Message, Words, words};

/// A person who can be asked.
pub(super) struct Asker<'a> {
    console: &'a Console,
    screen: Term,
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
                words: words(console.lang()),
            }
        })
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

    /// Asks for a text. Enter alone means the default.
    pub(super) fn text(&self, question: &str, default: Option<&str>) -> Result<String, Failure> {
        let mut input = Input::<String>::with_theme(&SimpleTheme)
            .with_prompt(question)
            .allow_empty(true);
        if let Some(default) = default {
            input = input.default(default.to_owned());
        }
        let answer = input.interact_text_on(&self.screen).map_err(ended)?;
        Ok(answer.trim().to_owned())
    }

    /// Asks a question whose answer is yes or no. Sentences before it are a paragraph of their own:
    /// the library leaves a question that is wider than the screen behind.
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
        let chosen = Select::with_theme(&SimpleTheme)
            .with_prompt(question)
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
            .with_prompt(question)
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
