//! Errors and what stands below them, on standard error. Used where there may be no console yet.

use std::io::{self, IsTerminal, Write};

use tracing::Level;

use super::log_lines::log_line;
use super::screen::{Screen, Tone};
use crate::model::Lang;
use crate::report::{ExitCode, Reader};
use crate::system::locale;

/// Prints the `error:` line of a command that failed, in the log's format. `polish` is the
/// error in Polish.
pub(crate) fn say_error(error: &anyhow::Error, polish: &str, code: ExitCode) {
    if tracing::dispatcher::has_been_set() {
        tracing::error!(event = "failed", exit_code = code.code(), polish, "{error:#}");
    } else {
        // If standard error is closed, only the exit code remains.
        let screen = Screen::of(&io::stderr(), locale::language());
        let line = if (screen.reader, screen.lang) == (Reader::Person, Lang::Pl) {
            log_line(screen, Level::ERROR, polish)
        } else {
            let screen = Screen {
                lang: Lang::En,
                ..screen
            };
            log_line(screen, Level::ERROR, &format!("{error:#}"))
        };
        io::stderr().write_all(line.as_bytes()).ok();
    }
}

/// Whether a person reads standard error.
pub(crate) fn is_person() -> bool {
    io::stderr().is_terminal()
}

/// Prints lines below an error on a terminal: where to read more. A log has no use for them.
pub(crate) fn say_more(text: &str, lang: Lang) {
    let screen = Screen::of(&io::stderr(), lang);
    if screen.reader == Reader::Person {
        let line = screen.line(7, 7, text);
        io::stderr().write_all(line.as_bytes()).ok();
    }
}

/// Prints a command to type on a line of its own below an error, on a terminal only.
pub(crate) fn say_command(what: &str, command: &str, lang: Lang) {
    let screen = Screen::of(&io::stderr(), lang);
    if screen.reader == Reader::Person {
        let command = screen.toned(Tone::Strong, command);
        let text = screen.line(7, 7, what) + &format!("         {command}\n");
        io::stderr().write_all(text.as_bytes()).ok();
    }
}
