//! Queries of the store beside the rows of a run: how much is known, what was sent last, and what
//! is to be forgotten.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, params};

use super::file::{Store, StoredUpdate};
use crate::model::{Label, LastExport, UpdateRespondent};
use crate::state::StoreError;
use crate::state::doubt::Doubt;
use crate::state::key::{Account, Key, digest, plain};

/// The number of entries of a survey, for reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) base_url: String,
    pub(crate) account: String,
    pub(crate) survey: String,
    /// Respondents with a known acknowledgement.
    pub(crate) respondents: u64,
}

/// What the platform acknowledged last for a respondent, compared with a row's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// Nothing is known.
    Unknown,
    /// The same content, and no other can be applied after it.
    Same,
    /// The same content, but a late call may have applied another since: it is sent once more.
    SameInDoubt,
    /// The same content, but a refresh sends everything once more.
    SameDisbelieved,
    /// Another content.
    Other,
}

impl Told {
    /// Whether the platform acknowledged the row's content last and no other can have been applied
    /// after it. Such a command can be repeated to learn whether the platform accepts it.
    pub(crate) fn is_repeatable(self) -> bool {
        matches!(self, Self::Same | Self::SameDisbelieved)
    }
}

/// The value of `until` that marks an entry as untrusted without a real late call, in seconds since
/// the epoch.
const DISBELIEVED: i64 = 0;

/// Marks all acknowledgements of a survey as untrusted, as if another content might have been
/// applied since.
const DISBELIEVE: [&str; 2] = [
    "UPDATE known SET doubt = x'' WHERE list = ? AND doubt IS NOT NULL",
    "UPDATE known SET doubt = x'', until = 0 WHERE list = ? AND doubt IS NULL",
];

/// Deletes all acknowledgements of a survey. What may be applied late is kept.
const FORGET: [&str; 3] = [
    "DELETE FROM labels WHERE list = ?",
    "DELETE FROM known WHERE list = ? AND doubt IS NULL",
    "UPDATE known SET digest = x'' WHERE list = ?",
];

impl Store {
    /// Compares what the platform acknowledged last with this command.
    pub(crate) fn told(&self, update: &UpdateRespondent) -> Result<Told, StoreError> {
        let entry = self.entry_of(update)?;
        let digest = digest(update);
        let told = entry.and_then(|entry| Some((entry.acknowledged?, entry)));
        Ok(match told {
            None => Told::Unknown,
            Some((said, _)) if said != digest => Told::Other,
            Some((_, entry)) if entry.doubt.repeats_only(digest) => Told::Same,
            Some((_, entry)) if entry.until == Some(DISBELIEVED) => Told::SameDisbelieved,
            Some(_) => Told::SameInDoubt,
        })
    }

    /// Returns the run that wrote down an acknowledgement for the command's respondent, whatever its
    /// content was.
    pub(crate) fn acknowledged_in(&self, update: &UpdateRespondent) -> Result<Option<i64>, StoreError> {
        let entry = self.entry_of(update)?;
        Ok(entry
            .filter(|entry| entry.acknowledged.is_some())
            .map(|entry| entry.run))
    }

    /// Returns the last run that updated the command's respondent, or may have: a call may have been
    /// applied without an answer.
    pub(crate) fn touched_in(&self, update: &UpdateRespondent) -> Result<Option<i64>, StoreError> {
        let entry = self.entry_of(update)?;
        Ok(entry
            .filter(|entry| entry.acknowledged.is_some() || entry.doubt != Doubt::None)
            .map(|entry| entry.run))
    }

    fn entry_of(&self, update: &UpdateRespondent) -> Result<Option<StoredUpdate>, StoreError> {
        match self.key(update) {
            Some(key) => self.entry(key),
            None => Ok(None),
        }
    }

    /// Loads the numbers of this account's surveys, so that queries need not write.
    pub(in crate::state) fn load_lists(&mut self) -> Result<(), StoreError> {
        let known = self.all_known()?;
        for (list, known) in known {
            if known.base_url == self.account.base_url && known.account == self.account.account {
                self.lists.insert(known.survey, list);
            }
        }
        Ok(())
    }

    /// Stops trusting all acknowledgements of a survey of this account, or of all its surveys, for
    /// a run that sends everything. However that run ends, no respondent that it did not reach is
    /// skipped later.
    pub(crate) fn disbelieve_own(&mut self, survey: Option<&str>) -> Result<(), StoreError> {
        let survey = survey.map(plain);
        let lists = self.lists.iter();
        let lists: Vec<i64> = lists
            .filter(|(of, _)| survey.is_none_or(|survey| survey == of.as_str()))
            .map(|(_, list)| *list)
            .collect();
        self.transaction(|store| {
            let mut lists = lists.into_iter();
            lists.try_for_each(|list| {
                DISBELIEVE.iter().try_for_each(|statement| {
                    let marked = store.connection.execute(statement, [list]);
                    marked.map(drop).map_err(|error| store.fault("write", &error))
                })
            })
        })
    }

    /// Returns the number of entries of each survey of every account.
    pub(crate) fn known_surveys(&self) -> Result<Vec<Known>, StoreError> {
        let mut all = Vec::new();
        for (list, mut known) in self.all_known()? {
            known.respondents = self.count(list)?;
            all.push(known);
        }
        Ok(all)
    }

