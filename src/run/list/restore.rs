//! Decides which labels of a run get their old values back: those that still are what it sent.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::changes::{AllChanges, Line};
use super::texts::ListedTexts;
use crate::model::{Digits, Label, Status, is_blank, label_digest};
use crate::plan::{BLANK_MARK, Member, Members};
use crate::record::{RestoreFile, VerifiedFile, VerifiedLine};
use crate::run::Failure;
use crate::run::prepare::input::tables::members;
use crate::run::results::{RESPONDENT, STATUS, each_result};

/// No run has set the label, or it was decided about.
const SETTLED: u64 = u64::MAX;

/// The state of a label that is not what the run has sent.
const NOT_RESTORED: &str = "not_restored";

/// The files of an undoing, and what it may do.
pub(in crate::run) struct Restoring<'a> {
    /// What the run and its rounds have changed.
    pub(in crate::run) undo: &'a [PathBuf],
    /// The results of the run, if it has come to its end.
    pub(in crate::run) results: Option<&'a Path>,
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

impl Restoring<'_> {
    /// Decides about each label, and writes those that are put back, and those that are not.
    pub(in crate::run) fn decide(&self) -> Result<Restored, Failure> {
        if let Some((_, refused)) = self.files {
            // That of an earlier undoing.
            VerifiedFile::remove(refused);
        }
        let now = members::read(self.table, false, None)?.members;
        let mut changes = AllChanges::open(self.undo)?;
        let labels = changes.labels.clone();
        let unsure = Unsure::read(self.results, &now)?;
        let mut sent = Sent::read(&mut changes, &now, &unsure)?;
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
        changes.each(|line| deciding.line(line, &now, &mut sent))?;
        deciding.finish()
    }
}

/// The respondents of whom it is not known which of their rows was applied last.
enum Unsure {
    All,
    These(Vec<bool>),
}

impl Unsure {
    fn read(results: Option<&Path>, now: &Members) -> Result<Self, Failure> {
        let Some(results) = results else {
            return Ok(Self::All);
        };
        let mut these = vec![false; usize::try_from(now.len()).unwrap_or_default()];
        each_result(results, false, |result, _| {
            let cell = |column| result.fields.get(column).unwrap_or_default();
            let failed = [Status::Failed, Status::Unconfirmed].map(Status::name);
            let member = Digits::new(cell(RESPONDENT)).and_then(|id| now.find(id));
            let place = member
                .filter(|_| failed.contains(&cell(STATUS)))
                .map(Member::place);
            if let Some(unsure) = place.and_then(|place| these.get_mut(place)) {
                *unsure = true;
            }
        })
        .map_err(Failure::usage)?;
        Ok(Self::These(these))
    }

    fn has(&self, member: Member<'_>) -> bool {
        match self {
            Self::All => true,
            Self::These(these) => these.get(member.place()).copied().unwrap_or_default(),
        }
    }
}

/// The digests of what the run has sent of each label.
struct Sent {
    labels: Vec<Label>,
    /// What it sent last.
    last: Vec<u64>,
    /// What it sent before that, of respondents of whom it is not known which row was applied last.
    earlier: HashMap<usize, Vec<u64>>,
}

impl Sent {
    fn read(changes: &mut AllChanges, now: &Members, unsure: &Unsure) -> Result<Self, Failure> {
        let members = usize::try_from(now.len()).unwrap_or_default();
        let labels = changes.labels.clone();
        let mut sent = Self {
            last: vec![SETTLED; members * labels.len()],
            earlier: HashMap::new(),
            labels,
        };
        changes.each(|line| {
            let Some(member) = Digits::new(line.respondent).and_then(|id| now.find(id)) else {
                return Ok(());
            };
            for (label, _, new) in &line.changes {
                let Some(place) = sent.place(member, *label) else {
                    continue;
                };
                let before = sent.replace(place, label_digest(new));
                if before != SETTLED && unsure.has(member) {
                    sent.earlier.entry(place).or_default().push(before);
                }
            }
            Ok(())
        })?;
        Ok(sent)
    }

    fn place(&self, member: Member<'_>, label: Label) -> Option<usize> {
        let at = self.labels.iter().position(|other| *other == label)?;
        Some(member.place() * self.labels.len() + at)
    }

    /// Replaces the digest of what was sent last, and returns it.
    fn replace(&mut self, place: usize, digest: u64) -> u64 {
        let found = self.last.get_mut(place);
        found.map_or(SETTLED, |found| std::mem::replace(found, digest))
    }

    /// Whether the label is what the run has sent; `None` if it was decided about. It is decided now.
    fn settle(&mut self, member: Member<'_>, label: Label, is: u64) -> Option<bool> {
        let place = self.place(member, label)?;
        let last = self.replace(place, SETTLED);
        let earlier = self.earlier.get(&place);
        let is_earlier = earlier.is_some_and(|earlier| earlier.contains(&is));
        (last != SETTLED).then_some(is == last || is_earlier)
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
    fn line(&mut self, line: &Line<'_>, now: &Members, sent: &mut Sent) -> Result<(), Failure> {
        let Some(member) = Digits::new(line.respondent).and_then(|id| now.find(id)) else {
            for (label, _, new) in &line.changes {
                self.refuse(line, *label, (new, ""))?;
            }
            return Ok(());
        };
        let mut values = vec![String::new(); self.labels.len()];
        for (label, old, new) in &line.changes {
            let Some(is) = member.digest(*label) else {
                continue;
            };
            let Some(is_sent) = sent.settle(member, *label, is) else {
                continue;
            };
            let is_old = is == label_digest(old);
            if !is_sent && is_old && !self.how.may_be_late {
                self.restored.as_before += 1;
            } else if !is_sent && !is_old || *old == BLANK_MARK {
                let listed = self.listed(member, line.respondent, *label)?;
                self.refuse(line, *label, (new, &listed))?;
            } else if let Some(value) = self.restoring(old, is_sent) {
                let at = self.labels.iter().position(|other| other == label);
                if let Some(found) = at.and_then(|at| values.get_mut(at)) {
                    value.clone_into(found);
                }
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

    /// Returns the cell that puts a value back, and counts it; `None` if a blank one may not be sent.
    fn restoring<'v>(&mut self, old: &'v str, is_sent: bool) -> Option<&'v str> {
        if !is_blank(old) {
            self.restored.labels += 1;
            return Some(old);
        }
        if self.how.blanks {
            self.restored.labels += 1;
            return Some(BLANK_MARK);
        }
        let count = if is_sent {
            &mut self.restored.left_filled
        } else {
            &mut self.restored.as_before
        };
        *count += 1;
        None
    }

    /// Returns what the list has of a label.
    fn listed(&mut self, member: Member<'_>, id: &str, label: Label) -> Result<String, Failure> {
        let listed = self.texts.of(member, id)?;
        let place = self.texts.labels().position(|other| other == label);
        let found = place.and_then(|place| listed.into_iter().nth(place));
        Ok(found.unwrap_or_default())
    }

    fn refuse(&mut self, line: &Line<'_>, label: Label, (sent, listed): (&str, &str)) -> Result<(), Failure> {
        self.restored.changed_since += 1;
        let Some((_, path)) = self.how.files else {
            return Ok(());
        };
        let file = match &mut self.refused {
            Some(file) => file,
            none => none.insert(VerifiedFile::begin(path).map_err(Failure::output)?),
        };
        let label = label.to_string();
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
