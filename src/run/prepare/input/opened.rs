//! Opens an input, reads it for the first time and matches it with what the user asked for. `run`
//! and `check` both begin here.

use std::io::Read;
use std::sync::Arc;

use super::tables::exclude_list;
use super::tables::id_table::{self, FoundTable};
use super::tables::members::{self, FoundList};
use crate::config::{ReadingSettings, SurveySettings};
use crate::model::{Fields, Layout, Plan, Row, UpdateRespondent, clean, quoted};
use crate::plan::{DifferingRows, DifferingRowsPass, LastRowsPass, PlanSettings, Planner};
use crate::read::{
    Container, Contents, FirstRead, Input, InputError, Purpose, ReadOptions, Rows, Source, SurveyColumn,
    Workbook,
};
use crate::report::ExitCode;
use crate::run::Failure;
use crate::text::{Message, fault_text};

/// An input that is ready for its second read.
pub(crate) struct OpenedInput {
    pub(crate) container: Container,
    pub(crate) first: FirstRead,
    pub(crate) layout: Layout,
    /// The table of `--ids`, if one was given.
    pub(crate) table: Option<FoundTable>,
    /// The digest of the list of `--exclude`, if one was given.
    pub(crate) excluded: Option<u128>,
    /// How rows are planned.
    pub(crate) plan: PlanSettings,
    /// Where the survey comes from, for the start line.
    pub(crate) survey_from: Message,
    /// Lines above the header.
    skip_lines: u64,
    source: Source,
    /// A stream whose beginning was read. It can be used once.
    stream: Option<Box<dyn Read + Send>>,
}

impl OpenedInput {
    /// Opens the input, reads it once (of a stream only the beginning), and finds the columns.
    /// `max_query_bytes` is the maximum length of a query, if commands travel in one.
    pub(crate) fn open(settings: &ReadingSettings, max_query_bytes: Option<usize>) -> Result<Self, Failure> {
        let input = settings.input.clone();
        let fault = |error| Failure::input(error, &input);
        if input == Input::Stdin && (settings.only_last || settings.refuses_differing) {
            let only_last = settings.only_last;
            return Err(Failure::usage(Message::new(|words| {
                words.duplicates_need_a_file(only_last)
            })));
        }
        let mut source = Source::open(&settings.input).map_err(fault)?;
        let skip_lines = match &settings.round {
            Some(_) => lines_above_header(&mut source, settings),
            None => settings.options.skip_lines,
        };
        let Contents { container, bytes } = source
            .contents(settings.sheet.as_deref(), skip_lines)
            .map_err(fault)?;
        let fault = |error| in_container(error, &input, &container, settings.sheet.is_some());
        let options = ReadOptions {
            skip_lines,
            ..settings.options
        };
        let options = container.options(options).map_err(fault)?;
        let (first, stream) = if source.is_stdin() {
            let (first, stream) = FirstRead::of_stream(bytes, options).map_err(fault)?;
            (first, Some(stream))
        } else {
            let first = source.settle(FirstRead::of_file(bytes, options));
            (first.map_err(fault)?, None)
        };
        let layout = first.columns.resolve(&settings.wanted).map_err(fault);
        let mut layout = layout.map_err(|failure| with_missing_survey(failure, settings, &first))?;
        if settings.round.is_some() {
            // The results of a round say which row of the run each row was.
            layout.kept.splice(0..0, first.columns.row_of_run());
        }
        let (survey, survey_from) = settled_survey(&settings.survey, &layout)?;
        let mut excluded = match &settings.exclude {
            Some(path) => Some(exclude_list::read(path, settings)?),
            None => None,
        };
        let list_of_excluded = excluded.as_mut().map(|found| &mut found.list);
        let (members, table) = match (&settings.members, &settings.ids) {
            (Some(list), ids) => {
                let FoundList { members, table } = members::read(list, ids.is_some(), list_of_excluded)?;
                (Some(members), table)
            }
            (None, Some(ids)) => {
                let encoding = settings.options.encoding;
                let table = id_table::read(ids, &settings.wanted.survey, encoding, list_of_excluded)?;
                (None, Some(table))
            }
            (None, None) => (None, None),
        };
        let digest_of_list = excluded.as_ref().map(|found| found.digest);
        let mut opened = Self {
            container,
            first,
            layout,
            plan: PlanSettings {
                policy: settings.plan.clone(),
                max_query_bytes,
                survey,
                table: table.as_ref().map(|found| Arc::clone(&found.table)),
                members,
                believed: Vec::new(),
                last_rows: None,
                differing: None,
                overtaken: None,
                excluded: excluded.map(|found| Arc::new(found.list)),
                fault_text: fault_text(settings.lang),
            },
            excluded: digest_of_list,
            table,
            survey_from,
            skip_lines,
            source,
            stream: stream.map(|stream| Box::new(stream) as Box<dyn Read + Send>),
        };
        if settings.only_last {
            opened.plan.last_rows = Some(Arc::new(opened.last_rows(settings)?.finish()));
        } else if settings.refuses_differing {
            let differing = opened.differing_rows(settings)?;
            opened.plan.differing = Some(Arc::new(differing)).filter(|differing| !differing.is_empty());
        }
        Ok(opened)
    }

