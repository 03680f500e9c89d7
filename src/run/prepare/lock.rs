//! Locks against other runs. There is one lock per output, so that two runs do not write one file.
//! There is one per base URL and account, so that two runs do not exceed the agreed rate.
//!
//! The system releases a lock when its process ends, even after a crash. The lock's file is removed
//! with it. Another process may have just opened that file, so a lock counts only while its file
//! still has its name.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::anyhow;
use jiff::Timestamp;
use same_file::Handle;
use tokio::time::{Instant, sleep};
use xxhash_rust::xxh3::xxh3_128;

use crate::model::{ShownPath, local_time};
use crate::record::{OutputPaths, lock_of};
use crate::report::ExitCode;
use crate::run::Failure;
use crate::state::Account;
use crate::system::folders;
use crate::system::regular;

/// Interval at which a lock that is held by another process is requested again.
const ASK_EVERY: Duration = Duration::from_millis(100);

/// How the content of a lock file begins.
const MARK: &[u8] = b"process ";

/// The locks that a run holds.
#[derive(Debug, Default)]
pub(in crate::run) struct Locks {
    held: Vec<Lock>,
}

/// What a run needs for itself alone.
pub(in crate::run) struct Claims<'a> {
    pub(in crate::run) paths: &'a OutputPaths,
    /// The files of the run whose failed rows are sent again.
    pub(in crate::run) retried: Option<&'a OutputPaths>,
    /// The store's file, if there is one.
    pub(in crate::run) state: Option<&'a Path>,
    pub(in crate::run) account: &'a Account,
    /// Shown to other runs that wait.
    pub(in crate::run) input: &'a str,
    /// Maximum wait for all locks together.
    pub(in crate::run) wait: Duration,
}

impl Locks {
    /// Whether any lock is held.
    pub(in crate::run) fn is_held(&self) -> bool {
        !self.held.is_empty()
    }

    /// Takes the lock of the outputs, of the account if a folder for it exists, and of the store if
    /// there is one.
    pub(in crate::run) async fn take(claims: Claims<'_>) -> Result<Self, Failure> {
        let Claims {
            paths,
            retried,
            state,
            account,
            input,
            wait,
        } = claims;
        // A deadline out of `Instant`'s range means no deadline.
        let until = Instant::now().checked_add(wait);
        let mut held = Vec::new();
        for paths in retried.into_iter().chain([paths]) {
            let path = lock_of(&paths.results);
            let output = Lock::wait_for(&path, "this output", input, until).await?;
            held.extend(output.map_err(|error| {
                Failure::usage(anyhow!(error).context(format!("cannot create `{}`", path.shown())))
            })?);
        }
        match account_lock(account) {
            Ok(path) => match Lock::wait_for(&path, "this account", input, until).await? {
                Ok(lock) => held.extend(lock),
                Err(error) => warn_without(&error),
            },
            Err(error) => warn_without(&error),
        }
        if let Some(path) = state {
            held.extend(state_lock(path, input, until).await?);
        }
        Ok(Self { held })
    }
}

impl Locks {
    /// Takes the locks of outputs, by their results, and of the store if there is one, without waiting.
    /// `by` is shown to others.
    pub(in crate::run) async fn of_files(
        results: impl IntoIterator<Item = &Path>,
        state: Option<&Path>,
        by: &str,
    ) -> Result<Self, Failure> {
        let now = Some(Instant::now());
        let mut held = Vec::new();
        for results in results {
            let path = lock_of(results);
            let lock = Lock::wait_for(&path, "this output", by, now).await?;
            held.extend(lock.map_err(|error| {
                Failure::usage(anyhow!(error).context(format!("cannot create `{}`", path.shown())))
            })?);
        }
        if let Some(state) = state {
            held.extend(state_lock(state, by, now).await?);
        }
        Ok(Self { held })
    }

    /// Takes the lock of the store alone, without waiting.
    pub(in crate::run) async fn of_state(path: &Path) -> Result<Self, Failure> {
        let lock = state_lock(path, "`state forget`", Some(Instant::now())).await?;
        Ok(Self {
            held: lock.into_iter().collect(),
        })
    }
}

/// Takes the lock of the store. Two runs that used one store at the same time would each trust
/// entries that the other has made outdated.
async fn state_lock(path: &Path, input: &str, until: Option<Instant>) -> Result<Option<Lock>, Failure> {
    // Links are resolved, so that one store has one lock.
    let own = path.canonicalize();
    let name = folders::with_suffix(own.as_deref().unwrap_or(path), ".lock");
    let cannot = |error: io::Error| {
        Failure::usage(anyhow!(error).context(format!("cannot lock the state `{}`", path.shown())))
    };
    folders::make_parent(path).map_err(cannot)?;
    let lock = Lock::wait_for(&name, "this state", input, until).await?;
    lock.map_err(cannot)
}

fn warn_without(error: &io::Error) {
    tracing::warn!(
        event = "account_not_locked",
        "no lock for the account, since no state folder can be written ({error}): take care that no other run makes \
         calls for it"
    );
}

/// Returns the path of an account's lock. Creates its folder.
fn account_lock(account: &Account) -> io::Result<PathBuf> {
    let folder = folders::state().ok_or(io::ErrorKind::NotFound)?;
    folders::make(&folder)?;
    let name = xxh3_128(format!("{}\n{}", account.base_url, account.account).as_bytes());
    Ok(folder.join(format!("{name:032x}.lock")))
}

