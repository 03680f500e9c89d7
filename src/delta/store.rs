//! The file that outlasts runs: what was acknowledged last, per account, survey and respondent. When what is read, deleted
//! and written is decided in `delta/mod.rs`; what people ask of it is in `delta/inventory.rs`.
//!
//! About 31 bytes a respondent. A kill or a power cut loses nothing that was committed (WAL, synced at each commit).

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode as SqlError, OpenFlags, OptionalExtension, params};
use thiserror::Error;

use super::key::{Account, Key, plain};
use crate::folders::{for_the_owner_alone, make_parent};
use crate::model::UpdateRespondent;

/// Tells our files from others (`PRAGMA application_id`): "RSYN".
const APPLICATION: i32 = 0x5253_594E;

/// The form of the tables (`PRAGMA user_version`).
const VERSION: i32 = 1;

/// How long `state forget` may hold the file; another run has none while this one has its lock.
const PATIENCE: Duration = Duration::from_secs(30);

const TABLES: &str = "
    CREATE TABLE lists (list INTEGER PRIMARY KEY AUTOINCREMENT, base_url TEXT NOT NULL, account TEXT NOT NULL, survey TEXT NOT NULL,
        UNIQUE (base_url, account, survey));
    CREATE TABLE known (list INTEGER NOT NULL, respondent INTEGER NOT NULL, run INTEGER NOT NULL, digest BLOB NOT NULL,
        PRIMARY KEY (list, respondent)) WITHOUT ROWID;
    CREATE TABLE last_exports (base_url TEXT NOT NULL, account TEXT NOT NULL, survey TEXT NOT NULL, export TEXT NOT NULL,
        PRIMARY KEY (base_url, account, survey)) WITHOUT ROWID;
    CREATE TABLE runs (run INTEGER PRIMARY KEY AUTOINCREMENT);
";

/// Why a store cannot be used.
#[derive(Debug, Error)]
pub(crate) enum StoreError {
    #[error("the state `{}` is damaged ({why}), so nobody knows what was sent: `--full-refresh` sets it aside and builds a new one", path.display())]
    Damaged { path: PathBuf, why: String },
    #[error("`{}` is no state of this tool: give another file with `--state`", path.display())]
    Foreign { path: PathBuf },
    #[error("the state `{}` is of a later version of this tool: use that one, or another file with `--state`", path.display())]
    Later { path: PathBuf },
    #[error("another run holds the state `{}`", path.display())]
    Busy { path: PathBuf },
    #[error("cannot {act} the state `{}`", path.display())]
    Unusable {
        act: &'static str,
        path: PathBuf,
        source: io::Error,
    },
}

/// What is known of a respondent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KnownOf {
    pub(super) digest: u128,
    /// Written by an earlier run.
    pub(super) is_believed: bool,
}

/// The open file.
#[derive(Debug)]
pub(crate) struct Store {
    pub(super) connection: Connection,
    path: PathBuf,
    pub(super) account: Account,
    /// This run's number: above all that wrote here before.
    run: i64,
    /// The numbers of this account's surveys.
    pub(super) lists: HashMap<String, i64>,
}

impl Store {
    /// Opens the file, or makes it, readable for its owner alone, and its folder, for a run of this account.
    pub(crate) fn open(path: &Path, account: Account) -> Result<Self, StoreError> {
        let unusable = |act| {
            move |source| StoreError::Unusable {
                act,
                path: path.to_owned(),
                source,
            }
        };
        make_parent(path).map_err(unusable("make the folder of"))?;
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        for_the_owner_alone(&mut options);
        options.open(path).map_err(unusable("open"))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection =
            Connection::open_with_flags(path, flags).map_err(|error| fault("open", path, &error))?;
        Self::start(connection, path, account)
    }

    /// One that ends with the process.
    pub(crate) fn in_memory(account: Account) -> Result<Self, StoreError> {
        let path = Path::new("memory");
        let connection = Connection::open_in_memory().map_err(|error| fault("open", path, &error))?;
        Self::start(connection, path, account)
    }

    fn start(connection: Connection, path: &Path, account: Account) -> Result<Self, StoreError> {
        let mut store = Self {
            connection,
            path: path.to_owned(),
            account,
            run: 0,
            lists: HashMap::new(),
        };
        store.check()?;
        store.prepare().map_err(|error| store.fault("open", &error))?;
        store.load_lists()?;
        Ok(store)
    }

    /// Takes a number above all before: what is written from here on is believed by later runs alone.
    pub(super) fn begin_run(&mut self) -> Result<(), StoreError> {
        let insert = "INSERT INTO runs DEFAULT VALUES RETURNING run";
        self.run = self
            .connection
            .query_row(insert, [], |row| row.get(0))
            .and_then(|run| {
                self.connection.execute("DELETE FROM runs WHERE run < ?", [run])?;
                Ok(run)
            })
            .map_err(|error| self.fault("write", &error))?;
        Ok(())
    }

