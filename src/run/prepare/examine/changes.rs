//! Compares rows with what the mailing list has of their labels: how many change, and the first ones
//! spelt out.

use std::collections::BTreeMap;
use std::path::Path;

use super::FirstCall;
use crate::model::{Digits, Label, Listed, Plan, Row, clean};
use crate::plan::PlanSettings;
use crate::report::{Changes, LabelChanges};
use crate::run::Failure;
use crate::run::list::texts::ListedTexts;

/// The changes up to a row.
pub(super) struct ChangesSoFar {
    contacts: u64,
    of: u64,
    labels: Vec<(Label, u64)>,
    unknown: BTreeMap<Label, u64>,
    /// The table with the old values; `None` if nothing is spelt out.
    texts: Option<ListedTexts>,
    first: Vec<FirstCall>,
    /// Number of changes to spell out.
    most: usize,
}

impl ChangesSoFar {
    /// Prepares to compare. `None` if the list is not believed. At most `most` changes are spelt out.
    pub(super) fn new(
        plan: &PlanSettings,
        table: Option<&Path>,
        most: usize,
    ) -> Result<Option<Self>, Failure> {
        if plan.believed.is_empty() || plan.members.is_none() {
            return Ok(None);
        }
        let texts = table.filter(|_| most > 0).map(ListedTexts::open).transpose()?;
        Ok(Some(Self {
            contacts: 0,
            of: 0,
            labels: plan.believed.iter().map(|label| (*label, 0)).collect(),
            unknown: BTreeMap::new(),
            most: if texts.is_some() { most } else { 0 },
            texts,
            first: Vec::new(),
        }))
    }

    /// Counts a row that may be sent.
    pub(super) fn take_in(
        &mut self,
        row: &Row<'_>,
        plan: &Plan,
        (settings, listed): (&PlanSettings, &Listed),
    ) -> Result<(), Failure> {
        self.of += 1;
        let changed: Vec<Label> = listed.changed().collect();
        for (label, count) in &mut self.labels {
            *count += u64::from(changed.contains(label));
        }
        for label in listed.0.iter().filter(|label| !label.believed) {
            *self.unknown.entry(label.label).or_default() += 1;
        }
        if changed.is_empty() {
            return Ok(());
        }
        self.contacts += 1;
        if self.first.len() < self.most {
            self.spell_out(row, plan, settings, &changed)?;
        }
        Ok(())
    }

    fn spell_out(
        &mut self,
        row: &Row<'_>,
        plan: &Plan,
        settings: &PlanSettings,
        changed: &[Label],
    ) -> Result<(), Failure> {
        let (Plan::Send(update), Some(texts), Some(members)) = (plan, &mut self.texts, &settings.members)
        else {
            return Ok(());
        };
        let id = update.respondent();
        let Some(member) = Digits::new(id).and_then(|id| members.find(id)) else {
            return Ok(());
        };
        let labels: Vec<Label> = texts.labels().collect();
        let old = texts.of(member, id)?;
        let believed = |label: &Label| settings.believed.contains(label);
        let parts = update
            .labelled()
            .filter(|(label, _)| changed.contains(label) || !believed(label));
        let parts = parts.map(|(label, new)| {
            if !believed(&label) {
                return format!("{label}: ? → {}", shown(&new));
            }
            let at = labels.iter().position(|other| *other == label);
            let old = at.and_then(|at| old.get(at)).map_or("", String::as_str);
            format!("{label}: {} → {}", shown(old), shown(&new))
        });
        self.first.push(FirstCall {
            row: row.position.row,
            respondent: id.to_owned(),
            labels: parts.collect::<Vec<_>>().join(", "),
        });
        Ok(())
    }

    /// Returns the counts, and the first changes.
    pub(super) fn finish(self) -> (Changes, Vec<FirstCall>) {
        let counted = |(label, contacts): (&Label, &u64)| LabelChanges {
            label: label.to_string(),
            contacts: *contacts,
        };
        let labels = self
            .labels
            .iter()
            .map(|(label, contacts)| counted((label, contacts)));
        let changes = Changes {
            contacts: self.contacts,
            of: self.of,
            labels: labels.collect(),
            unknown: self.unknown.iter().map(counted).collect(),
        };
        (changes, self.first)
    }
}

/// Makes a blank value visible.
fn shown(value: &str) -> String {
    let clean = clean(value);
    if clean.trim().is_empty() {
        "∅".to_owned()
    } else {
        clean.into_owned()
    }
}
