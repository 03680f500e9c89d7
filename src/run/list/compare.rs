//! Compares what a run has sent with a mailing list that was read after it, label by label.

use std::path::PathBuf;
use std::sync::Arc;

use super::texts::ListedTexts;
use crate::config::ReadingSettings;
use crate::model::{Digits, Label, Labelled, Status, UpdateRespondent, label_digest};
use crate::plan::{Member, Members};
use crate::record::{VerifiedFile, VerifiedLine};
use crate::report::Verified;
use crate::run::Failure;
use crate::run::prepare::input::opened::OpenedInput;
use crate::run::prepare::input::tables::members;
use crate::run::results::{ROW, STATUS, each_result};
use crate::state::{Delta, Store};

/// What is compared.
pub(super) struct Comparison {
    /// The list as it is now.
    pub(super) table: PathBuf,
    /// The list as it was before the run, if that is known.
    pub(super) before: Option<Arc<Members>>,
    /// The results of the run.
    pub(super) results: PathBuf,
    /// What was sent last of each label, for a run that left labels as they are.
    pub(super) said: Option<Said>,
    /// Where labels are written that were not seen as they were sent.
    pub(super) file: PathBuf,
}

/// What the state knows of single labels, for a run with `--on-conflict keep`.
pub(in crate::run) enum Said {
    Delta(Delta),
    Store(Store),
}

impl Said {
    /// Whether the run has left a label as it was: what it sends, it remembers with what the list had before
    /// (`old`, if that is known). What cannot be read is not left.
    fn was_left(&self, update: &UpdateRespondent, (label, value): (Label, &str), old: Option<u64>) -> bool {
        let last = match self {
            Self::Delta(delta) => delta.said(update, label),
            Self::Store(store) => store.said(update, label),
        };
        let is_sent =
            |last: Labelled| last.said == label_digest(value) && old.is_none_or(|old| old == last.before);
        last.ok().flatten().is_some_and(|last| !is_sent(last))
    }
}

/// What was found.
pub(super) struct Compared {
    pub(super) verified: Verified,
    /// The labels of which a written value was read back.
    pub(super) proven: Vec<Label>,
}

/// What the list has of a label that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    Same,
    Normalised,
    Waiting,
    Different,
}

impl Seen {
    fn name(self) -> &'static str {
        match self {
            Self::Same => "seen",
            Self::Normalised => "normalised",
            Self::Waiting => "waiting",
            Self::Different => "different",
        }
    }
}

/// The state of a label whose respondent is gone.
const NOT_LISTED: &str = "not_listed";

impl Comparison {
    /// Compares every label of the rows that succeeded, but for those that a later row has set again.
    /// Writes the labels that were not seen as they were sent, if there are any.
    pub(super) fn compare(
        &self,
        opened: &mut OpenedInput,
        reading: &ReadingSettings,
    ) -> Result<Compared, Failure> {
        let fates = Fates::read(self)?;
        let now = members::read_places(&self.table)?;
        let mut texts = ListedTexts::open(&self.table)?;
        let labels: Vec<Label> = texts.labels().collect();
        let mut last = LastRows::new(now.len(), &labels);
        let member = |update: &UpdateRespondent| Digits::new(update.respondent()).and_then(|id| now.find(id));
        let plan = opened.plan.clone();
        opened.each_command(reading, plan.clone(), |row, update| {
            let row = row.position.row;
            if let (Some(member), true) = (member(update), fates.was_tried(row)) {
                let set = update.labelled().map(|(label, _)| label);
                set.for_each(|label| last.note(member, label, row));
            }
            Ok(())
        })?;
        let mut found = Found::new(self, labels.len());
        opened.each_command(reading, plan, |row, update| {
            let row = row.position.row;
            if !fates.succeeded(row) {
                return Ok(());
            }
            let Some(member) = member(update) else {
                return found.gone(row, update);
            };
            let listed = texts.of(member, update.respondent())?;
            for (label, sent) in update.labelled() {
                let at = labels.iter().position(|other| *other == label);
                if let Some(at) = at.filter(|_| last.is_last(member, label, row)) {
                    let listed = listed.get(at).map_or("", String::as_str);
                    found.label((row, update), (at, label), &sent, listed)?;
                }
            }
            Ok(())
        })?;
        found.finish(&labels)
    }
}

/// What became of each row, by the results.
struct Fates(Vec<Option<Status>>);

impl Fates {
    fn read(comparison: &Comparison) -> Result<Self, Failure> {
        let mut fates = Vec::new();
        each_result(&comparison.results, false, |result, _| {
            let cell = |column| result.fields.get(column).unwrap_or_default();
            let Ok(row) = cell(ROW).parse::<usize>() else {
                return;
            };
            let status = Status::ALL
                .into_iter()
                .find(|status| status.name() == cell(STATUS));
            if fates.len() <= row {
                fates.resize(row + 1, None);
            }
            if let Some(fate) = fates.get_mut(row) {
                *fate = status;
            }
        })
        .map_err(Failure::usage)?;
        Ok(Self(fates))
    }

