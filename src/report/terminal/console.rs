//! Standard error and standard output: the only file that writes to them. Log lines, the summary
//! and a progress bar share one terminal, so everything is printed around the bar.
//!
//! Only this tool's own events pass, at any verbosity and whatever `RUST_LOG` says: the HTTP client
//! logs whole addresses, and the addresses are secret ([rule 9](crate::rules#rule-9)).

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use indicatif::MultiProgress;
use tracing::{Level, Metadata};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::log_lines::{Lines, PolishEvent};
use super::screen::{Screen, Tone};
use super::warnings::Warnings;
use crate::model::{Identity, Lang, Message, printable, printable_json};
use crate::report::Reader;
use crate::system::terminal::foreground;

/// The target of events that a quiet console prints, because the run is not a full success even if
/// every row is.
const LOUD: &str = "respondent_sync::loud";

/// Maximum bytes of log that a quiet console holds back, enough to see what went wrong.
const MAX_HELD: usize = 64 << 10;

/// How much is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    /// Nothing on full success; otherwise warnings, errors and the summary.
    Quiet,
    Normal,
    /// Also retries.
    Verbose,
    /// Also respondents' ids.
    VeryVerbose,
}

/// The format of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

/// The process's two output streams.
#[derive(Clone, Debug)]
pub(crate) struct Console {
    stream: Stream,
    verbosity: Verbosity,
    lang: Lang,
    identity: Arc<Identity>,
    warnings: Warnings,
    /// The input of a run that owes a JSON object on standard output (`--summary -`); `None` if
    /// none is owed.
    promised: Arc<Mutex<Option<String>>>,
}

impl Console {
    /// Starts the log. Call once per process; further calls do not change the log.
    pub(crate) fn start(
        verbosity: Verbosity,
        format: LogFormat,
        (lang, polish): (Lang, PolishEvent),
        identity: Identity,
    ) -> Self {
        Screen::switch_on_colours();
        let stream = Stream {
            bars: MultiProgress::new(),
            asks: Arc::default(),
            format,
            held: Arc::new(Mutex::new((verbosity == Verbosity::Quiet).then(Held::default))),
        };
        let level = match verbosity {
            Verbosity::Quiet => LevelFilter::WARN,
            Verbosity::Normal => LevelFilter::INFO,
            Verbosity::Verbose => LevelFilter::DEBUG,
            Verbosity::VeryVerbose => LevelFilter::TRACE,
        };
        let own = |level| Targets::new().with_target("respondent_sync", level);
        let warnings = Warnings::new(polish);
        let lines = match format {
            LogFormat::Text => Lines::ForPeople { lang, polish },
            LogFormat::Json => Lines::ForMachines {
                identity: identity.clone(),
            },
        };
        let layer = tracing_subscriber::fmt::layer()
            .with_writer(stream.clone())
            .with_ansi(false)
            .event_format(lines)
            .with_filter(own(level));
        let kept = warnings.clone().with_filter(own(LevelFilter::WARN));
        tracing_subscriber::registry()
            .with(layer)
            .with(kept)
            .try_init()
            .ok();
        if format == LogFormat::Text {
            tracing::debug!(event = "run_id", "run {}", identity.run_id);
            if !identity.tags.is_empty() {
                tracing::info!(event = "tags", "{}", identity.tags);
            }
        }
        Self {
            stream,
            verbosity,
            lang,
            identity: Arc::new(identity),
            warnings,
            promised: Arc::default(),
        }
    }

    /// Requires one JSON object to be printed at the end of the run, however it ends (`--summary
    /// -`). `input` is used in it if nothing else is known.
    pub(crate) fn promise_object(&self, input: String) {
        *self.promised() = Some(input);
    }

    /// Prints the object that is owed, if any, once. `object` builds it from the input.
    pub(crate) fn keep_promise(&self, object: impl FnOnce(&str) -> String) {
        let promised = self.promised().take();
        if let Some(input) = promised {
            self.write_out(&printable_json(&object(&input)));
        }
    }

    /// Prints an object; it serves as the owed one.
    pub(crate) fn print_object(&self, object: &str) {
        self.promised().take();
        self.write_out(&printable_json(object));
    }

    fn promised(&self) -> MutexGuard<'_, Option<String>> {
        self.promised.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns what the log has warned of, the first 20.
    pub(crate) fn warnings(&self) -> Vec<Message> {
        self.warnings.all()
    }

    /// Returns the id of this run and the tags of its job.
    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Prints what a quiet console has held back, because the command did not succeed.
    pub(crate) fn release(&self) {
        self.stream.release();
    }

    pub(crate) fn bars(&self) -> &MultiProgress {
        &self.stream.bars
    }

    /// Whether details are wanted (`-v`).
    pub(crate) fn is_verbose(&self) -> bool {
        matches!(self.verbosity, Verbosity::Verbose | Verbosity::VeryVerbose)
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.verbosity == Verbosity::Quiet
    }

    pub(crate) fn format(&self) -> LogFormat {
        self.stream.format
    }

    /// Prints to standard error. A closed one does not stop the run: the results are in files.
    pub(crate) fn say(&self, text: &str) {
        self.release();
        self.stream.write(printable(text).as_bytes()).ok();
    }

    /// Prints a command's output to standard output.
    pub(crate) fn print(&self, text: &str) {
        self.write_out(&printable(text));
    }

