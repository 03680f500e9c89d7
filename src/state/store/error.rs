//! Errors of the store, and what the library's errors mean for the user.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode as SqlError;
use thiserror::Error;

use crate::model::ShownPath as _;

/// Why a store cannot be used.
#[derive(Debug, Error)]
pub(crate) enum StoreError {
    #[error("the state `{}` is damaged ({why}), so what was sent is unknown: `--full-refresh` sets it aside and builds a new one", path.shown())]
    Damaged { path: PathBuf, why: String },
    #[error("`{}` is no state of this tool: give another file with `--state`", path.shown())]
    Foreign { path: PathBuf },
    #[error("the state `{}` is of a later version of this tool: use that one, or another file with `--state`", path.shown())]
    Later { path: PathBuf },
    #[error("another run holds the state `{}`", path.shown())]
    Busy { path: PathBuf },
    #[error("cannot {act} the state `{}`", path.shown())]
    Unusable {
        act: &'static str,
        path: PathBuf,
        source: io::Error,
    },
}

/// Converts an error of the library. `act` is the verb for the message, such as `read`.
pub(in crate::state) fn fault(act: &'static str, path: &Path, error: &rusqlite::Error) -> StoreError {
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