    fn of(&self, row: u64) -> Option<Status> {
        let row = usize::try_from(row).ok()?;
        self.0.get(row).copied().flatten()
    }

    fn succeeded(&self, row: u64) -> bool {
        self.of(row) == Some(Status::Success)
    }

    /// Whether calls were made for the row.
    fn was_tried(&self, row: u64) -> bool {
        let tried = [Status::Success, Status::Failed, Status::Unconfirmed];
        self.of(row).is_some_and(|status| tried.contains(&status))
    }
}

/// The last row that set each label of each respondent.
struct LastRows<'a> {
    labels: &'a [Label],
    rows: Vec<u32>,
}

impl<'a> LastRows<'a> {
    fn new(members: u64, labels: &'a [Label]) -> Self {
        let members = usize::try_from(members).unwrap_or_default();
        Self {
            labels,
            rows: vec![0; members * labels.len()],
        }
    }

    fn note(&mut self, member: Member<'_>, label: Label, row: u64) {
        if let Some(last) = self.at(member, label).and_then(|at| self.rows.get_mut(at)) {
            *last = u32::try_from(row).unwrap_or(u32::MAX);
        }
    }

    fn is_last(&self, member: Member<'_>, label: Label, row: u64) -> bool {
        let last = self.at(member, label).and_then(|at| self.rows.get(at));
        last == u32::try_from(row).ok().as_ref()
    }

    fn at(&self, member: Member<'_>, label: Label) -> Option<usize> {
        let of_label = self.labels.iter().position(|other| *other == label)?;
        Some(member.place() * self.labels.len() + of_label)
    }
}

/// What was found so far.
struct Found<'a> {
    comparison: &'a Comparison,
    verified: Verified,
    /// For each label, whether a written value was read back.
    proven: Vec<bool>,
    /// Begun with its first line.
    file: Option<VerifiedFile>,
}

impl<'a> Found<'a> {
    fn new(comparison: &'a Comparison, labels: usize) -> Self {
        Self {
            comparison,
            verified: Verified::default(),
            proven: vec![false; labels],
            file: None,
        }
    }

    fn label(
        &mut self,
        (row, update): (u64, &UpdateRespondent),
        (at, label): (usize, Label),
        sent: &str,
        listed: &str,
    ) -> Result<(), Failure> {
        let old = self.old(update, label);
        let said = self.comparison.said.as_ref();
        if said.is_some_and(|said| said.was_left(update, (label, sent), old)) {
            return Ok(());
        }
        let (is, wanted) = (label_digest(listed), label_digest(sent));
        let seen = match () {
            () if listed == sent => Seen::Same,
            () if is == wanted => Seen::Normalised,
            () if old == Some(is) => Seen::Waiting,
            () => Seen::Different,
        };
        let count = match seen {
            Seen::Same => &mut self.verified.seen,
            Seen::Normalised => &mut self.verified.normalised,
            Seen::Waiting => &mut self.verified.waiting,
            Seen::Different => &mut self.verified.different,
        };
        *count += 1;
        // A value that may have been there before proves nothing, and neither does a blank one.
        let is_written = wanted != label_digest("") && old.is_some_and(|old| old != wanted);
        if is == wanted
            && is_written
            && let Some(proven) = self.proven.get_mut(at)
        {
            *proven = true;
        }
        if seen == Seen::Same {
            return Ok(());
        }
        self.line(row, update, (&label.to_string(), seen.name()), (sent, listed))
    }

    /// Returns the digest of a label before the run.
    fn old(&self, update: &UpdateRespondent, label: Label) -> Option<u64> {
        let members = self.comparison.before.as_ref()?;
        members.find(Digits::new(update.respondent())?)?.digest(label)
    }

    fn gone(&mut self, row: u64, update: &UpdateRespondent) -> Result<(), Failure> {
        for (label, sent) in update.labelled() {
            self.verified.not_listed += 1;
            self.line(row, update, (&label.to_string(), NOT_LISTED), (&sent, ""))?;
        }
        Ok(())
    }

    fn line(
        &mut self,
        row: u64,
        update: &UpdateRespondent,
        (label, state): (&str, &str),
        (sent, listed): (&str, &str),
    ) -> Result<(), Failure> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(VerifiedFile::begin(&self.comparison.file).map_err(Failure::output)?),
        };
        let line = VerifiedLine {
            row,
            respondent: update.respondent(),
            survey: update.survey(),
            label,
            state,
            sent,
            listed,
        };
        file.push(line).map_err(Failure::output)
    }

    /// Puts the file in its place, unless every label was seen or no row is accused.
    fn finish(mut self, labels: &[Label]) -> Result<Compared, Failure> {
        let path = &self.comparison.file;
        match self.file.take().filter(|_| self.verified.fits()) {
            Some(file) => {
                file.finish().map_err(Failure::output)?;
                self.verified.file = Some(path.clone());
            }
            None => VerifiedFile::remove(path),
        }
        let proven = labels.iter().zip(&self.proven).filter(|(_, proven)| **proven);
        Ok(Compared {
            proven: proven.map(|(label, _)| *label).collect(),
            verified: self.verified,
        })
    }
}
