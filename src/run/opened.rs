//! An input that was opened, read for the first time and matched with what the user asked for: where `run` and
//! `check` start alike.

use std::io::Read;

use super::Failure;
use crate::config::ReadingSettings;
use crate::model::Layout;
use crate::read::{Container, Contents, FirstRead, Rows, Source};

/// Ready for the second read.
pub(crate) struct Opened {
    pub(crate) container: Container,
    pub(crate) first: FirstRead,
    pub(crate) layout: Layout,
    pub(crate) rows: Rows<Box<dyn Read + Send>>,
}

impl Opened {
    /// Opens the input, reads it once (a stream: its beginning), and finds the columns.
    pub(crate) fn open(settings: &mut ReadingSettings) -> Result<Self, Failure> {
        let fault = |error| Failure::input(error, &settings.input);
        let mut source = Source::open(&settings.input).map_err(fault)?;
        let sheet = settings.sheet.as_deref();
        let Contents { container, bytes } = source.contents(sheet).map_err(fault)?;
        let options = container.options(settings.options).map_err(fault)?;
        let (first, input): (FirstRead, Box<dyn Read + Send>) = if matches!(source, Source::Stdin) {
            let (first, stream) = FirstRead::of_stream(bytes, options).map_err(fault)?;
            (first, Box::new(stream))
        } else {
            let first = FirstRead::of_file(bytes, options).map_err(fault)?;
            (first, source.contents(sheet).map_err(fault)?.bytes)
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
        Ok(Self {
            container,
            first,
            layout,
            rows,
        })
    }
}
