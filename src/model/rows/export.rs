//! Counts over an export: the current one, and the counts stored of an earlier one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Label, Layout, Row, is_blank};

/// Counts over an export, row by row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Export {
    /// Data rows.
    pub(crate) rows: u64,
    /// Rows that name a respondent by a nonblank id or address, valid or not.
    pub(crate) named: u64,
    /// Every label whose value comes from columns.
    pub(crate) labels: BTreeMap<Label, LabelCount>,
    /// Rows whose address the table of ids does not have.
    pub(crate) unknown: u64,
    /// Rows to be sent with an error of a spreadsheet in a label.
    pub(crate) damaged: u64,
    /// Rows whose respondent is in the store.
    pub(crate) known: u64,
    /// Those of them whose labels would change.
    pub(crate) changes: u64,
}

/// Number of rows on which a label has a value, or none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LabelCount {
    /// Rows with a value in all of the label's columns. For a label of several columns, this shows
    /// that one has become blank.
    pub(crate) filled: u64,
    /// Rows with a value in none of them.
    pub(crate) blank: u64,
}

/// The stored counts of an export.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LastExport {
    pub(crate) rows: u64,
    /// `None` if an earlier version wrote the record.
    #[serde(default)]
    pub(crate) named: Option<u64>,
    /// Names of the labels that had a value in all of their columns on at least one row.
    pub(crate) labels: Vec<String>,
}

impl Export {
    /// Creates empty counts, with an entry for each label whose value comes from columns.
    pub(crate) fn new(layout: &Layout) -> Self {
        let of_columns = layout
            .labels
            .iter()
            .filter(|(_, from)| from.columns().next().is_some());
        Self {
            labels: of_columns
                .map(|(label, _)| (*label, LabelCount::default()))
                .collect(),
            ..Self::default()
        }
    }

    /// Counts a row's cells. A row that cannot be read counts as blank.
    pub(crate) fn take_in(&mut self, row: &Row<'_>, layout: &Layout) {
        self.rows += 1;
        let respondent = row.fields.get(layout.respondent).unwrap_or_default();
        self.named += u64::from(row.fault.is_none() && !is_blank(respondent));
        for (label, from) in &layout.labels {
            let Some(count) = self.labels.get_mut(label) else {
                continue;
            };
            let has_value = |column: &usize| !is_blank(row.fields.get(*column).unwrap_or_default());
            if row.fault.is_some() || !from.columns().any(has_value) {
                count.blank += 1;
            } else if from.columns().all(has_value) {
                count.filled += 1;
            }
        }
    }

    /// Returns what to store for later runs.
    pub(crate) fn remembered(&self) -> LastExport {
        let filled = self.labels.iter().filter(|(_, count)| count.filled > 0);
        LastExport {
            rows: self.rows,
            named: Some(self.named),
            labels: filled.map(|(label, _)| label.name().to_owned()).collect(),
        }
    }
}
