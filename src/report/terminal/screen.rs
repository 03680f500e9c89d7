//! What a text for people is laid out for: its language, width and colours, and who reads it.
//! Pure, but for [`Screen::of`], which asks the system.

use anstyle::{AnsiColor, Style};

use crate::model::{Lang, printable};
use crate::report::Reader;

/// The narrowest and the widest text, in columns.
const WIDTHS: std::ops::RangeInclusive<usize> = 40..=120;

/// A space where no line is broken. It is shown as a space: some consoles lack it.
const NO_BREAK: char = '\u{A0}';

/// The properties of a stream that a person reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Screen {
    pub(crate) lang: Lang,
    /// Columns; `None` off a terminal, where lines are not wrapped.
    pub(crate) width: Option<usize>,
    pub(crate) has_colours: bool,
    /// Only a person may see cells.
    pub(crate) reader: Reader,
}

/// What a word says about the state of things. Colour never says more than the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    /// Done.
    Good,
    /// To look at.
    Look,
    /// Wrong.
    Bad,
    /// A heading, or a command to type.
    Strong,
}

impl Tone {
    fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Good => AnsiColor::Green.on_default(),
            Self::Look => AnsiColor::Yellow.on_default(),
            Self::Bad => AnsiColor::Red.on_default(),
            Self::Strong => Style::new().bold(),
        }
    }
}

impl Screen {
    /// A stream that is no terminal: a file, a mail or a log.
    pub(crate) fn record(lang: Lang) -> Self {
        Self {
            lang,
            width: None,
            has_colours: false,
            reader: Reader::Record,
        }
    }

    /// Has the consoles of Windows understand colours, which other terminals do by themselves.
    pub(super) fn switch_on_colours() {
        let _stderr = anstream::AutoStream::always_ansi(std::io::stderr());
        let _stdout = anstream::AutoStream::always_ansi(std::io::stdout());
    }

    /// Describes a stream of the process. `NO_COLOR`, `CLICOLOR_FORCE` and `TERM=dumb` are obeyed.
    pub(super) fn of<S: anstream::stream::RawStream>(stream: &S, lang: Lang) -> Self {
        let is_terminal = stream.is_terminal();
        Self {
            lang,
            width: is_terminal.then(textwrap::termwidth),
            has_colours: !matches!(anstream::AutoStream::choice(stream), anstream::ColorChoice::Never),
            reader: if is_terminal {
                Reader::Person
            } else {
                Reader::Record
            },
        }
    }

    /// Colours a text, if this screen has colours. Control characters of the text are escaped.
    pub(crate) fn toned(self, tone: Tone, text: &str) -> String {
        let text = printable(text);
        if !self.has_colours || tone == Tone::Plain {
            return text.into_owned();
        }
        let style = tone.style();
        format!("{style}{text}{style:#}")
    }

    /// Wraps a line at words, never within one or within a command in backticks, and ends it. `first` and `rest` are the columns
    /// before its first and its other lines.
    pub(crate) fn line(self, first: usize, rest: usize, text: &str) -> String {
        let (first, rest) = (" ".repeat(first), " ".repeat(rest));
        let Some(width) = self.width else {
            return format!("{first}{}\n", text.trim_end()).replace(NO_BREAK, " ");
        };
        let options = textwrap::Options::new(width.clamp(*WIDTHS.start(), *WIDTHS.end()))
            .initial_indent(&first)
            .subsequent_indent(&rest)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .break_words(false);
        let text = unbroken_quotes(text.trim_end());
        (textwrap::fill(&text, options) + "\n").replace(NO_BREAK, " ")
    }
}

/// Replaces the spaces between backticks: a command that is broken cannot be copied.
fn unbroken_quotes(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    let last = parts.len() - 1;
    let parts = parts.iter().enumerate().map(|(place, part)| {
        if place % 2 == 1 && place < last {
            part.replace(' ', &NO_BREAK.to_string())
        } else {
            (*part).to_owned()
        }
    });
    parts.collect::<Vec<String>>().join("`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_hang_and_words_stay_whole() {
        let screen = Screen {
            width: Some(40),
            ..Screen::record(Lang::En)
        };
        assert_eq!(
            screen.line(2, 4, "one two three four five six seven eight nine"),
            "  one two three four five six seven\n    eight nine\n"
        );
        assert_eq!(
            screen.line(
                0,
                2,
                "to go on with it, type: `run kontakty.csv --resume`. Or not."
            ),
            "to go on with it, type:\n  `run kontakty.csv --resume`. Or not.\n"
        );
        assert_eq!(screen.line(0, 0, "a ` b"), "a ` b\n");
        let path = "a".repeat(60);
        assert_eq!(screen.line(0, 2, &path), format!("{path}\n"));
    }

    #[test]
    fn colours_take_no_room_and_hide_no_control_character() {
        let screen = Screen {
            has_colours: true,
            width: Some(40),
            ..Screen::record(Lang::En)
        };
        let good = screen.toned(Tone::Good, "done");
        assert_eq!(good, "\u{1b}[32mdone\u{1b}[0m");
        let text = format!("{good} {}", "x".repeat(30));
        assert_eq!(screen.line(0, 0, &text), format!("{text}\n"));
        let plain = Screen::record(Lang::En).toned(Tone::Bad, "a\u{1b}[2J");
        assert!(!plain.contains('\u{1b}'), "{plain}");
    }
}
