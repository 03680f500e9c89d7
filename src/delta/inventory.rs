//! What is asked of the store beside the rows of a run: how much is known, what was sent last, and what is
//! to be forgotten.

use rusqlite::{OptionalExtension, params};

use super::key::{Account, Key, digest, plain};
use super::store::{Store, StoreError};
use crate::model::{LastExport, UpdateRespondent};

/// How much is known of a survey, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) base_url: String,
    pub(crate) account: String,
    pub(crate) survey: String,
    pub(crate) respondents: u64,
}

impl Store {
    /// Whether the respondent was told the same last; nothing if nobody knows.
    pub(crate) fn is_same(&self, update: &UpdateRespondent) -> Result<Option<bool>, StoreError> {
        let known = match self.key(update) {
            Some(key) => self.known(key)?,
            None => None,
        };
        Ok(known.map(|known| known.digest == digest(update)))
    }

    /// Learns the numbers of this account's surveys, so that asking needs to write nothing.
    pub(super) fn load_lists(&mut self) -> Result<(), StoreError> {
        let known = self.all_known()?;
        for (list, known) in known {
            if known.base_url == self.account.base_url && known.account == self.account.account {
                self.lists.insert(known.survey, list);
            }
        }
        Ok(())
    }

    /// Forgets a survey of this account, or all of them, for a run that tells everybody anew: whatever becomes of it, nobody
    /// whom it did not reach is passed over later.
    pub(crate) fn forget_own(&mut self, survey: Option<&str>) -> Result<(), StoreError> {
        let survey = survey.map(plain);
        let lists = self.lists.iter();
        let lists: Vec<i64> = lists
            .filter(|(of, _)| survey.is_none_or(|survey| survey == of.as_str()))
            .map(|(_, list)| *list)
            .collect();
        for list in lists {
            self.connection
                .execute("DELETE FROM known WHERE list = ?", [list])
                .map_err(|error| self.fault("write", &error))?;
        }
        Ok(())
    }

    /// How much is known of each survey of every account.
    pub(crate) fn known_surveys(&self) -> Result<Vec<Known>, StoreError> {
        let mut all = Vec::new();
        for (list, mut known) in self.all_known()? {
            let count = "SELECT count(*) FROM known WHERE list = ?";
            let count: i64 = self
                .connection
                .query_row(count, [list], |row| row.get(0))
                .map_err(|error| self.fault("read", &error))?;
            known.respondents = u64::try_from(count).unwrap_or_default();
            all.push(known);
        }
        Ok(all)
    }

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

    /// Forgets a survey of every account, or of all of them where none is named, or only some of its respondents. Returns
    /// how many respondents that were.
    pub(crate) fn forget_all(
        &mut self,
        survey: Option<&str>,
        respondents: &[String],
    ) -> Result<usize, StoreError> {
        let lists = self.all_known()?;
        let lists = lists
            .into_iter()
            .filter(|(_, known)| survey.is_none_or(|survey| known.survey == plain(survey)));
        let mut count = 0;
        self.begin()?;
        for (list, known) in lists {
            let forgotten = if respondents.is_empty() {
                let of_survey = params![known.base_url, known.account, known.survey];
                let delete = "DELETE FROM last_exports WHERE (base_url, account) = (?, ?) AND (survey = ?3 OR survey LIKE ?3 || ' %')";
                self.connection.execute(delete, of_survey).and_then(|_| {
                    self.connection
                        .execute("DELETE FROM known WHERE list = ?", [list])
                })
            } else {
                let mut forget = |respondent: &String| {
                    let key = Key::new(list, respondent);
                    let delete = "DELETE FROM known WHERE list = ? AND respondent = ?";
                    self.connection.execute(delete, params![key.list, key.respondent])
                };
                respondents.iter().map(&mut forget).sum()
            };
            count += forgotten.map_err(|error| self.fault("write", &error))?;
        }
        self.commit()?;
        Ok(count)
    }

    /// What the last export of this account and these surveys was; `survey` is whatever names them.
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

    pub(crate) fn set_last_export(&mut self, survey: &str, export: &LastExport) -> Result<(), StoreError> {
        let insert =
            "INSERT OR REPLACE INTO last_exports (base_url, account, survey, export) VALUES (?, ?, ?, ?)";
        let Account { base_url, account } = &self.account;
        // Numbers and texts always serialise.
        let text = serde_json::to_string(export).unwrap_or_default();
        self.connection
            .execute(insert, params![base_url, account, survey, text])
            .map(drop)
            .map_err(|error| self.fault("write", &error))
    }
}
