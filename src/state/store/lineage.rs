//! Identifies the store, and the run of it that wrote a journal. Decides what a journal's rows mean
//! to a store that does not know them all.

use rusqlite::{OptionalExtension, params};

use super::file::{Store, StoredUpdate};
use crate::model::{Label, SentRow, StoreRun};
use crate::state::StoreError;
use crate::state::doubt::Doubt;
use crate::state::key::Key;
use crate::state::terms::Clock;

/// Number of runs that a store keeps. A journal of an earlier run counts as unknown to the store.
const MAX_RUNS: i64 = 10_000;

/// How much a store knows of the journal that a run resumes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Past {
    /// There is no journal: the run starts anew.
    Nothing,
    /// Everything that the journal's runs did.
    All(StoreRun),
    /// Only a part: this is another store, it was restored from a backup, or the journal's last run
    /// used none. `run` is the number of that run, if it used a store with this id.
    Part { run: Option<i64> },
}

/// A table of the rows that a journal's runs have sent, by respondent. It ends with the process,
/// and is kept on the disk if it is large.
const SENT: &str =
    "CREATE TEMP TABLE sent (list INTEGER NOT NULL, respondent INTEGER NOT NULL, row INTEGER NOT NULL,
    PRIMARY KEY (list, respondent)) WITHOUT ROWID";

impl Store {
    /// Determines how much this store knows of a journal. `before` is the run in the journal's
    /// header; `passes` is how often that run had invalidated entries, by the journal's lines.
    pub(crate) fn past(&self, before: Option<&StoreRun>, passes: u64) -> Result<Past, StoreError> {
        let id = self.id()?;
        let Some(before) = before.filter(|before| before.store == id) else {
            return Ok(Past::Part { run: None });
        };
        let select = "SELECT passes FROM runs WHERE run = ? AND journal = ?";
        let found: Option<i64> = self
            .connection
            .query_row(select, params![before.run, before.journal], |row| row.get(0))
            .optional()
            .map_err(|error| self.fault("read", &error))?;
        let has_all = found.is_some_and(|found| u64::try_from(found).is_ok_and(|found| found >= passes));
        Ok(if has_all {
            Past::All(before.clone())
        } else {
            let run = Some(before.run);
            Past::Part { run }
        })
    }

    /// Returns the numbers of all runs that wrote the journal of this run. Empty if this is another
    /// store, or the runs are too old.
    pub(crate) fn runs_of(&self, run: &StoreRun) -> Result<Vec<i64>, StoreError> {
        if run.store != self.id()? {
            return Ok(Vec::new());
        }
        let runs = || {
            let mut select = self
                .connection
                .prepare_cached("SELECT run FROM runs WHERE journal = ?")?;
            let runs = select.query_map([&run.journal], |row| row.get(0))?;
            runs.collect::<Result<Vec<i64>, _>>()
        };
        runs().map_err(|error| self.fault("read", &error))
    }

    /// Forgets the respondents of rows that a run has sent without the knowledge of this store, for
    /// a run that resumes it. A call that ended recently may be applied late.
    pub(crate) fn forget_sent(&mut self, rows: &[SentRow], clock: Clock) -> Result<(), StoreError> {
        self.transaction(|store| {
            rows.iter().try_for_each(|row| {
                let key = store.key_of(&row.survey, &row.respondent)?;
                let until = clock.late_until(row.finished_at);
                let entry = store.entry(key)?;
                match entry {
                    _ if until >= clock.starts() => store.put(
                        key,
                        &StoredUpdate {
                            run: entry.map_or(0, |entry| entry.run),
                            acknowledged: None,
                            doubt: Doubt::Several,
                            until: Some(until.max(entry.and_then(|entry| entry.until).unwrap_or(until))),
                        },
                    ),
                    Some(entry) => {
                        // Another store may know more of its labels.
                        store.forget_labels(key, Label::all())?;
                        store.forget(key, &entry)
                    }
                    None => Ok(()),
                }
            })
        })
    }

