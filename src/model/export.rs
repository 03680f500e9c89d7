//! What an export looks like in numbers: tonight's, and what is remembered of an earlier one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Label, Layout, Row};

/// An export in numbers, one row at a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Export {
    /// Data rows.
    pub(crate) rows: u64,
    /// On how many of them each label has a value; with every label that gets one from columns.
    pub(crate) filled: BTreeMap<Label, u64>,
    /// Rows that could be sent, and how many of those say what the platform has not acknowledged; nothing where that is not
    /// known.
    pub(crate) to_send: u64,
    pub(crate) changes: Option<u64>,
}

/// What is remembered of an export that was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LastExport {
    pub(crate) rows: u64,
    /// The labels that had a value on any row, by name.
    pub(crate) labels: Vec<String>,
}

impl Export {
    pub(crate) fn new(layout: &Layout) -> Self {
        let of_columns = layout
            .labels
            .iter()
            .filter(|(_, from)| from.columns().next().is_some());
        Self {
            filled: of_columns.map(|(label, _)| (*label, 0)).collect(),
            ..Self::default()
        }
    }

    /// Counts a row's cells. A row that cannot be read has none.
    pub(crate) fn take_in(&mut self, row: &Row<'_>, layout: &Layout) {
        self.rows += 1;
        if row.error.is_some() {
            return;
        }
        for (label, from) in &layout.labels {
            if let Some(filled) = self.filled.get_mut(label)
                && from.value(&row.fields).is_some()
            {
                *filled += 1;
            }
        }
    }

    /// What a later run is to know of it.
    pub(crate) fn remembered(&self) -> LastExport {
        let filled = self.filled.iter().filter(|(_, filled)| **filled > 0);
        LastExport {
            rows: self.rows,
            labels: filled.map(|(label, _)| label.name().to_owned()).collect(),
        }
    }
}
