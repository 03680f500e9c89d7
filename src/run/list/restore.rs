//! Decides which labels of a run get their old values back: those that still are what it sent.

use std::path::Path;

use super::texts::ListedTexts;
use crate::model::{Digits, Label, Message, Row, label_digest};
use crate::plan::{BLANK_MARK, Member, Members};
use crate::read::{Columns, Purpose, ReadOptions};
use crate::record::{RestoreFile, VerifiedFile, VerifiedLine, undo_columns};
use crate::run::Failure;
use crate::run::prepare::input::tables::id_table::{broken, refused};
use crate::run::prepare::input::tables::members;
use crate::run::prepare::input::tables::side_file::SideFile;

/// No run has set the label, or it was decided about.
const SETTLED: u64 = u64::MAX;

/// The state of a label that is not what the run has sent.
const NOT_RESTORED: &str = "not_restored";

/// The files of an undoing, and what it may do.
pub(in crate::run) struct Restoring<'a> {
    /// What the run has changed.
    pub(in crate::run) undo: &'a Path,
    /// The list as it is now.
    pub(in crate::run) table: &'a Path,
    /// Where the labels are written that are put back, and those that are not; `None` if nothing is to be
    /// written.
    pub(in crate::run) files: Option<(&'a Path, &'a Path)>,
    /// Whether labels are blanked that were blank before.
    pub(in crate::run) blanks: bool,
    /// Whether what the run has sent may not be visible yet. A label that still has its old value is
    /// then set to it once more, as it may change by itself.
    pub(in crate::run) may_be_late: bool,
}

/// What an undoing does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::run) struct Restored {
    /// Labels that get their old values.
    pub(in crate::run) labels: u64,
    /// Respondents with such labels.
    pub(in crate::run) contacts: u64,
    /// Labels that are as before already.
    pub(in crate::run) as_before: u64,
    /// Labels that were changed since, and are left as they are.
    pub(in crate::run) changed_since: u64,
    /// Labels that were blank before, and keep what the run has sent.
    pub(in crate::run) left_filled: u64,
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
struct Line<'a> {
    row: u64,
    respondent: &'a str,
    survey: &'a str,
    /// The place of each label that was changed, with the value before and after.
    changes: Vec<(usize, &'a str, &'a str)>,
}