    /// Returns all data rows. A file can be read any number of times; each read yields the rows of
    /// the first one or an error.
    pub(crate) fn rows(&mut self, settings: &ReadingSettings) -> Result<Rows<Box<dyn Read + Send>>, Failure> {
        let fault = |error| Failure::input(error, &settings.input);
        let skip_lines = self.skip_lines;
        let again = |source: &mut Source| {
            let contents = source.contents(settings.sheet.as_deref(), skip_lines);
            contents.map(|contents| contents.bytes).map_err(fault)
        };
        let bytes = match self.stream.take() {
            Some(stream) => stream,
            None => again(&mut self.source)?,
        };
        Rows::new(bytes, &self.first).map_err(fault)
    }

    /// Passes every row of a file to `see`, with a planner, until `see` returns `false`.
    pub(crate) fn each_row(
        &mut self,
        settings: &ReadingSettings,
        plan: PlanSettings,
        mut see: impl FnMut(&Row<'_>, &mut Planner) -> Result<bool, Failure>,
    ) -> Result<(), Failure> {
        let mut planner = Planner::new(plan, self.layout.clone());
        let fault = |error| Failure::input(error, &settings.input);
        let mut rows = self.rows(settings)?;
        while let Some(row) = rows.next().map_err(fault)? {
            if !see(&row, &mut planner)? {
                return Ok(());
            }
        }
        rows.finish().map(drop).map_err(fault)
    }

    /// Passes every row that would be sent to `see`, with its command.
    pub(crate) fn each_command(
        &mut self,
        settings: &ReadingSettings,
        plan: PlanSettings,
        mut see: impl FnMut(&Row<'_>, &UpdateRespondent) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.each_row(settings, plan, |row, planner| {
            if let Plan::Send(update) = planner.plan(row) {
                see(row, &update)?;
            }
            Ok(true)
        })
    }

    /// Makes the pass for several rows of one respondent: plans every row.
    fn last_rows(&mut self, settings: &ReadingSettings) -> Result<LastRowsPass, Failure> {
        let mut pass = LastRowsPass::new(self.first.totals.map_or(0, |totals| totals.rows));
        let place = self.row_of_run().filter(|_| settings.round.is_some());
        self.each_command(settings, self.plan.of_all_rows(), |row, update| {
            pass.note(row.sequence, number(&row.fields, place), update);
            Ok(())
        })?;
        Ok(pass)
    }

    /// Makes the pass for respondents whose rows differ: plans every row.
    fn differing_rows(&mut self, settings: &ReadingSettings) -> Result<DifferingRows, Failure> {
        let mut pass = DifferingRowsPass::default();
        self.each_command(settings, self.plan.of_all_rows(), |_, update| {
            pass.note(update);
            Ok(())
        })?;
        Ok(pass.finish())
    }

