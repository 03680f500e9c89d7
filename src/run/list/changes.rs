//! Reads what a run and its retry rounds have changed, line by line, in the order in which it was sent.

use std::path::{Path, PathBuf};

use crate::model::{Label, Message, Row};
use crate::read::{Columns, Purpose};
use crate::record::undo_columns;
use crate::run::Failure;
use crate::run::prepare::input::tables::id_table::{broken, refused};
use crate::run::prepare::input::tables::members;
use crate::run::prepare::input::tables::side_file::SideFile;

/// The files of changes of a run and of its rounds.
pub(super) struct AllChanges {
    files: Vec<(PathBuf, Changes)>,
    /// The labels of all files.
    pub(super) labels: Vec<Label>,
}

impl AllChanges {
    pub(super) fn open(paths: &[PathBuf]) -> Result<Self, Failure> {
        let opened = paths.iter().map(|path| Ok((path.clone(), Changes::open(path)?)));
        let files: Vec<(PathBuf, Changes)> = opened.collect::<Result<_, Failure>>()?;
        let has = |label: &Label| {
            let mut labels = files.iter().flat_map(|(_, changes)| &changes.labels);
            labels.any(|(other, _)| other == label)
        };
        Ok(Self {
            labels: Label::all().filter(has).collect(),
            files,
        })
    }

    /// Passes every line to `see`, in the order of the run and its rounds.
    pub(super) fn each(
        &mut self,
        mut see: impl FnMut(&Line<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut files = self.files.iter_mut();
        files.try_for_each(|(path, changes)| changes.each(path, &mut see))
    }
}

/// A file of changes that is open.
struct Changes {
    file: SideFile,
    respondent: usize,
    survey: usize,
    /// Each label with its columns: before, and after.
    labels: Vec<(Label, [usize; 2])>,
}

/// One line of it.
pub(super) struct Line<'a> {
    pub(super) row: u64,
    pub(super) respondent: &'a str,
    pub(super) survey: &'a str,
    /// Each label that was changed, with the value before and after.
    pub(super) changes: Vec<(Label, &'a str, &'a str)>,
}

impl Changes {
    fn open(path: &Path) -> Result<Self, Failure> {
        let fault = |error| refused(path, error);
        let file = members::open(path)?;
        let columns = &file.first.columns;
        let find = |name, purpose| {
            let found = columns.require(name, purpose, "undo");
            found.map_err(|error| fault(columns.refuse(vec![error])))
        };
        Ok(Self {
            respondent: find("id_respondent", Purpose::Respondent)?,
            survey: find("id_survey", Purpose::Survey)?,
            labels: Label::all()
                .filter_map(|label| columns_of(columns, label))
                .collect(),
            file,
        })
    }

    /// Passes every line to `see`, in the order of the run.
    fn each(
        &mut self,
        path: &Path,
        mut see: impl FnMut(&Line<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut rows = self.file.rows().map_err(|error| refused(path, error))?;
        while let Some(row) = rows.next().map_err(|error| refused(path, error))? {
            if let Some(fault) = &row.fault {
                return Err(broken(path, row.position, fault));
            }
            see(&Line::new(&row, (self.respondent, self.survey), &self.labels))?;
        }
        rows.finish().map(drop).map_err(|error| refused(path, error))
    }
}

impl<'a> Line<'a> {
    fn new(row: &Row<'a>, (respondent, survey): (usize, usize), labels: &[(Label, [usize; 2])]) -> Self {
        let fields = row.fields;
        let cell = |column: usize| fields.get(column).unwrap_or_default();
        let changes = labels.iter().filter_map(|(label, [old, new])| {
            let (old, new) = (cell(*old), cell(*new));
            (!old.is_empty() || !new.is_empty()).then_some((*label, old, new))
        });
        Self {
            row: row.position.row,
            respondent: cell(respondent),
            survey: cell(survey),
            changes: changes.collect(),
        }
    }
}

fn columns_of(columns: &Columns, label: Label) -> Option<(Label, [usize; 2])> {
    let [old, new] = undo_columns(label);
    let find = |name: &str| columns.find(name, Purpose::Label(label)).ok().flatten();
    Some((label, [find(&old)?, find(&new)?]))
}

/// Returns the survey of files of changes, and the numbers of their labels.
///
/// # Errors
///
/// If a file cannot be read, or if they are of several surveys.
pub(in crate::run) fn survey_and_labels(files: &[PathBuf]) -> Result<(String, Vec<usize>), Failure> {
    let mut changes = AllChanges::open(files)?;
    let labels = changes.labels.iter().map(|label| label.number()).collect();
    let mut survey: Option<String> = None;
    changes.each(|line| {
        let first = survey.get_or_insert_with(|| line.survey.to_owned());
        if first.as_str() == line.survey {
            return Ok(());
        }
        let (one, other) = (first.clone(), line.survey.to_owned());
        Err(Failure::usage(Message::new(|words| {
            words.undo_of_other_survey(&one, &other)
        })))
    })?;
    Ok((survey.unwrap_or_default(), labels))
}