    fn prepare(&self) -> rusqlite::Result<()> {
        self.connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -2048; PRAGMA trusted_schema = OFF;",
        )
    }

    /// Makes the tables of a new file; of one that is not, tells whether it is ours and whole. One that is somebody else's is
    /// left as it was.
    fn check(&mut self) -> Result<(), StoreError> {
        self.connection
            .busy_timeout(PATIENCE)
            .and_then(|()| self.connection.execute_batch("PRAGMA cell_size_check = ON"))
            .map_err(|error| self.fault("open", &error))?;
        let number = |pragma: &str| {
            self.connection
                .query_row(&format!("PRAGMA {pragma}"), [], |row| row.get::<_, i32>(0))
                .map_err(|error| self.fault("read", &error))
        };
        let path = self.path.clone();
        match (number("application_id")?, number("user_version")?) {
            (APPLICATION, VERSION) => self.check_whole(),
            (APPLICATION, version) if version > VERSION => Err(StoreError::Later { path }),
            (0, 0) if number("schema_version")? == 0 => self
                .connection
                .execute_batch(&format!(
                    "BEGIN IMMEDIATE; {TABLES} PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}; COMMIT;"
                ))
                .map_err(|error| self.fault("write", &error)),
            _ => Err(StoreError::Foreign { path }),
        }
    }

    /// Reads every page, in about a second for ten million respondents.
    fn check_whole(&self) -> Result<(), StoreError> {
        let said: String = self
            .connection
            .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
            .map_err(|error| self.fault("read", &error))?;
        if said == "ok" {
            return Ok(());
        }
        Err(StoreError::Damaged {
            path: self.path.clone(),
            why: said.lines().next_back().unwrap_or_default().to_owned(),
        })
    }

    pub(super) fn begin(&mut self) -> Result<(), StoreError> {
        // At once: what is read here must still be true when it is written.
        self.execute("BEGIN IMMEDIATE")
    }

    pub(super) fn commit(&mut self) -> Result<(), StoreError> {
        self.execute("COMMIT")
    }

    /// What cannot be undone is undone when the file is closed.
    pub(super) fn roll_back(&mut self) {
        self.execute("ROLLBACK").ok();
        self.lists.clear();
    }

    fn execute(&self, statement: &str) -> Result<(), StoreError> {
        self.connection
            .execute_batch(statement)
            .map_err(|error| self.fault("write", &error))
    }

    /// The key of whom a command is for, if its survey has a number already.
    pub(super) fn key(&self, update: &UpdateRespondent) -> Option<Key> {
        let list = self.lists.get(plain(update.survey()))?;
        Some(Key::new(*list, update.respondent()))
    }

    /// The key of whom a command is for.
    pub(super) fn key_of(&mut self, update: &UpdateRespondent) -> Result<Key, StoreError> {
        if let Some(key) = self.key(update) {
            return Ok(key);
        }
        let list = self.list(plain(update.survey()))?;
        Ok(Key::new(list, update.respondent()))
    }

    /// The number of a survey, made where there is none.
    fn list(&mut self, survey: &str) -> Result<i64, StoreError> {
        let Account { base_url, account } = &self.account;
        let all = params![base_url, account, survey];
        let insert = "INSERT OR IGNORE INTO lists (base_url, account, survey) VALUES (?, ?, ?)";
        let select = "SELECT list FROM lists WHERE (base_url, account, survey) = (?, ?, ?)";
        let list = self
            .connection
            .execute(insert, all)
            .and_then(|_| self.connection.query_row(select, all, |row| row.get(0)))
            .map_err(|error| self.fault("write", &error))?;
        self.lists.insert(survey.to_owned(), list);
        Ok(list)
    }

    pub(super) fn known(&self, key: Key) -> Result<Option<KnownOf>, StoreError> {
        let select = "SELECT run, digest FROM known WHERE list = ? AND respondent = ?";
        self.connection
            .prepare_cached(select)
            .and_then(|mut select| {
                let of_row = |row: &rusqlite::Row<'_>| {
                    let (run, digest): (i64, [u8; 16]) = (row.get(0)?, row.get(1)?);
                    Ok(KnownOf {
                        digest: u128::from_be_bytes(digest),
                        is_believed: run != self.run,
                    })
                };
                select
                    .query_row(params![key.list, key.respondent], of_row)
                    .optional()
            })
            .map_err(|error| self.fault("read", &error))
    }

    pub(super) fn forget(&mut self, key: Key) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("DELETE FROM known WHERE list = ? AND respondent = ?")
            .and_then(|mut delete| delete.execute(params![key.list, key.respondent]))
            .map(drop)
            .map_err(|error| self.fault("write", &error))
    }

    /// Writes what was said last to a respondent.
    pub(super) fn put(&mut self, key: Key, digest: u128) -> Result<(), StoreError> {
        let insert = "INSERT OR REPLACE INTO known (list, respondent, run, digest) VALUES (?, ?, ?, ?)";
        self.connection
            .prepare_cached(insert)
            .and_then(|mut insert| {
                insert.execute(params![key.list, key.respondent, self.run, digest.to_be_bytes()])
            })
            .map(drop)
            .map_err(|error| self.fault("write", &error))
    }

    /// Writes what was said last to each of these, all or nothing.
    pub(super) fn remember(&mut self, said: &[(Key, u128)]) -> Result<(), StoreError> {
        self.begin()?;
        said.iter()
            .try_for_each(|(key, digest)| self.put(*key, *digest))
            .and_then(|()| self.commit())
            .inspect_err(|_| self.roll_back())
    }

    pub(super) fn fault(&self, act: &'static str, error: &rusqlite::Error) -> StoreError {
        fault(act, &self.path, error)
    }
}

/// What the library's error means for whoever has the file.
fn fault(act: &'static str, path: &Path, error: &rusqlite::Error) -> StoreError {
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(SqlError::DatabaseBusy | SqlError::DatabaseLocked) => StoreError::Busy { path },
        Some(SqlError::DatabaseCorrupt | SqlError::NotADatabase) | None => StoreError::Damaged {
            path,
            why: error.to_string(),
        },
        Some(_) => StoreError::Unusable {
            act,
            path,
            source: io::Error::other(error.to_string()),
        },
    }
}
