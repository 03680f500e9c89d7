//! The results file: one line per data row, UTF-8, comma (design, section 3).

use std::path::PathBuf;

use jiff::tz::TimeZone;

use super::error::OutputError;
use super::files::{PartialFile, Replaces};
use super::guard::{guarded, guarded_value};
use super::names;
use crate::model::{ErrorCode, Outcome, clean};

/// The columns that are promised, before the kept ones.
const COLUMNS: [&str; 10] = [
    "row",
    "id_respondent",
    "id_survey",
    "status",
    "error_code",
    "message",
    "http_status",
    "attempts",
    "elapsed_ms",
    "finished_at",
];

/// So much is collected before it is written, unless the file is flushed sooner.
const BUFFER: usize = 256 << 10;

pub(super) struct ResultsFile {
    writer: csv::Writer<PartialFile>,
    path: PathBuf,
    zone: TimeZone,
}

impl ResultsFile {
    pub(super) fn create(file: PartialFile, kept: &[&str]) -> Result<Self, OutputError> {
        let path = names::partial(file.path());
        let writer = csv::WriterBuilder::new()
            .buffer_capacity(BUFFER)
            .from_writer(file);
        let zone = TimeZone::system();
        let mut results = Self { writer, path, zone };
        let header: Vec<String> = COLUMNS
            .iter()
            .map(|name| (*name).to_owned())
            .chain(kept.iter().map(|name| guarded(name).into_owned()))
            .collect();
        let written = results.writer.write_record(header);
        results.checked(written)?;
        results.flush()?;
        Ok(results)
    }

    pub(super) fn write(&mut self, outcome: &Outcome) -> Result<(), OutputError> {
        let written = self.write_fields(outcome);
        self.checked(written)
    }

    fn write_fields(&mut self, outcome: &Outcome) -> csv::Result<()> {
        let row = &outcome.row;
        let finished_at = outcome.finished_at.to_zoned_datetime(self.zone.clone());
        let message = clean(&outcome.message);
        let id = |text: &str| guarded(&clean(text)).into_owned();
        let writer = &mut self.writer;
        writer.write_field(row.position.row.to_string())?;
        writer.write_field(id(row.respondent()))?;
        writer.write_field(id(row.survey()))?;
        writer.write_field(outcome.status.name())?;
        writer.write_field(outcome.error_code.map_or("", ErrorCode::name))?;
        writer.write_field(guarded(&message).as_ref())?;
        writer.write_field(
            outcome
                .http_status
                .map(|status| status.to_string())
                .unwrap_or_default(),
        )?;
        writer.write_field(outcome.attempts.to_string())?;
        writer.write_field(outcome.elapsed.as_millis().to_string())?;
        writer.write_field(finished_at.strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string())?;
        for value in &row.kept {
            writer.write_field(guarded_value(value).as_ref())?;
        }
        writer.write_record(None::<&[u8]>)
    }

    pub(super) fn flush(&mut self) -> Result<(), OutputError> {
        let flushed = self.writer.flush();
        self.checked(flushed.map_err(csv::Error::from))
    }

    pub(super) fn finish(self, replaces: Replaces) -> Result<(), OutputError> {
        let path = self.path;
        let file = self.writer.into_inner().map_err(|error| OutputError::Write {
            path,
            source: error.into_error(),
        })?;
        file.finish(replaces)
    }

    fn checked(&self, written: csv::Result<()>) -> Result<(), OutputError> {
        written.map_err(|error| OutputError::Write {
            path: self.path.clone(),
            source: error.into(),
        })
    }
}
