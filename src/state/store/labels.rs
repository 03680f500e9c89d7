//! What the store knows of single labels: which ones the platform's list was proven to show, and, with
//! `--on-conflict keep`, what was sent last of each.

use rusqlite::{OptionalExtension, params};

use super::file::Store;
use crate::model::{Label, Labelled, Listed, UpdateRespondent};
use crate::state::key::{Key, plain};
use crate::state::{StoreError, Told, conflicts};

impl Store {
    /// Returns the labels of a survey whose written values were read back.
    pub(crate) fn proven(&self, survey: &str) -> Result<Vec<Label>, StoreError> {
        let Some(list) = self.lists.get(plain(survey)) else {
            return Ok(Vec::new());
        };
        let read = || {
            let mut select = self
                .connection
                .prepare("SELECT label FROM proven WHERE list = ? ORDER BY label")?;
            let numbers = select.query_map([list], |row| row.get::<_, i64>(0))?;
            numbers.collect::<rusqlite::Result<Vec<_>>>()
        };
        let numbers = read().map_err(|error| self.fault("read", &error))?;
        let is_one = |label: &Label| numbers.contains(&number(*label));
        Ok(Label::all().filter(is_one).collect())
    }

    /// Stores that written values of these labels were read back.
    pub(crate) fn prove(&mut self, survey: &str, labels: &[Label]) -> Result<(), StoreError> {
        let list = self.key_of(survey, "0")?.list;
        self.transaction(|store| {
            labels.iter().try_for_each(|label| {
                store
                    .connection
                    .execute(
                        "INSERT OR IGNORE INTO proven (list, label) VALUES (?, ?)",
                        params![list, number(*label)],
                    )
                    .map(drop)
                    .map_err(|error| store.fault("write", &error))
            })
        })
    }

    /// Returns what was acknowledged last of a label; `None` if it is not known.
    pub(crate) fn said(
        &self,
        update: &UpdateRespondent,
        label: Label,
    ) -> Result<Option<Labelled>, StoreError> {
        let Some(key) = self.key(update) else {
            return Ok(None);
        };
        self.said_of(key, label)
    }

    /// Returns the labels of a row that `--on-conflict keep` would leave as they are.
    pub(crate) fn would_keep(
        &self,
        update: &UpdateRespondent,
        listed: &Listed,
    ) -> Result<Vec<Label>, StoreError> {
        match self.key(update) {
            Some(key) => conflicts::in_conflict(self, key, listed, self.told(update)? == Told::Same),
            None => Ok(Vec::new()),
        }
    }

    /// Returns what was sent of a label last; `None` if nothing was, or if it is not known.
    pub(in crate::state) fn said_of(&self, key: Key, label: Label) -> Result<Option<Labelled>, StoreError> {
        let select = "SELECT said, before FROM labels WHERE (list, respondent, label) = (?, ?, ?)";
        let of_row = |row: &rusqlite::Row<'_>| {
            Ok(Labelled {
                said: row.get::<_, i64>(0)?.cast_unsigned(),
                before: row.get::<_, i64>(1)?.cast_unsigned(),
            })
        };
        self.connection
            .prepare_cached(select)
            .and_then(|mut select| {
                select
                    .query_row(params![key.list, key.respondent, number(label)], of_row)
                    .optional()
            })
            .map_err(|error| self.fault("read", &error))
    }

    /// Stores what was sent of a label and acknowledged.
    pub(in crate::state) fn put_label(
        &mut self,
        key: Key,
        label: Label,
        labelled: Labelled,
    ) -> Result<(), StoreError> {
        let insert =
            "INSERT OR REPLACE INTO labels (list, respondent, label, said, before) VALUES (?, ?, ?, ?, ?)";
        let (said, before) = (labelled.said.cast_signed(), labelled.before.cast_signed());
        self.connection
            .prepare_cached(insert)
            .and_then(|mut insert| {
                insert.execute(params![key.list, key.respondent, number(label), said, before])
            })
            .map(drop)
            .map_err(|error| self.fault("write", &error))
    }

    /// Whether something is known of a respondent's labels.
    pub(in crate::state) fn has_labels(&self, key: Key) -> Result<bool, StoreError> {
        self.connection
            .prepare_cached("SELECT 1 FROM labels WHERE list = ? AND respondent = ?")
            .and_then(|mut select| select.exists(params![key.list, key.respondent]))
            .map_err(|error| self.fault("read", &error))
    }

    /// Forgets what was sent of these labels of a respondent.
    pub(in crate::state) fn forget_labels(
        &mut self,
        key: Key,
        labels: impl Iterator<Item = Label>,
    ) -> Result<(), StoreError> {
        // One statement for all labels, as most respondents have none here.
        let set = labels.fold(0_i64, |set, label| set | 1 << number(label));
        let delete = "DELETE FROM labels WHERE list = ? AND respondent = ? AND (? >> label) & 1";
        self.connection
            .prepare_cached(delete)
            .and_then(|mut delete| delete.execute(params![key.list, key.respondent, set]))
            .map(drop)
            .map_err(|error| self.fault("write", &error))
    }
}

fn number(label: Label) -> i64 {
    // One to ten.
    i64::try_from(label.number()).unwrap_or_default()
}