    /// The column of a failed file that has the row of its run.
    pub(crate) fn row_of_run(&self) -> Option<usize> {
        self.first.columns.row_of_run()
    }

    /// The column of a failed file that says what to do with a row.
    pub(crate) fn action_column(&self) -> Option<usize> {
        self.first.columns.action()
    }

    /// Number of data rows, if they were counted.
    pub(crate) fn known_rows(&self) -> Option<u64> {
        self.first.totals.map(|totals| totals.rows)
    }

    /// Whether the input is a file, which can be read before the first call.
    pub(crate) fn is_file(&self) -> bool {
        self.first.totals.is_some()
    }
}

/// Returns how many lines stand above the header of a failed file: as many as in the run's input, or
/// none if somebody has taken them out.
fn lines_above_header(source: &mut Source, settings: &ReadingSettings) -> u64 {
    let asked = settings.options.skip_lines;
    let mut has_header = |skip_lines| {
        let contents = source.contents(settings.sheet.as_deref(), skip_lines).ok()?;
        let options = ReadOptions {
            skip_lines,
            ..settings.options
        };
        let options = contents.container.options(options).ok()?;
        let first = FirstRead::of_file(contents.bytes, options).ok()?;
        first.columns.row_of_run()
    };
    if asked > 0 && has_header(asked).is_none() && has_header(0).is_some() {
        return 0;
    }
    asked
}

/// Returns the number in a column. 0 if there is none.
pub(in crate::run) fn number(fields: &Fields<'_>, column: Option<usize>) -> u64 {
    let cell = column.and_then(|column| fields.get(column));
    cell.and_then(|cell| cell.trim().parse().ok()).unwrap_or_default()
}

/// Puts the input's name in front of the error, and the sheet's name if the workbook has several.
/// The first sheet may be a cover without rows; then the fault is not "nothing to send".
pub(in crate::run) fn in_container(
    error: InputError,
    input: &Input,
    container: &Container,
    chosen: bool,
) -> Failure {
    let Container::Workbook(Workbook { sheet, others }) = container else {
        return Failure::input(error, input);
    };
    if others.is_empty() {
        return Failure::input(error, input);
    }
    let (input, sheet, others) = (input.to_string(), clean(sheet), quoted(others));
    let name = Message::new(|words| words.sheet_of(&input, &sheet, &others));
    let failure = Failure::input_called(error, &name);
    match failure.code {
        ExitCode::NoRows if !chosen => Failure {
            code: ExitCode::Input,
            ..failure
        },
        _ => failure,
    }
}

/// Adds a missing survey to faults of the header, so that both are reported at once.
fn with_missing_survey(failure: Failure, settings: &ReadingSettings, first: &FirstRead) -> Failure {
    let survey = &settings.survey;
    let has_column = match settings.wanted.survey {
        // Its own fault is among the others.
        SurveyColumn::Named(_) => true,
        SurveyColumn::IfPresent(name) => {
            matches!(first.columns.find(name, Purpose::Survey), Ok(Some(_)))
        }
    };
    if survey.given.is_some() || survey.fallback.is_some() || has_column {
        return failure;
    }
    let all = [
        Message::from_error(failure.error),
        Message::new(|words| words.no_survey()),
    ];
    Failure {
        code: failure.code,
        error: Message::join(&all, |_, all| all.join("\n")).into(),
    }
}

/// Returns the survey for rows without one, and where it comes from.
fn settled_survey(settings: &SurveySettings, layout: &Layout) -> Result<(Option<String>, Message), Failure> {
    if layout.survey.is_some() || settings.given.is_some() {
        return Ok((settings.given.clone(), settings.from.clone()));
    }
    let Some(survey) = settings.fallback else {
        return Err(Failure::usage(Message::new(|words| words.no_survey())));
    };
    Ok((
        Some(survey.to_owned()),
        Message::new(|words| words.survey_of_sandbox(survey)),
    ))
}