/// A lock that is held.
#[derive(Debug)]
struct Lock {
    /// The locked file. It stays open as long as this value lives.
    handle: Handle,
    path: PathBuf,
}

/// The answer to a request for a lock.
enum Asked {
    Held(Lock),
    /// Another process has it. Holds what that process wrote into the file.
    Busy(String),
    /// The file system does not support locks.
    Unsupported,
}

impl Lock {
    /// Waits for a lock. The inner result is the lock, `None` if the file system does not support
    /// locks, or why the file cannot be opened. Fails if another process still has the lock at
    /// `until`.
    async fn wait_for(
        path: &Path,
        what: &str,
        input: &str,
        until: Option<Instant>,
    ) -> Result<io::Result<Option<Self>>, Failure> {
        let mut told = false;
        loop {
            let holder = match Self::ask(path, input) {
                Ok(Asked::Held(lock)) => return Ok(Ok(Some(lock))),
                Ok(Asked::Unsupported) => {
                    tracing::warn!(
                        event = "output_not_locked",
                        "no lock on `{}`: its file system has none",
                        path.shown()
                    );
                    return Ok(Ok(None));
                }
                Ok(Asked::Busy(holder)) => holder,
                Err(error) => return Ok(Err(error)),
            };
            if until.is_some_and(|until| Instant::now() >= until) {
                return Err(Failure {
                    code: ExitCode::Locked,
                    error: anyhow!(
                        "another run has {what}: {holder}; {}",
                        if told {
                            "it did not end within `--wait-lock`"
                        } else {
                            "wait for its end, or let this one wait with `--wait-lock`"
                        }
                    ),
                });
            }
            if !told {
                told = true;
                tracing::info!(
                    event = "lock_awaited",
                    "waiting for another run that has {what}: {holder}"
                );
            }
            sleep(ASK_EVERY).await;
        }
    }

    fn ask(path: &Path, input: &str) -> io::Result<Asked> {
        loop {
            // Links are not followed: the target may be another user's file, which would be
            // overwritten.
            let mut file = regular::open_or_create(path, false)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(Asked::Busy(holder(&mut file))),
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                    return Ok(Asked::Unsupported);
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // The previous holder may have removed the file in the meantime. Then this lock is on a
            // file without a name.
            let handle = Handle::from_file(file.try_clone()?)?;
            if Handle::from_path(path).is_ok_and(|named| named == handle) {
                let mut before = [0; MARK.len()];
                let length = file.read(&mut before)?;
                if length > 0 && !MARK.starts_with(before.get(..length).unwrap_or_default()) {
                    return Err(io::Error::new(
                        io::ErrorKind::AlreadyExists,
                        "it is no lock of this program",
                    ));
                }
                file.set_len(0)?;
                file.rewind()?;
                let since = local_time(Timestamp::now());
                write!(file, "process {} since {since}, with {input}", std::process::id())?;
                return Ok(Asked::Held(Self {
                    handle,
                    path: path.to_owned(),
                }));
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The file is removed while the lock is held, and only if it is still this one: it may have
        // been deleted by hand and created anew by another run. A file that stays is reused by the
        // next run.
        if Handle::from_path(&self.path).is_ok_and(|named| named == self.handle) {
            fs::remove_file(&self.path).ok();
        }
    }
}

/// Describes the holder of a lock, as far as the file can be read. On Windows a locked file cannot
/// be read.
fn holder(file: &mut File) -> String {
    const MAX: u64 = 1000;
    let mut text = String::new();
    let read = file.take(MAX).read_to_string(&mut text);
    if read.is_err() || text.is_empty() {
        return "who it is cannot be read".to_owned();
    }
    crate::model::clean(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(asked: io::Result<Asked>) -> Option<Lock> {
        match asked.unwrap() {
            Asked::Held(lock) => Some(lock),
            _ => None,
        }
    }

    #[test]
    fn one_at_a_time_and_nothing_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lock");
        let first = held(Lock::ask(&path, "a.csv"));
        assert!(first.is_some());
        let Asked::Busy(who) = Lock::ask(&path, "b.csv").unwrap() else {
            panic!("taken twice")
        };
        #[cfg(unix)]
        assert!(
            who.starts_with("process ") && who.ends_with(", with a.csv"),
            "{who}"
        );
        #[cfg(not(unix))]
        drop(who);
        drop(first);
        assert!(!path.exists());
        assert!(held(Lock::ask(&path, "b.csv")).is_some());
    }

    /// Many threads take and release one lock; no two have it at the same time.
    #[test]
    fn removing_the_file_lets_nobody_in_twice() {
        use std::sync::atomic::{AtomicU32, Ordering};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lock");
        let (inside, entered) = (AtomicU32::new(0), AtomicU32::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..300 {
                        if let Some(lock) = held(Lock::ask(&path, "a.csv")) {
                            assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                            entered.fetch_add(1, Ordering::SeqCst);
                            std::thread::yield_now();
                            inside.fetch_sub(1, Ordering::SeqCst);
                            drop(lock);
                        }
                    }
                });
            }
        });
        assert!(entered.load(Ordering::SeqCst) > 0);
    }
}