impl Changes {
    fn open(path: &Path) -> Result<Self, Failure> {
        let fault = |error| refused(path, error);
        let options = ReadOptions {
            encoding: "utf-8".parse().ok(),
            delimiter: ",".parse().ok(),
            ..ReadOptions::default()
        };
        let file = SideFile::open(path, options, None, |_| Ok(())).map_err(fault)?;
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
        let changes = labels.iter().enumerate().filter_map(|(at, (_, [old, new]))| {
            let (old, new) = (cell(*old), cell(*new));
            (!old.is_empty() || !new.is_empty()).then_some((at, old, new))
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

/// Returns the survey of a file of changes, and the numbers of its labels.
///
/// # Errors
///
/// If the file cannot be read, or if it is of several surveys.
pub(in crate::run) fn survey_and_labels(undo: &Path) -> Result<(String, Vec<usize>), Failure> {
    let mut changes = Changes::open(undo)?;
    let labels = changes.labels.iter().map(|(label, _)| label.number()).collect();
    let mut survey: Option<String> = None;
    changes.each(undo, |line| {
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

impl Restoring<'_> {
    /// Decides about each label, and writes those that are put back, and those that are not.
    pub(in crate::run) fn decide(&self) -> Result<Restored, Failure> {
        let now = members::read(self.table, false, None)?.members;
        let mut changes = Changes::open(self.undo)?;
        let labels: Vec<Label> = changes.labels.iter().map(|(label, _)| *label).collect();
        let mut last = LastSent::read(&mut changes, self.undo, &now)?;
        let mut deciding = Deciding {
            how: self,
            restored: Restored::default(),
            restore: self
                .files
                .map(|(input, _)| RestoreFile::begin(input, &labels))
                .transpose()
                .map_err(Failure::output)?,
            texts: ListedTexts::open(self.table)?,
            refused: None,
            labels: &labels,
        };
        changes.each(self.undo, |line| deciding.line(line, &now, &mut last))?;
        deciding.finish()
    }
}

/// The digest of what the run has sent last of each label.
struct LastSent {
    labels: usize,
    digests: Vec<u64>,
}

impl LastSent {
    fn read(changes: &mut Changes, path: &Path, now: &Members) -> Result<Self, Failure> {
        let members = usize::try_from(now.len()).unwrap_or_default();
        let labels = changes.labels.len();
        let mut last = Self {
            labels,
            digests: vec![SETTLED; members * labels],
        };
        changes.each(path, |line| {
            if let Some(member) = Digits::new(line.respondent).and_then(|id| now.find(id)) {
                for (at, _, new) in &line.changes {
                    last.replace(member, *at, label_digest(new));
                }
            }
            Ok(())
        })?;
        Ok(last)
    }

    /// Replaces the digest of a label, and returns the one that it had.
    fn replace(&mut self, member: Member<'_>, at: usize, digest: u64) -> u64 {
        let place = member.place() * self.labels + at;
        let found = self.digests.get_mut(place);
        found.map_or(SETTLED, |found| std::mem::replace(found, digest))
    }
}

/// The decisions so far.
struct Deciding<'a> {
    how: &'a Restoring<'a>,
    restored: Restored,
    restore: Option<RestoreFile>,
    texts: ListedTexts,
    /// Begun with its first line.
    refused: Option<VerifiedFile>,
    labels: &'a [Label],
}

impl Deciding<'_> {
    /// Decides about the labels of a line that were not decided about: the first line of a respondent has
    /// the value before the run.
    fn line(&mut self, line: &Line<'_>, now: &Members, last: &mut LastSent) -> Result<(), Failure> {
        let Some(member) = Digits::new(line.respondent).and_then(|id| now.find(id)) else {
            for (at, _, new) in &line.changes {
                self.refuse(line, *at, (new, ""))?;
            }
            return Ok(());
        };
        let mut values = vec![String::new(); self.labels.len()];
        for (at, old, new) in &line.changes {
            let (Some(label), Some(value)) = (self.labels.get(*at), values.get_mut(*at)) else {
                continue;
            };
            let sent = last.replace(member, *at, SETTLED);
            let Some(is) = member.digest(*label).filter(|_| sent != SETTLED) else {
                continue;
            };
            let was = label_digest(old);
            if is != sent && is == was && !self.how.may_be_late {
                self.restored.as_before += 1;
            } else if is != sent && is != was || *old == BLANK_MARK {
                let listed = self.texts.of(member, line.respondent)?;
                let place = self.texts.labels().position(|other| other == *label);
                let listed = place.and_then(|place| listed.get(place)).cloned();
                self.refuse(line, *at, (new, &listed.unwrap_or_default()))?;
            } else if !old.is_empty() {
                self.restored.labels += 1;
                (*old).clone_into(value);
            } else if self.how.blanks {
                self.restored.labels += 1;
                BLANK_MARK.clone_into(value);
            } else if is == sent {
                self.restored.left_filled += 1;
            } else {
                self.restored.as_before += 1;
            }
        }
        if values.iter().all(String::is_empty) {
            return Ok(());
        }
        self.restored.contacts += 1;
        let Some(restore) = &mut self.restore else {
            return Ok(());
        };
        restore
            .push((line.respondent, line.survey), &values)
            .map_err(Failure::output)
    }

    fn refuse(&mut self, line: &Line<'_>, at: usize, (sent, listed): (&str, &str)) -> Result<(), Failure> {
        self.restored.changed_since += 1;
        let Some((_, path)) = self.how.files else {
            return Ok(());
        };
        let file = match &mut self.refused {
            Some(file) => file,
            none => none.insert(VerifiedFile::begin(path).map_err(Failure::output)?),
        };
        let label = self.labels.get(at).map(ToString::to_string).unwrap_or_default();
        let written = VerifiedLine {
            row: line.row,
            respondent: line.respondent,
            survey: line.survey,
            label: &label,
            state: NOT_RESTORED,
            sent,
            listed,
        };
        file.push(written).map_err(Failure::output)
    }

    fn finish(self) -> Result<Restored, Failure> {
        if let Some(restore) = self.restore {
            restore.finish().map_err(Failure::output)?;
        }
        if let Some(refused) = self.refused {
            refused.finish().map_err(Failure::output)?;
        }
        Ok(self.restored)
    }
}
