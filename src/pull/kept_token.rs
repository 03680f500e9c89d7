//! Keeps a token until it expires, because the platform limits how many it gives: a file in the
//! state folder, readable by its owner alone. Without a folder a token ends with the process.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use crate::model::{Api, ShownPath as _};
use crate::system::regular;
use crate::system::trust;

/// Maximum size of the file in bytes. Tokens have one or two thousand.
const MAX_BYTES: u64 = 64 << 10;

/// The longest time for which a token is kept: what the vendor says of one.
const MAX_SECONDS: u64 = 3_600;

/// The file of one API key's token.
#[derive(Debug)]
pub(super) struct KeptToken(Option<PathBuf>);

#[derive(Serialize, Deserialize)]
struct Stored {
    token: String,
    /// When it expires, in seconds since the epoch.
    until: i64,
}

impl KeptToken {
    /// Names the file by a digest of the key and of where it is valid, so that another key never
    /// uses the token.
    pub(super) fn new(folder: Option<&Path>, api: &Api) -> Self {
        let key = format!("{}\0{}", api.token_url(), api.token_form().expose_secret());
        let name = format!("api-token-{:032x}.json", xxh3_128(key.as_bytes()));
        Self(folder.map(|folder| folder.join(name)))
    }

    /// Returns the token, if one is kept that has not expired. A file that others can change is not
    /// trusted.
    pub(super) fn load(&self, now: Timestamp) -> Option<SecretString> {
        let path = self.0.as_deref().filter(|path| path.exists())?;
        trust::check(path).ok()?;
        let bytes = regular::read_at_most(&regular::open(path).ok()?, MAX_BYTES).ok()??;
        let stored: Stored = serde_json::from_slice(&bytes).ok()?;
        let is_token = !stored.token.is_empty() && stored.token.bytes().all(|byte| byte.is_ascii_graphic());
        (is_token && now.as_second() < stored.until).then(|| SecretString::from(stored.token))
    }

    /// Keeps a token for as long as it is valid. A failure is a warning: the next command asks for
    /// a token of its own.
    pub(super) fn store(&self, token: &SecretString, seconds: Option<u64>, now: Timestamp) {
        let Some(path) = &self.0 else { return };
        let seconds = seconds.unwrap_or(MAX_SECONDS).min(MAX_SECONDS);
        let stored = Stored {
            token: token.expose_secret().to_owned(),
            until: now
                .as_second()
                .saturating_add(i64::try_from(seconds).unwrap_or_default()),
        };
        if let Err(error) = write(path, &stored) {
            tracing::warn!(
                event = "token_not_kept",
                "cannot keep the API's token in `{}`: {error}",
                path.shown()
            );
        }
    }

    /// Removes a token that the platform no longer accepts.
    pub(super) fn forget(&self) {
        if let Some(path) = &self.0 {
            fs::remove_file(path).ok();
        }
    }
}

fn write(path: &Path, stored: &Stored) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new(""));
    crate::system::folders::make_parent(path)?;
    let text = serde_json::to_vec(stored)?;
    // Created for its owner alone.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(&text)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
