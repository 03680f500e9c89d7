//! What an export looks like in numbers: tonight's, and what is remembered of an earlier one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Label, Layout, Row, is_blank};

/// An export in numbers, one row at a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Export {
    /// Data rows.
    pub(crate) rows: u64,
    /// Those that name a respondent, by an id or an address, whatever it is worth.
    pub(crate) named: u64,
    /// Every label that gets its value from columns.
    pub(crate) labels: BTreeMap<Label, LabelCount>,
    /// Rows of respondents of whom it is known what they were told, and how many of those would tell them something else.
    pub(crate) known: u64,
    pub(crate) changes: u64,
}

/// On how many rows a label has a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LabelCount {
    /// From all of its columns: of several in one value, one that has gone blank is seen.
    pub(crate) filled: u64,
    /// From none of them.
    pub(crate) blank: u64,
}

/// What is remembered of an export.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LastExport {
    pub(crate) rows: u64,
    /// Nothing where an earlier version wrote it.
    #[serde(default)]
    pub(crate) named: Option<u64>,
    /// The labels that had a value from all of their columns on any row, by name.
    pub(crate) labels: Vec<String>,
}

impl Export {
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

    /// Counts a row's cells. A row that cannot be read has none.
    pub(crate) fn take_in(&mut self, row: &Row<'_>, layout: &Layout) {
        self.rows += 1;
        let respondent = row.fields.get(layout.respondent).unwrap_or_default();
        self.named += u64::from(row.error.is_none() && !is_blank(respondent));
        for (label, from) in &layout.labels {
            let Some(count) = self.labels.get_mut(label) else {
                continue;
            };
            let has_value = |column: &usize| !is_blank(row.fields.get(*column).unwrap_or_default());
            if row.error.is_some() || !from.columns().any(has_value) {
                count.blank += 1;
            } else if from.columns().all(has_value) {
                count.filled += 1;
            }
        }
    }

    /// What a later run is to know of it.
    pub(crate) fn remembered(&self) -> LastExport {
        let filled = self.labels.iter().filter(|(_, count)| count.filled > 0);
        LastExport {
            rows: self.rows,
            named: Some(self.named),
            labels: filled.map(|(label, _)| label.name().to_owned()).collect(),
        }
    }
}
