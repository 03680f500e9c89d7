//! Who else is at work: one lock per output, so that two runs do not write one file, and one per base URL and account,
//! so that two runs do not make twice the calls that were agreed.
//!
//! The system releases a lock when its process dies, however it dies. A lock's file is removed with it; since that can
//! cross with somebody who has just opened it, a lock counts only while its file still has its name.

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

/// How often a lock that is held by somebody else is asked for again.
const ASK_EVERY: Duration = Duration::from_millis(100);

/// How what a lock's file says begins.
const MARK: &[u8] = b"process ";

/// What a run holds while it goes on.
#[derive(Debug, Default)]
pub(in crate::run) struct Locks {
    _held: Vec<Lock>,
}

/// What a run wants for itself alone.
pub(in crate::run) struct Claims<'a> {
    pub(in crate::run) paths: &'a OutputPaths,
    /// The store, if there is one.
    pub(in crate::run) state: Option<&'a Path>,
    pub(in crate::run) account: &'a Account,
    /// Shown to others that wait.
    pub(in crate::run) input: &'a str,
    /// How long to wait for all of them together.
    pub(in crate::run) wait: Duration,
}

impl Locks {
    /// Takes the lock of the outputs, of the state where there is one and, where there is a place for it, the account's.
    pub(in crate::run) async fn take(claims: Claims<'_>) -> Result<Self, Failure> {
        let Claims {
            paths,
            state,
            account,
            input,
            wait,
        } = claims;
        // One that is too far away to be counted is none.
        let until = Instant::now().checked_add(wait);
        let mut held = Vec::new();
        let path = lock_of(&paths.results);
        let output = Lock::wait_for(&path, "this output", input, until).await?;
        held.extend(output.map_err(|error| {
            Failure::usage(anyhow!(error).context(format!("cannot create `{}`", path.shown())))
        })?);
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
        Ok(Self { _held: held })
    }
}

impl Locks {
    /// Takes the lock of what is remembered alone, and waits for nobody.
    pub(in crate::run) async fn of_state(path: &Path) -> Result<Self, Failure> {
        let lock = state_lock(path, "`state forget`", Some(Instant::now())).await?;
        Ok(Self {
            _held: lock.into_iter().collect(),
        })
    }
}

/// The lock of what is remembered: a run that does not know of another would believe what is no longer true.
async fn state_lock(path: &Path, input: &str, until: Option<Instant>) -> Result<Option<Lock>, Failure> {
    // By its own name, whatever link leads to it: one store has one lock.
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

/// Where the lock of an account lies; its folder is made.
fn account_lock(account: &Account) -> io::Result<PathBuf> {
    let folder = folders::state().ok_or(io::ErrorKind::NotFound)?;
    folders::make(&folder)?;
    let name = xxh3_128(format!("{}\n{}", account.base_url, account.account).as_bytes());
    Ok(folder.join(format!("{name:032x}.lock")))
}

/// One lock that is held.
#[derive(Debug)]
struct Lock {
    /// The file that is locked, as long as this lives.
    handle: Handle,
    path: PathBuf,
}

/// What came of asking for a lock.
enum Asked {
    Held(Lock),
    /// Somebody else has it, who has written this.
    Busy(String),
    /// The file system has no locks.
    Unsupported,
}

impl Lock {
    /// The lock, or nothing where the file system has none, or why its file cannot be opened; a failure if somebody else
    /// has it for too long.
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
            // A link may lead to another user's file, which would be overwritten.
            let mut file = regular::open_or_create(path, false)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(Asked::Busy(holder(&mut file))),
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                    return Ok(Asked::Unsupported);
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // Whoever had it may have removed the file meanwhile; then this lock is on one without a name.
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
        // While it is still held, and only if it is this one: somebody may have tidied up, and another run have made a new
        // one. One that stays is taken by the next run.
        if Handle::from_path(&self.path).is_ok_and(|named| named == self.handle) {
            fs::remove_file(&self.path).ok();
        }
    }
}

/// Who holds a lock, as far as its file can be read: Windows lets nobody read what is locked.
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

    /// Many threads take and give back one lock: never two of them have it.
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
