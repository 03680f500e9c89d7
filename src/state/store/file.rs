//! The file that is kept between runs: per account, survey and respondent, what was acknowledged
//! last and what may still be applied late. `state/mod.rs` decides when entries are read,
//! invalidated and written. `state/store/schema.rs` defines the tables, `state/store/inventory.rs`
//! answers the user's queries, and `state/store/lineage.rs` identifies runs.
//!
//! An entry takes about 33 bytes. A kill or a power cut loses nothing that was committed (WAL,
//! synced at each commit).

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

/// Maximum time to wait while `state forget` holds the file. Another run cannot hold it while this
/// one has its lock.
const PATIENCE: Duration = Duration::from_secs(30);

/// The entry of a respondent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::state) struct StoredUpdate {
    /// The run that wrote the entry.
    pub(in crate::state) run: i64,
    /// Digest of the content that the platform acknowledged last; `None` if it is unknown.
    pub(in crate::state) acknowledged: Option<u128>,
    /// Contents that were sent since or may be applied late. If they differ from the acknowledged
    /// one, that is not trusted.
    pub(in crate::state) doubt: Doubt,
    /// Until when `doubt` holds, in seconds since the epoch; `None` while a row is in flight in
    /// that run.
    pub(in crate::state) until: Option<i64>,
}

/// The open store.
#[derive(Debug)]
pub(crate) struct Store {
    pub(in crate::state) connection: Connection,
    path: PathBuf,
    pub(in crate::state) account: Account,
    /// This run's number, greater than that of all earlier runs of the store.
    pub(in crate::state) run: i64,
    /// The store's numbers for this account's surveys.
    pub(in crate::state) lists: HashMap<String, i64>,
    /// Whether the store is kept for later runs.
    pub(in crate::state) outlasts: bool,
    /// Whether the store was given the rows that the resumed run has sent.
    pub(in crate::state) knows_sent: bool,
}

impl Store {
    /// Opens the store for a command about all accounts: none is named.
    ///
    /// # Errors
    ///
    /// As [`Store::open`].
    pub(crate) fn open_for_all(path: &Path) -> Result<Self, StoreError> {
        let nobody = Account {
            base_url: String::new(),
            account: String::new(),
        };
        Self::open(path, nobody)
    }

    /// Opens the file for a run of this account. A missing file is created, with its folder,
    /// readable only by its owner.
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
        // The folders above may be links. The file itself, which is opened again by its name, must
        // not be one.
        let own = own_name(path).map_err(unusable("open"))?;
        let connection =
            Connection::open_with_flags(&own, flags).map_err(|error| fault("open", path, &error))?;
        Self::start(connection, path, account, true)
    }

    /// Opens a store that ends with the process. What exceeds its cache is kept in an unnamed file.
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

    /// Begins a transaction.
    pub(in crate::state) fn begin(&mut self) -> Result<(), StoreError> {
        // Locked immediately: what is read here must still be true when it is written.
        self.execute("BEGIN IMMEDIATE")
    }

    pub(in crate::state) fn commit(&mut self) -> Result<(), StoreError> {
        self.execute("COMMIT")
    }

    /// A failed rollback is completed when the file is closed.
    pub(in crate::state) fn roll_back(&mut self) {
        self.execute("ROLLBACK").ok();
        self.lists.clear();
    }

    /// Runs `act` in a transaction: all of it takes effect, or nothing.
    pub(in crate::state) fn transaction<T>(
        &mut self,
        act: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.begin()?;
        act(self)
            .and_then(|done| self.commit().map(|()| done))
            .inspect_err(|_| self.roll_back())
    }

    pub(in crate::state) fn execute(&self, statement: &str) -> Result<(), StoreError> {
        self.connection
            .execute_batch(statement)
            .map_err(|error| self.fault("write", &error))
    }

    /// Returns the key of a command's respondent; `None` if the store has no number for its survey.
    pub(in crate::state) fn key(&self, update: &UpdateRespondent) -> Option<Key> {
        let list = self.lists.get(plain(update.survey()))?;
        Some(Key::new(*list, update.respondent()))
    }

    /// Returns the key of a respondent, and gives its survey a number if it has none.
    pub(in crate::state) fn key_of(&mut self, survey: &str, respondent: &str) -> Result<Key, StoreError> {
        let survey = plain(survey);
        let list = match self.lists.get(survey) {
            Some(list) => *list,
            None => self.list(survey)?,
        };
        Ok(Key::new(list, respondent))
    }

    /// Returns the number of a survey, and creates it if there is none.
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

    /// Reads the entry of a respondent; `None` if there is none.
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

    /// Writes the entry of a respondent.
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

    /// Deletes the entry of a respondent. What is known of its labels stays: a call that failed changes
    /// nothing about what was acknowledged of each.
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

/// Returns the path with the links to its folder resolved.
pub(in crate::state) fn own_name(path: &Path) -> io::Result<PathBuf> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    Ok(folder.unwrap_or(Path::new(".")).canonicalize()?.join(name))
}

/// Reads a digest; `None` if the bytes are not one.
fn digest_of(bytes: &[u8]) -> Option<u128> {
    Some(u128::from_be_bytes(bytes.try_into().ok()?))
}
