//! What is asked of the store beside the rows of a run: how much is known, and what is to be forgotten.

use rusqlite::params;

use super::key::Key;
use super::store::{Store, StoreError};

/// How much is known of a survey, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) base_url: String,
    pub(crate) account: String,
    pub(crate) survey: String,
    pub(crate) respondents: u64,
}

impl Store {
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
            .filter(|(_, known)| survey.is_none_or(|survey| known.survey == survey));
        let mut count = 0;
        self.begin()?;
        for (list, _) in lists {
            let forgotten = if respondents.is_empty() {
                self.connection
                    .execute("DELETE FROM known WHERE list = ?", [list])
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
}
