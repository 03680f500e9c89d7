//! The format of log lines: for people the message alone; for machines an object with the event's
//! name, its fields and the run's id. The names are promised; the manual's table is tested against
//! them.
//!
//! An event may have a field `polish`: the message in Polish. Only a terminal whose user reads Polish shows
//! it; everywhere else the message is English.

use std::fmt::{self, Debug};
use std::io;

use jiff::Timestamp;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::screen::{Screen, Tone};
use crate::model::{Identity, Lang, printable, rfc3339};
use crate::report::Reader;

/// The name of the field with the message in Polish.
const POLISH: &str = "polish";

/// Says an event in Polish, by its name and fields; `None` if it is said in English alone.
pub(crate) type PolishEvent = fn(&str, &Map<String, Value>) -> Option<String>;

/// The format of all lines.
pub(super) enum Lines {
    /// The message, preceded by its level unless that is INFO.
    ForPeople { lang: Lang, polish: PolishEvent },
    /// One line of JSON: `timestamp`, `level`, `run_id`, `tags` (if there are any), `event`, the
    /// event's own fields, `message`.
    ForMachines { identity: Identity },
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let level = *event.metadata().level();
        match self {
            Self::ForPeople { lang, polish } => {
                let screen = Screen::of(&io::stderr(), *lang);
                let wants_polish = *lang == Lang::Pl && screen.reader == Reader::Person;
                let said = wants_polish.then(|| in_polish(event, *polish)).flatten();
                // A message that has no translation, and every line of a log.
                let (text, lang) =
                    said.map_or_else(|| (in_english(event), Lang::En), |said| (said, Lang::Pl));
                writer.write_str(&log_line(Screen { lang, ..screen }, level, &text))
            }
            Self::ForMachines { identity } => {
                let mut fields = Fields::default();
                fields.put("timestamp", rfc3339(Timestamp::now()));
                fields.put("level", level.as_str().to_lowercase());
                fields.put("run_id", identity.run_id.as_str());
                if !identity.tags.is_empty() {
                    let tags = identity
                        .tags
                        .iter()
                        .map(|(key, value)| (key.to_owned(), value.into()));
                    fields.put("tags", Value::Object(tags.collect()));
                }
                event.record(&mut fields);
                writeln!(writer, "{}", Value::Object(fields.map))
            }
        }
    }
}

/// Lays out a message as a line, preceded by its level unless that is INFO. Further lines are
/// indented: a text from outside cannot begin a line of its own.
pub(super) fn log_line(screen: Screen, level: Level, message: &str) -> String {
    let message = printable(message);
    let mut lines = message.lines();
    let (word, tone) = in_front(screen.lang, level);
    let word = match word {
        "" => String::new(),
        word => screen.toned(tone, word) + " ",
    };
    let first = lines.next().unwrap_or_default();
    let mut text = screen.line(0, 2, &format!("{word}{first}"));
    for line in lines {
        text.push_str(&screen.line(2, 4, line.trim_start()));
    }
    text
}

/// Off a terminal the words are English: logs are.
fn in_front(lang: Lang, level: Level) -> (&'static str, Tone) {
    match (level, lang) {
        (Level::ERROR, Lang::En) => ("error:", Tone::Bad),
        (Level::ERROR, Lang::Pl) => ("błąd:", Tone::Bad),
        (Level::WARN, Lang::En) => ("warning:", Tone::Look),
        (Level::WARN, Lang::Pl) => ("uwaga:", Tone::Look),
        (Level::DEBUG, _) => ("debug:", Tone::Plain),
        (Level::TRACE, _) => ("trace:", Tone::Plain),
        _ => ("", Tone::Plain),
    }
}

pub(super) fn in_english(event: &Event<'_>) -> String {
    let mut message = Message(String::new());
    event.record(&mut message);
    message.0
}

/// Returns the event's own Polish, or the one that is made of its fields.
pub(super) fn in_polish(event: &Event<'_>, polish: PolishEvent) -> Option<String> {
    let mut fields = Fields::default();
    event.record(&mut fields);
    let own = fields.polish.take();
    own.or_else(|| {
        let name = fields.map.get("event").and_then(Value::as_str)?;
        polish(name, &fields.map)
    })
}

/// Returns the event's name.
pub(super) fn name(event: &Event<'_>) -> String {
    let mut fields = Fields::default();
    event.record(&mut fields);
    let name = fields.map.get("event").and_then(Value::as_str);
    name.unwrap_or_default().to_owned()
}

/// The message alone, which is English.
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

#[derive(Default)]
struct Fields {
    map: Map<String, Value>,
    /// The event's own Polish, which no machine needs.
    polish: Option<String>,
}

impl Fields {
    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.map.insert(name.to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.put(field.name(), printable(&format!("{value:?}")).into_owned());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == POLISH {
            self.polish = Some(value.to_owned());
            return;
        }
        // The summary is already JSON.
        let summary = (field.name() == "summary").then(|| serde_json::from_str(value).ok());
        self.put(
            field.name(),
            summary.flatten().unwrap_or_else(|| Value::from(printable(value))),
        );
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field.name(), value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field.name(), value);
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.put(field.name(), u64::try_from(value).unwrap_or(u64::MAX));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), value);
    }
}
