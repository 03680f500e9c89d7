//! The state that `forget` looks at, and its damaged forerunners.

use std::fs;
use std::path::{Path, PathBuf};

use crate::state::{Store, StoreError};
use crate::text::Left;

/// Opens the store and counts its entries of these respondents.
pub(super) fn open(path: &Path, respondents: &[String]) -> Result<(Store, u64), StoreError> {
    let store = Store::open_for_all(path)?;
    let entries = store.entries_of(respondents)?;
    Ok((store, entries))
}

/// Lists the damaged states that `--full-refresh` has set aside.
pub(super) fn damaged_states(state: &Path) -> Vec<(PathBuf, Left)> {
    let folder = state.parent().filter(|folder| !folder.as_os_str().is_empty());
    let begins = format!(
        "{}.damaged-",
        state.file_name().unwrap_or_default().to_string_lossy()
    );
    let entries = fs::read_dir(folder.unwrap_or(Path::new(".")));
    let names = entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name());
    let mut damaged: Vec<_> = names
        .filter(|name| name.to_string_lossy().starts_with(&begins))
        .map(|name| (state.with_file_name(name), Left::DamagedState))
        .collect();
    damaged.sort_by(|one, other| one.0.cmp(&other.0));
    damaged
}
