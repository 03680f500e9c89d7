//! What the store knows of respondents, for a command that only reads. The file is not changed, not even
//! by a migration, and a run may hold it meanwhile.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use url::Url;

use super::error::{StoreError, fault};
use super::file::own_name;
use super::schema::{self, Readable};
use crate::model::Label;
use crate::state::key::Key;
use crate::system::folders::with_suffix;

/// What the store knows of a respondent of one survey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Acknowledged {
    /// The place of the id among those that were asked for.
    pub(crate) asked: usize,
    pub(crate) account: String,
    pub(crate) survey: String,
    /// Whether an acknowledgement is known. Without one, a call may be applied late.
    pub(crate) is_known: bool,
    /// The entry is not relied on: another call may have been applied since, or a full refresh is not
    /// finished. The next run sends the row again.
    pub(crate) in_doubt: bool,
    /// The id of the journal of the run that wrote the entry, if the store still has it.
    pub(crate) journal: Option<String>,
    /// Labels of which the store knows what was acknowledged last (`--on-conflict keep`).
    pub(crate) labels: Vec<Label>,
}

/// Reads what the store at this path knows of respondents, of all accounts and surveys.
///
/// # Errors
///
/// If the file is no store, of another version, or cannot be read.
pub(crate) fn acknowledged(path: &Path, respondents: &[String]) -> Result<Vec<Acknowledged>, StoreError> {
    let connection = open(path).map_err(|error| fault("open", path, &error))?;
    let readable = schema::readable(&connection, path)?;
    read(&connection, respondents, &readable).map_err(|error| fault("read", path, &error))
}

/// Opens the file for reading. Where no other process has its log of changes open, nothing is created
/// beside it.
fn open(path: &Path) -> rusqlite::Result<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let own = own_name(path).unwrap_or_else(|_| path.to_owned());
    let is_quiet = !with_suffix(&own, "-wal").exists();
    match Url::from_file_path(&own) {
        Ok(mut url) if is_quiet => {
            url.set_query(Some("immutable=1"));
            Connection::open_with_flags(url.as_str(), flags | OpenFlags::SQLITE_OPEN_URI)
        }
        _ => Connection::open_with_flags(&own, flags),
    }
}

fn read(
    connection: &Connection,
    respondents: &[String],
    readable: &Readable,
) -> rusqlite::Result<Vec<Acknowledged>> {
    let mut lists = connection.prepare("SELECT list, account, survey FROM lists ORDER BY account, survey")?;
    let lists = lists.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?)))?;
    let mut found = Vec::new();
    for list in lists {
        let (list, account, survey): (i64, String, String) = list?;
        for (asked, respondent) in respondents.iter().enumerate() {
            let key = Key::new(list, respondent);
            let entry = entry(connection, key, readable)?;
            let labels = labels(connection, key, readable)?;
            if entry.is_none() && labels.is_empty() {
                continue;
            }
            let (run, is_known, in_doubt) = entry.unwrap_or((0, false, false));
            found.push(Acknowledged {
                asked,
                account: account.clone(),
                survey: survey.clone(),
                is_known,
                in_doubt,
                journal: journal(connection, run, readable)?,
                labels,
            });
        }
    }
    Ok(found)
}

