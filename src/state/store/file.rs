//! The file that outlasts runs: what was acknowledged last and what may still be applied late, per account, survey and
//! respondent. When what is read, deleted and written is decided in `state/mod.rs`; the form of the tables is in
//! `state/store/schema.rs`, what people ask of it in `state/store/inventory.rs`, which run is which in `state/store/lineage.rs`.
//!
//! About 33 bytes a respondent. A kill or a power cut loses nothing that was committed (WAL, synced at each commit).

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use super::error::{StoreError, fault};
use super::schema;
use crate::model::UpdateRespondent;
use crate::state::doubt::Doubt;
use crate::state::key::{Account, Key, plain};
use crate::system::folders::make_parent;
use crate::system::regular;

/// How long `state forget` may hold the file; another run has none while this one has its lock.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is known of a respondent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::state) struct StoredUpdate {
    /// The run that wrote it.
    pub(in crate::state) run: i64,
    /// What the platform acknowledged last, as far as that is known.
    pub(in crate::state) acknowledged: Option<u128>,
    /// What was sent since, and what may be applied late: where it says something else, what was acknowledged is not believed.
    pub(in crate::state) doubt: Doubt,
    /// Until when, in seconds of the epoch; nothing while a row is under way in that run.
    pub(in crate::state) until: Option<i64>,
}

/// The open file.
#[derive(Debug)]
pub(crate) struct Store {
    pub(in crate::state) connection: Connection,
    path: PathBuf,
    pub(in crate::state) account: Account,
    /// This run's number: above all that wrote here before.
    pub(in crate::state) run: i64,
    /// The numbers of this account's surveys.
    pub(in crate::state) lists: HashMap<String, i64>,
    /// It is there for later runs, too.
    pub(in crate::state) outlasts: bool,
    /// It was told which rows a run has sent that this one resumes.
    pub(in crate::state) knows_sent: bool,
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
        regular::open_or_create(path, true).map_err(unusable("open"))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        // The folders above may well be links; the file itself, which is opened by its name once more, may not.
        let own = own_name(path).map_err(unusable("open"))?;
        let connection =
            Connection::open_with_flags(&own, flags).map_err(|error| fault("open", path, &error))?;
        Self::start(connection, path, account, true)
    }

    /// One that ends with the process. What does not fit into its cache lies in a file without a name.
    pub(crate) fn temporary(account: Account) -> Result<Self, StoreError> {
        let path = Path::new("");
        let connection = Connection::open(path).map_err(|error| fault("open", path, &error))?;
        Self::start(connection, path, account, false)
    }

    fn start(
        connection: Connection,
        path: &Path,
        account: Account,
        outlasts: bool,
    ) -> Result<Self, StoreError> {
        let mut store = Self {
            connection,
            path: path.to_owned(),
            account,
            run: 0,
            lists: HashMap::new(),
            outlasts,
            knows_sent: false,
        };
        store
            .connection
            .busy_timeout(PATIENCE)
            .and_then(|()| store.connection.execute_batch("PRAGMA cell_size_check = ON"))
            .map_err(|error| store.fault("open", &error))?;
        schema::check(&store.connection, path)?;
        store.prepare().map_err(|error| store.fault("open", &error))?;
        store.load_lists()?;
        Ok(store)
    }

    fn prepare(&self) -> rusqlite::Result<()> {
        self.connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -2048; PRAGMA trusted_schema = OFF;",
        )
    }

    pub(in crate::state) fn begin(&mut self) -> Result<(), StoreError> {
        // At once: what is read here must still be true when it is written.
        self.execute("BEGIN IMMEDIATE")
    }

    pub(in crate::state) fn commit(&mut self) -> Result<(), StoreError> {
        self.execute("COMMIT")
    }

    /// What cannot be undone is undone when the file is closed.
    pub(in crate::state) fn roll_back(&mut self) {
        self.execute("ROLLBACK").ok();
        self.lists.clear();
    }

    /// All of the act or nothing.
    pub(in crate::state) fn transaction<T>(
        &mut self,
        act: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.begin()?;
        act(self)
            .and_then(|done| self.commit().map(|()| done))
            .inspect_err(|_| self.roll_back())
    }

    fn execute(&self, statement: &str) -> Result<(), StoreError> {
        self.connection
            .execute_batch(statement)
            .map_err(|error| self.fault("write", &error))
    }

    /// The key of whom a command is for, if its survey has a number already.
    pub(in crate::state) fn key(&self, update: &UpdateRespondent) -> Option<Key> {
        let list = self.lists.get(plain(update.survey()))?;
        Some(Key::new(*list, update.respondent()))
    }

    /// The key of a respondent.
    pub(in crate::state) fn key_of(&mut self, survey: &str, respondent: &str) -> Result<Key, StoreError> {
        let survey = plain(survey);
        let list = match self.lists.get(survey) {
            Some(list) => *list,
            None => self.list(survey)?,
        };
        Ok(Key::new(list, respondent))
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

    pub(in crate::state) fn entry(&self, key: Key) -> Result<Option<StoredUpdate>, StoreError> {
        let select = "SELECT run, digest, doubt, until FROM known WHERE list = ? AND respondent = ?";
        let of_row = |row: &rusqlite::Row<'_>| {
            Ok(StoredUpdate {
                run: row.get(0)?,
                acknowledged: digest_of(row.get_ref(1)?.as_blob()?),
                doubt: match row.get_ref(2)?.as_blob_or_null()? {
                    None => Doubt::None,
                    Some(blob) => digest_of(blob).map_or(Doubt::Several, Doubt::One),
                },
                until: row.get(3)?,
            })
        };
        self.connection
            .prepare_cached(select)
            .and_then(|mut select| {
                select
                    .query_row(params![key.list, key.respondent], of_row)
                    .optional()
            })
            .map_err(|error| self.fault("read", &error))
    }

    pub(in crate::state) fn put(&mut self, key: Key, entry: &StoredUpdate) -> Result<(), StoreError> {
        let insert = "INSERT OR REPLACE INTO known (list, respondent, run, digest, doubt, until) VALUES (?, ?, ?, ?, ?, ?)";
        let digest = entry.acknowledged.map(u128::to_be_bytes);
        let doubt = match entry.doubt {
            Doubt::None => None,
            Doubt::One(digest) => Some(digest.to_be_bytes().to_vec()),
            Doubt::Several => Some(Vec::new()),
        };
        let digest = digest.as_ref().map_or(&[][..], |digest| digest);
        self.connection
            .prepare_cached(insert)
            .and_then(|mut insert| {
                insert.execute(params![
                    key.list,
                    key.respondent,
                    entry.run,
                    digest,
                    doubt,
                    entry.until
                ])
            })
            .map(drop)
            .map_err(|error| self.fault("write", &error))
    }

    /// Nothing is known of a respondent any more.
    pub(in crate::state) fn remove(&mut self, key: Key) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("DELETE FROM known WHERE list = ? AND respondent = ?")
            .and_then(|mut delete| delete.execute(params![key.list, key.respondent]))
            .map(drop)
            .map_err(|error| self.fault("write", &error))
    }

    pub(in crate::state) fn fault(&self, act: &'static str, error: &rusqlite::Error) -> StoreError {
        fault(act, &self.path, error)
    }
}

/// The path with the links resolved that lead to its folder.
fn own_name(path: &Path) -> io::Result<PathBuf> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    Ok(folder.unwrap_or(Path::new(".")).canonicalize()?.join(name))
}

/// A digest, if the bytes are one.
fn digest_of(bytes: &[u8]) -> Option<u128> {
    Some(u128::from_be_bytes(bytes.try_into().ok()?))
}
