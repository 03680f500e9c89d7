//! The format of log lines: for people the message alone; for machines an object with the event's
//! name, its fields and the run's id. The names are promised; the manual's table is tested against
//! them.

use std::fmt::{self, Debug};

use jiff::Timestamp;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::model::{printable, rfc3339};

/// The format of all lines.
pub(super) enum Lines {
    /// The message, preceded by its level unless that is INFO.
    ForPeople,
    /// One line of JSON: `timestamp`, `level`, `run_id`, `event`, the event's own fields,
    /// `message`.
    ForMachines { run_id: String },
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
            Self::ForPeople => {
                let mut message = Message(String::new());
                event.record(&mut message);
                // A text from outside cannot begin a line of its own.
                let message = printable(&message.0)
                    .replace('\n', "\n  ")
                    .replace("\n    ", "\n  ");
                writeln!(writer, "{}{message}", in_front(level))
            }
            Self::ForMachines { run_id } => {
                let mut fields = Fields(Map::new());
                fields.put("timestamp", rfc3339(Timestamp::now()));
                fields.put("level", level.as_str().to_lowercase());
                fields.put("run_id", run_id.as_str());
                event.record(&mut fields);
                writeln!(writer, "{}", Value::Object(fields.0))
            }
        }
    }
}

fn in_front(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error: ",
        Level::WARN => "warning: ",
        Level::INFO => "",
        Level::DEBUG => "debug: ",
        Level::TRACE => "trace: ",
    }
}

struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.put(field.name(), printable(&format!("{value:?}")).into_owned());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
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