/// Returns the run that wrote an entry, whether it has an acknowledgement, and whether that is in doubt.
fn entry(
    connection: &Connection,
    key: Key,
    readable: &Readable,
) -> rusqlite::Result<Option<(i64, bool, bool)>> {
    let select = if readable.has_doubts {
        "SELECT run, length(digest) > 0, doubt IS NOT NULL FROM known WHERE list = ? AND respondent = ?"
    } else {
        "SELECT run, length(digest) > 0, 0 FROM known WHERE list = ? AND respondent = ?"
    };
    connection
        .query_row(select, params![key.list, key.respondent], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()
}

fn labels(connection: &Connection, key: Key, readable: &Readable) -> rusqlite::Result<Vec<Label>> {
    if !readable.has_labels {
        return Ok(Vec::new());
    }
    let mut select = connection.prepare("SELECT label FROM labels WHERE list = ? AND respondent = ?")?;
    let numbers = select.query_map(params![key.list, key.respondent], |row| row.get::<_, i64>(0))?;
    let numbers = numbers.collect::<rusqlite::Result<Vec<_>>>()?;
    let is_one = |label: &Label| i64::try_from(label.number()).is_ok_and(|number| numbers.contains(&number));
    Ok(Label::all().filter(is_one).collect())
}

fn journal(connection: &Connection, run: i64, readable: &Readable) -> rusqlite::Result<Option<String>> {
    if !readable.has_doubts {
        return Ok(None);
    }
    let journal = connection
        .query_row("SELECT journal FROM runs WHERE run = ?", [run], |row| row.get(0))
        .optional()?;
    Ok(journal.flatten())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::PathBuf;

    use super::*;
    use crate::model::Labelled;
    use crate::state::doubt::Doubt;
    use crate::state::key::Account;
    use crate::state::store::file::{Store, StoredUpdate};

    fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries
            .map(|path| (path.clone(), fs::read(path).unwrap()))
            .collect()
    }

    #[test]
    fn entries_and_labels_are_read_and_no_file_changes() {
        let folder = tempfile::tempdir().unwrap();
        // The characters have a meaning in an address. Windows has no file with a question mark.
        let name = if cfg!(windows) {
            "s 1%#.sqlite"
        } else {
            "s 1%?#.sqlite"
        };
        let path = folder.path().join(name);
        let account = Account {
            base_url: "https://x.example/".to_owned(),
            account: "1".to_owned(),
        };
        let mut store = Store::open(&path, account).unwrap();
        let put = |store: &mut Store, id: &str, acknowledged, doubt| {
            let key = store.key_of("7", id).unwrap();
            let (run, until) = (9, None);
            let entry = StoredUpdate {
                run,
                acknowledged,
                doubt,
                until,
            };
            store.put(key, &entry).unwrap();
            key
        };
        let key = put(&mut store, "1", Some(5), Doubt::None);
        put(&mut store, "2", Some(5), Doubt::Several);
        put(&mut store, "3", None, Doubt::One(4));
        let labelled = Labelled { said: 1, before: 2 };
        for label in ["l10", "l4"] {
            store.put_label(key, label.parse().unwrap(), labelled).unwrap();
        }
        let read = || {
            let ids = ["001", "2", "3", "4"].map(str::to_owned);
            let found = acknowledged(&path, &ids).unwrap();
            found
                .into_iter()
                .map(|found| (found.asked, found.is_known, found.in_doubt, found.labels.len()))
                .collect::<Vec<_>>()
        };
        let known = [(0, true, false, 2), (1, true, true, 0), (2, false, true, 0)];
        assert_eq!(read(), known, "a run has it");
        drop(store);
        let before = files(folder.path());
        assert_eq!(before.len(), 1);
        assert_eq!(read(), known);
        assert_eq!(files(folder.path()), before);
    }

    #[test]
    fn an_earlier_store_is_read_without_a_migration_and_another_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.sqlite");
        let earlier = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/earlier/state-1.sqlite");
        fs::copy(earlier, &path).unwrap();
        let before = files(folder.path());
        let ids = ["3".to_owned(), "99".to_owned()];
        let found = acknowledged(&path, &ids).unwrap();
        assert_eq!(
            (found.len(), &*found[0].survey, found[0].is_known),
            (1, "7", true)
        );
        assert_eq!(files(folder.path()), before);
        for bytes in [&b""[..], b"my notes", &fs::read(&path).unwrap()[..4096]] {
            fs::write(&path, bytes).unwrap();
            assert!(acknowledged(&path, &ids).is_err());
        }
    }
}