    /// Prints one of the program's own pages to standard output, unescaped: it may contain terminal
    /// codes.
    pub(crate) fn print_page(&self, text: &str) {
        self.write_out(text);
    }

    /// Whether standard output is a terminal.
    #[expect(clippy::unused_self, reason = "the console is the one that knows of streams")]
    pub(crate) fn is_output_shown(&self) -> bool {
        io::stdout().is_terminal()
    }

    /// Writes to standard output.
    fn write_out(&self, text: &str) {
        let written = self.stream.bars.suspend(|| {
            io::stdout()
                .write_all(text.as_bytes())
                .and_then(|()| io::stdout().flush())
        });
        // A closed pipe (`| head`) is no error.
        if let Err(error) = written
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            tracing::warn!(
                target: "respondent_sync::loud", event = "output_not_written",
                "cannot write to standard output: {error}"
            );
        }
    }

    /// Returns the language for people.
    pub(crate) fn lang(&self) -> Lang {
        self.lang
    }

    /// Describes standard error.
    pub(crate) fn screen(&self) -> Screen {
        match self.format() {
            LogFormat::Text => Screen::of(&io::stderr(), self.lang),
            LogFormat::Json => Screen::record(self.lang),
        }
    }

    /// Describes standard output.
    pub(crate) fn screen_of_output(&self) -> Screen {
        Screen::of(&io::stdout(), self.lang)
    }

    /// Prints a laid out text to standard error, unescaped.
    pub(crate) fn show(&self, text: &str) {
        self.release();
        self.stream.write(text.as_bytes()).ok();
    }

    /// Returns who reads standard error. Only a person may see cells.
    pub(crate) fn reader(&self) -> Reader {
        self.screen().reader
    }

    /// Whether a person can be asked a question.
    pub(crate) fn is_interactive() -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal() && foreground::may_read()
    }

    /// Asks on standard error and waits this long for an answer on standard input. Only `y`, `yes`,
    /// `t` and `tak` mean yes.
    pub(crate) fn ask(&self, question: &str, patience: Duration) -> Answer {
        let screen = self.screen();
        let mut lines: String = question
            .lines()
            .map(|line| screen.line(0, 0, &screen.toned(Tone::Strong, line)))
            .collect();
        // The answer is typed behind the question.
        lines.truncate(lines.trim_end().len());
        foreground::forget_typed();
        self.show(&(lines + " "));
        self.stream.asks.store(true, Ordering::Relaxed);
        let (sender, answers) = mpsc::channel();
        // The thread ends with the process if nobody answers.
        thread::spawn(move || {
            let mut answer = String::new();
            let read = io::stdin().read_line(&mut answer);
            sender.send(read.map(|_| answer)).ok();
        });
        let answer = answers.recv_timeout(patience);
        if answer.is_ok() {
            // Enter has ended the line.
            self.stream.asks.store(false, Ordering::Relaxed);
        }
        match answer {
            Ok(Ok(answer)) if is_yes(&answer) => Answer::Yes,
            Ok(_) => Answer::No,
            Err(_) => Answer::Silence,
        }
    }
}

fn is_yes(answer: &str) -> bool {
    ["y", "yes", "t", "tak"].contains(&answer.trim().to_lowercase().as_str())
}

/// The answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Yes,
    No,
    /// Nobody answered in time.
    Silence,
}

/// Writes each log line around the progress bar. A quiet console holds lines back until something
/// goes wrong: on full success it prints nothing.
#[derive(Clone, Debug)]
struct Stream {
    bars: MultiProgress,
    /// A question stands on the last line.
    asks: Arc<AtomicBool>,
    format: LogFormat,
    /// `None` if every line is written at once, or once the held lines have been written.
    held: Arc<Mutex<Option<Held>>>,
}

/// Lines that a quiet console has not printed.
#[derive(Debug, Default)]
struct Held {
    lines: Vec<u8>,
    /// Number of lines beyond the maximum.
    dropped: u64,
}

impl Stream {
    fn write(&self, bytes: &[u8]) -> io::Result<()> {
        self.bars.suspend(|| {
            if self.asks.swap(false, Ordering::Relaxed) {
                io::stderr().write_all(b"\n")?;
            }
            io::stderr().write_all(bytes)
        })
    }

    /// Writes the held lines, and holds no more from now on.
    fn release(&self) {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(held) = held else { return };
        self.write(&held.lines).ok();
        if held.dropped > 0 && self.format == LogFormat::Text {
            self.write(format!("… and {} more lines\n", held.dropped).as_bytes())
                .ok();
        }
    }

    /// Holds a line back; returns false if the console holds none.
    fn hold(&self, line: &[u8]) -> bool {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(held) = held.as_mut() else { return false };
        if held.lines.len() + line.len() <= MAX_HELD {
            held.lines.extend_from_slice(line);
        } else {
            held.dropped += 1;
        }
        true
    }
}

impl<'a> MakeWriter<'a> for Stream {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Self::Writer {
        Line {
            stream: self,
            is_loud: false,
        }
    }

    fn make_writer_for(&'a self, metadata: &Metadata<'_>) -> Self::Writer {
        Line {
            stream: self,
            is_loud: *metadata.level() == Level::ERROR || metadata.target() == LOUD,
        }
    }
}

struct Line<'a> {
    stream: &'a Stream,
    is_loud: bool,
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_loud {
            self.stream.release();
        }
        if !self.stream.hold(bytes) {
            self.stream.write(bytes)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