    /// Forgets what the platform acknowledged for a respondent. What may be applied late is kept.
    pub(in crate::state) fn forget(&mut self, key: Key, entry: &StoredUpdate) -> Result<(), StoreError> {
        if entry.doubt == Doubt::None {
            return self.remove(key);
        }
        let acknowledged = None;
        self.put(
            key,
            &StoredUpdate {
                acknowledged,
                ..*entry
            },
        )
    }

    /// Stores which rows the resumed run has sent, for [`Store::is_overtaken`]. They must be in the
    /// input's order.
    pub(crate) fn note_sent(&mut self, rows: &[SentRow]) -> Result<(), StoreError> {
        if !self.knows_sent {
            let created = self.connection.execute_batch(SENT);
            created.map_err(|error| self.fault("write", &error))?;
            self.knows_sent = true;
        }
        self.transaction(|store| {
            let mut rows = rows.iter().filter(|row| row.may_be_applied);
            rows.try_for_each(|row| {
                let key = store.key_of(&row.survey, &row.respondent)?;
                let insert = "INSERT OR REPLACE INTO sent (list, respondent, row) VALUES (?, ?, ?)";
                let number = i64::try_from(row.row).unwrap_or(i64::MAX);
                store
                    .connection
                    .prepare_cached(insert)
                    .and_then(|mut insert| insert.execute(params![key.list, key.respondent, number]))
                    .map(drop)
                    .map_err(|error| store.fault("write", &error))
            })
        })
    }

    /// Whether the resumed run sent a later row of the respondent.
    pub(in crate::state) fn is_overtaken(&self, key: Key, row: u64) -> Result<bool, StoreError> {
        if !self.knows_sent {
            return Ok(false);
        }
        let select = "SELECT row FROM sent WHERE list = ? AND respondent = ?";
        let last: Option<i64> = self
            .connection
            .prepare_cached(select)
            .and_then(|mut select| {
                let last = select.query_row(params![key.list, key.respondent], |row| row.get(0));
                last.optional()
            })
            .map_err(|error| self.fault("read", &error))?;
        Ok(last.is_some_and(|last| u64::try_from(last).is_ok_and(|last| last > row)))
    }

    /// Gives the run a number greater than all before. Only later runs trust what is written from
    /// here on.
    pub(in crate::state) fn begin_run(&mut self, past: &Past) -> Result<StoreRun, StoreError> {
        let store = self.id()?;
        let number = || {
            let journal = if let Past::All(before) = past {
                before.journal.clone()
            } else {
                let new = "SELECT lower(hex(randomblob(8)))";
                self.connection.query_row(new, [], |row| row.get(0))?
            };
            // A restored store would assign the same numbers again.
            let above = match past {
                Past::Part { run: Some(run) } => *run,
                _ => 0,
            };
            let insert = "INSERT INTO runs (run, journal) \
                 SELECT 1 + max(?, ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'runs'), 0)), ? RETURNING run";
            let run: i64 = self
                .connection
                .query_row(insert, params![above, journal], |row| row.get(0))?;
            let delete = "DELETE FROM runs WHERE run <= ?";
            self.connection.execute(delete, [run - MAX_RUNS])?;
            Ok(StoreRun { store, run, journal })
        };
        let begun = number().map_err(|error| self.fault("write", &error))?;
        self.run = begun.run;
        Ok(begun)
    }

    /// Notes that this run has invalidated entries once more.
    pub(in crate::state) fn count_pass(&mut self) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("UPDATE runs SET passes = passes + 1 WHERE run = ?")
            .and_then(|mut update| update.execute([self.run]))
            .map(drop)
            .map_err(|error| self.fault("write", &error))
    }

    /// Returns the id of this store.
    fn id(&self) -> Result<String, StoreError> {
        self.connection
            .query_row("SELECT lower(hex(id)) FROM store", [], |row| row.get(0))
            .map_err(|error| self.fault("read", &error))
    }
}
