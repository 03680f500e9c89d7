//! The schema of the store: creates it, checks it, and migrates earlier versions.

use std::path::Path;

use rusqlite::Connection;

use super::error::{StoreError, fault};

/// Identifies files of this tool (`PRAGMA application_id`): "RSYN".
const APPLICATION: i32 = 0x5253_594E;

/// The version of the schema (`PRAGMA user_version`).
const VERSION: i32 = 3;

/// The schema. `known.digest` is empty if no acknowledgement is known. `known.doubt` is what may
/// still be applied late (null: nothing; empty: several contents), until `known.until` (seconds
/// since the epoch), which is null while a row of the respondent is in flight in `known.run`.
///
/// `runs.journal` is the id of the journal that the run wrote; `runs.passes` is how often the run
/// invalidated entries.
const TABLES: &str = "
    CREATE TABLE store (id BLOB NOT NULL);
    INSERT INTO store (id) VALUES (randomblob(16));
    CREATE TABLE lists (list INTEGER PRIMARY KEY AUTOINCREMENT, base_url TEXT NOT NULL, account TEXT NOT NULL, survey TEXT NOT NULL,
        UNIQUE (base_url, account, survey));
    CREATE TABLE known (list INTEGER NOT NULL, respondent INTEGER NOT NULL, run INTEGER NOT NULL, digest BLOB NOT NULL,
        doubt BLOB, until INTEGER,
        PRIMARY KEY (list, respondent)) WITHOUT ROWID;
    CREATE TABLE last_exports (base_url TEXT NOT NULL, account TEXT NOT NULL, survey TEXT NOT NULL, export TEXT NOT NULL,
        PRIMARY KEY (base_url, account, survey)) WITHOUT ROWID;
    CREATE TABLE runs (run INTEGER PRIMARY KEY AUTOINCREMENT, journal TEXT, passes INTEGER NOT NULL DEFAULT 0);
";

/// What version 3 has beside version 2. `proven` holds the labels of a survey whose written values were
/// read back. `labels` holds, for each label that was sent with `--on-conflict keep`, the digest of the
/// value that was acknowledged and of the one that the list had before it.
const LABELS: &str = "
    CREATE TABLE proven (list INTEGER NOT NULL, label INTEGER NOT NULL, PRIMARY KEY (list, label)) WITHOUT ROWID;
    CREATE TABLE labels (list INTEGER NOT NULL, respondent INTEGER NOT NULL, label INTEGER NOT NULL,
        said INTEGER NOT NULL, before INTEGER NOT NULL, PRIMARY KEY (list, respondent, label)) WITHOUT ROWID;
";

/// The migration from version 1, whose entries stay valid.
const FROM_1: &str = "
    CREATE TABLE store (id BLOB NOT NULL);
    INSERT INTO store (id) VALUES (randomblob(16));
    ALTER TABLE known ADD COLUMN doubt BLOB;
    ALTER TABLE known ADD COLUMN until INTEGER;
    ALTER TABLE runs ADD COLUMN journal TEXT;
    ALTER TABLE runs ADD COLUMN passes INTEGER NOT NULL DEFAULT 0;
";

/// Creates the tables of a new file. For an existing file, checks that it belongs to this tool and
/// is undamaged, and migrates it to the current version. A file of another program is not changed.
pub(in crate::state) fn check(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    match form(connection, path)? {
        Form::This => check_whole(connection, path),
        Form::Version1 => {
            check_whole(connection, path)?;
            bring_to_this(connection, &[FROM_1, LABELS]).map_err(|error| fault("migrate", path, &error))
        }
        Form::Version2 => {
            check_whole(connection, path)?;
            bring_to_this(connection, &[LABELS]).map_err(|error| fault("migrate", path, &error))
        }
        Form::Nothing => {
            bring_to_this(connection, &[TABLES, LABELS]).map_err(|error| fault("write", path, &error))
        }
    }
}

/// What can be read of a file that is not migrated.
pub(in crate::state) struct Readable {
    /// Entries may be in doubt, and runs have the id of their journal.
    pub(in crate::state) has_doubts: bool,
    /// Single labels are known.
    pub(in crate::state) has_labels: bool,
}

/// Checks that a file belongs to this tool, and returns what can be read of it without a migration.
pub(in crate::state) fn readable(connection: &Connection, path: &Path) -> Result<Readable, StoreError> {
    let form = form(connection, path)?;
    if matches!(form, Form::Nothing) {
        let path = path.to_owned();
        return Err(StoreError::Foreign { path });
    }
    Ok(Readable {
        has_doubts: !matches!(form, Form::Version1),
        has_labels: matches!(form, Form::This),
    })
}

/// The schema that a file has.
enum Form {
    Nothing,
    Version1,
    Version2,
    This,
}

fn form(connection: &Connection, path: &Path) -> Result<Form, StoreError> {
    let number = |pragma: &str| {
        connection
            .query_row(&format!("PRAGMA {pragma}"), [], |row| row.get::<_, i32>(0))
            .map_err(|error| fault("read", path, &error))
    };
    let path = path.to_owned();
    match (number("application_id")?, number("user_version")?) {
        (APPLICATION, VERSION) => Ok(Form::This),
        (APPLICATION, 1) => Ok(Form::Version1),
        (APPLICATION, 2) => Ok(Form::Version2),
        (APPLICATION, version) if version > VERSION => Err(StoreError::Later { path }),
        (0, 0) if number("schema_version")? == 0 => Ok(Form::Nothing),
        _ => Err(StoreError::Foreign { path }),
    }
}

/// Runs the statements in a transaction: all take effect or none, even if the process is killed.
fn bring_to_this(connection: &Connection, statements: &[&str]) -> rusqlite::Result<()> {
    let statements = statements.concat();
    let all = format!(
        "BEGIN IMMEDIATE; {statements} PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}; COMMIT;"
    );
    connection.execute_batch(&all).inspect_err(|_| {
        // A failed rollback is completed when the file is closed.
        connection.execute_batch("ROLLBACK").ok();
    })
}

/// Checks every page of the file, which takes about a second for ten million respondents.
fn check_whole(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let said: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(|error| fault("read", path, &error))?;
    if said == "ok" {
        return Ok(());
    }
    Err(StoreError::Damaged {
        path: path.to_owned(),
        why: said.lines().next_back().unwrap_or_default().to_owned(),
    })
}
