//! An input that was opened, read for the first time and matched with what the user asked for: where `run` and
//! `check` start alike.

use std::io::Read;

use super::Failure;
use crate::config::ReadingSettings;
use crate::model::{Layout, clean};
use crate::read::{EncodingFrom, FirstRead, Rows, Source};

/// Ready for the second read.
pub(crate) struct Opened {
    pub(crate) first: FirstRead,
    pub(crate) layout: Layout,
    pub(crate) rows: Rows<Box<dyn Read + Send>>,
}

impl Opened {
    /// Opens the input, reads it once (a stream: its beginning), and finds the columns.
    pub(crate) fn open(settings: &mut ReadingSettings) -> Result<Self, Failure> {
        let fault = |error| Failure::input(error, &settings.input);
        let mut source = Source::open(&settings.input).map_err(fault)?;
        let (first, input): (FirstRead, Box<dyn Read + Send>) = if matches!(source, Source::Stdin(_)) {
            let (first, stream) = FirstRead::of_stream(source, settings.options).map_err(fault)?;
            (first, Box::new(stream))
        } else {
            let first = FirstRead::of_file(&mut source, settings.options).map_err(fault)?;
            source.rewind().map_err(fault)?;
            (first, Box::new(source))
        };
        let layout = first.columns.resolve(&settings.wanted).map_err(fault)?;
        if layout.survey.is_none()
            && settings.plan.survey.is_none()
            && let Some(survey) = settings.fallback_survey
        {
            settings.plan.survey = Some(survey.to_owned());
            settings.survey_from = format!("survey {survey} (the sandbox's)");
        }
        if layout.survey.is_none() && settings.plan.survey.is_none() {
            return Err(Failure::usage(anyhow::anyhow!(
                "no survey: give `--survey ID` for all rows, or name the column that holds it with `--survey-column`"
            )));
        }
        let rows = Rows::new(input, &first).map_err(fault)?;
        Ok(Self { first, layout, rows })
    }

    /// What was found of the input's form, and what goes where, a line each.
    pub(crate) fn form(&self, settings: &ReadingSettings) -> Vec<String> {
        let first = &self.first;
        let from = match first.encoding_from {
            EncodingFrom::Flag => " (given)",
            EncodingFrom::ByteOrderMark => " (byte order mark)",
            EncodingFrom::Bytes => "",
            EncodingFrom::Guess => " (guessed)",
        };
        let sample = first
            .sample
            .as_ref()
            .map(|sample| format!(", e.g. `{sample}`"))
            .unwrap_or_default();
        let given = if first.delimiter_given {
            "given"
        } else {
            "the records agree on it"
        };
        let name = |column: usize| clean(first.columns.name(column));
        let mut labels: Vec<String> = self
            .layout
            .labels
            .iter()
            .map(|(label, column)| format!("{label} ← `{}`", name(*column)))
            .collect();
        labels.insert(0, format!("respondent ← `{}`", name(self.layout.respondent)));
        let mut lines = vec![
            format!(
                "encoding {}{from}{sample}; delimiter {} ({given})",
                first.encoding.name(),
                first.delimiter
            ),
            format!("{} (mapping from {})", labels.join(", "), settings.mapping_from),
            match self.layout.survey {
                Some(column) => format!(
                    "survey from column `{}`{}",
                    name(column),
                    settings
                        .plan
                        .survey
                        .as_ref()
                        .map(|_| format!(", where blank {}", settings.survey_from))
                        .unwrap_or_default()
                ),
                None => settings.survey_from.clone(),
            },
        ];
        let unused = first.columns.unused(&self.layout);
        if !unused.is_empty() {
            let names: Vec<String> = unused.iter().map(|name| format!("`{}`", clean(name))).collect();
            lines.push(format!("never sent: {}", names.join(", ")));
        }
        lines
    }
}