    /// Counts respondents of a survey with a known acknowledgement.
    fn count(&self, list: i64) -> Result<u64, StoreError> {
        let count = "SELECT count(*) FROM known WHERE list = ? AND digest <> x''";
        let count: i64 = self
            .connection
            .query_row(count, [list], |row| row.get(0))
            .map_err(|error| self.fault("read", &error))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// Forgets a survey, except which labels its list was proven to show. Returns the number of respondents forgotten.
    fn forget_list(&mut self, list: i64) -> Result<u64, StoreError> {
        let count = self.count(list)?;
        for statement in FORGET {
            let forgotten = self.connection.execute(statement, [list]);
            forgotten.map_err(|error| self.fault("write", &error))?;
        }
        Ok(count)
    }

    /// Returns all surveys with their numbers. The number of respondents is not filled in.
    fn all_known(&self) -> Result<Vec<(i64, Known)>, StoreError> {
        let read = || {
            let select =
                "SELECT list, base_url, account, survey FROM lists ORDER BY base_url, account, survey";
            let mut select = self.connection.prepare(select)?;
            let rows = select.query_map([], |row| {
                let known = Known {
                    base_url: row.get(1)?,
                    account: row.get(2)?,
                    survey: row.get(3)?,
                    respondents: 0,
                };
                Ok((row.get(0)?, known))
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|error| self.fault("read", &error))
    }

    /// Forgets a survey of every account, or all surveys if none is named, or only some
    /// respondents. Returns the number of respondents forgotten.
    pub(crate) fn forget_all(
        &mut self,
        survey: Option<&str>,
        respondents: &[String],
    ) -> Result<u64, StoreError> {
        let lists = self.all_known()?;
        let lists = lists
            .into_iter()
            .filter(|(_, known)| survey.is_none_or(|survey| known.survey == plain(survey)));
        self.transaction(|store| {
            let mut count = 0;
            for (list, known) in lists {
                if respondents.is_empty() {
                    store.forget_exports(&known)?;
                    count += store.forget_list(list)?;
                }
                for respondent in respondents {
                    let key = Key::new(list, respondent);
                    // An entry with a late call stays, but not what was sent of its labels.
                    store.forget_labels(key, Label::all())?;
                    if let Some(entry) = store.entry(key)? {
                        count += u64::from(entry.acknowledged.is_some());
                        store.forget(key, &entry)?;
                    }
                }
            }
            Ok(count)
        })
    }

    /// Counts the entries of respondents, of all surveys and accounts.
    pub(crate) fn entries_of(&self, respondents: &[String]) -> Result<u64, StoreError> {
        let mut count = 0;
        for key in self.keys_of(respondents)? {
            count += u64::from(self.entry(key)?.is_some() || self.has_labels(key)?);
        }
        Ok(count)
    }

    /// Removes respondents from all surveys and accounts, also what may be applied late, and leaves no
    /// trace of them in free pages or in the log of changes. Returns the number of entries removed.
    pub(crate) fn erase(&mut self, respondents: &[String]) -> Result<u64, StoreError> {
        let count = self.entries_of(respondents)?;
        let keys = self.keys_of(respondents)?;
        self.execute("PRAGMA secure_delete = ON")?;
        self.transaction(|store| {
            keys.into_iter().try_for_each(|key| {
                store.forget_labels(key, Label::all())?;
                store.remove(key)
            })
        })?;
        // Also what an earlier change has left in free pages.
        self.execute("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")?;
        Ok(count)
    }

    fn keys_of(&self, respondents: &[String]) -> Result<BTreeSet<Key>, StoreError> {
        let lists = self.all_known()?;
        let of_list = |list: i64| {
            respondents
                .iter()
                .map(move |respondent| Key::new(list, respondent))
        };
        Ok(lists.into_iter().flat_map(|(list, _)| of_list(list)).collect())
    }

    fn forget_exports(&self, of: &Known) -> Result<(), StoreError> {
        let delete = "DELETE FROM last_exports WHERE (base_url, account) = (?, ?) AND (survey = ?3 OR survey LIKE ?3 || ' %')";
        self.connection
            .execute(delete, params![of.base_url, of.account, of.survey])
            .map(drop)
            .map_err(|error| self.fault("write", &error))
    }

    /// Returns the key figures of this account's last export; `survey` is the name under which they
    /// were stored.
    pub(crate) fn last_export(&self, survey: &str) -> Result<Option<LastExport>, StoreError> {
        let select = "SELECT export FROM last_exports WHERE (base_url, account, survey) = (?, ?, ?)";
        let Account { base_url, account } = &self.account;
        let text: Option<String> = self
            .connection
            .query_row(select, params![base_url, account, survey], |row| row.get(0))
            .optional()
            .map_err(|error| self.fault("read", &error))?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Stores the key figures of an export for [`Store::last_export`].
    pub(crate) fn set_last_export(&mut self, survey: &str, export: &LastExport) -> Result<(), StoreError> {
        let insert =
            "INSERT OR REPLACE INTO last_exports (base_url, account, survey, export) VALUES (?, ?, ?, ?)";
        let Account { base_url, account } = &self.account;
        // Numbers and texts can always be serialized.
        let text = serde_json::to_string(export).unwrap_or_default();
        self.connection
            .execute(insert, params![base_url, account, survey, text])
            .map(drop)
            .map_err(|error| self.fault("write", &error))
    }
}
