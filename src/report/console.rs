//! Standard error and standard output: the only file that writes to them. Log lines, the summary and a progress bar
//! share one terminal, so all that is printed goes around the bar.
//!
//! Only this tool's own events are let through, at any verbosity and whatever `RUST_LOG` says: the HTTP client logs
//! whole addresses, and the addresses are secrets (design, rule 9).

use std::fmt;
use std::io::{self, IsTerminal, Write};

use indicatif::MultiProgress;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    /// Warnings and errors, and a summary only where something went wrong.
    Quiet,
    Normal,
    /// What is retried, too.
    Verbose,
    /// Respondents' ids, too.
    VeryVerbose,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

/// The process's two output streams.
#[derive(Clone, Debug)]
pub(crate) struct Console {
    bars: MultiProgress,
    verbosity: Verbosity,
    format: LogFormat,
}

impl Console {
    /// Starts the log. Once per process; a second one in the same process changes nothing.
    pub(crate) fn start(verbosity: Verbosity, format: LogFormat) -> Self {
        let bars = MultiProgress::new();
        let level = match verbosity {
            Verbosity::Quiet => LevelFilter::WARN,
            Verbosity::Normal => LevelFilter::INFO,
            Verbosity::Verbose => LevelFilter::DEBUG,
            Verbosity::VeryVerbose => LevelFilter::TRACE,
        };
        let own = Targets::new().with_target("respondent_sync", level);
        let writer = AroundBars(bars.clone());
        let layer = tracing_subscriber::fmt::layer().with_writer(writer);
        let layer = match format {
            LogFormat::Text => layer
                .with_ansi(false)
                .event_format(Plain)
                .with_filter(own)
                .boxed(),
            LogFormat::Json => layer.json().flatten_event(true).with_filter(own).boxed(),
        };
        tracing_subscriber::registry().with(layer).try_init().ok();
        Self {
            bars,
            verbosity,
            format,
        }
    }

    pub(crate) fn bars(&self) -> &MultiProgress {
        &self.bars
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.verbosity == Verbosity::Quiet
    }

    pub(crate) fn format(&self) -> LogFormat {
        self.format
    }

    /// Prints to standard error. A closed one is no reason to stop: the files hold the truth.
    pub(crate) fn say(&self, text: &str) {
        self.bars.suspend(|| io::stderr().write_all(text.as_bytes()).ok());
    }

    /// Prints what a command was asked for to standard output. A reader that has gone (`| head`) has seen enough.
    pub(crate) fn print(&self, text: &str) {
        self.bars.suspend(|| {
            io::stdout()
                .write_all(text.as_bytes())
                .and_then(|()| io::stdout().flush())
                .ok()
        });
    }

    /// Whether a person can be asked.
    pub(crate) fn is_interactive() -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Asks on standard error, and reads the answer from standard input: only `y` and `yes` are one.
    pub(crate) fn asks(&self, question: &str) -> bool {
        self.say(&format!("{question} [y/N] "));
        let mut answer = String::new();
        let read = io::stdin().read_line(&mut answer);
        read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "t" | "tak")
    }
}

/// Prints the one `error:` line of a command that did not come to its end, in the log's own format.
pub(crate) fn say_error(error: &anyhow::Error) {
    if tracing::dispatcher::has_been_set() {
        tracing::error!("{error:#}");
    } else {
        // A closed standard error leaves the exit code to speak.
        writeln!(io::stderr(), "error: {error:#}").ok();
    }
}

/// Writes each log line around the progress bar.
struct AroundBars(MultiProgress);

impl<'a> MakeWriter<'a> for AroundBars {
    type Writer = LineAroundBars<'a>;

    fn make_writer(&'a self) -> Self::Writer {
        LineAroundBars(&self.0)
    }
}

struct LineAroundBars<'a>(&'a MultiProgress);

impl Write for LineAroundBars<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.suspend(|| io::stderr().write_all(bytes))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// A line for people: the message, with its level in front where that is not the usual one.
struct Plain;

impl<S, N> FormatEvent<S, N> for Plain
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        match *event.metadata().level() {
            Level::ERROR => write!(writer, "error: ")?,
            Level::WARN => write!(writer, "warning: ")?,
            Level::INFO => {}
            Level::DEBUG => write!(writer, "debug: ")?,
            Level::TRACE => write!(writer, "trace: ")?,
        }
        context.field_format().format_fields(writer.by_ref(), event)?;
        writeln!(writer)
    }
}
