//! The nights on which a job made no call, for the overview: one line of JSON each, the newest last. A run
//! that makes a call leaves its summary instead.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::files;
use super::names::SUMMARY;
use crate::record::error::OutputError;
use crate::system::regular;

/// What the file's name ends with, in the place of the summary's ending.
pub(crate) const NIGHTS: &str = ".nights.jsonl";

/// Number of nights that are kept.
const KEPT: usize = 60;

/// Maximum bytes of the file that are read.
const MAX_BYTES: u64 = 1 << 20;

/// Maximum characters of a reason.
const MAX_WHY: usize = 500;

/// A night without a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UnsentNight {
    pub(crate) at: Timestamp,
    pub(crate) exit_code: u8,
    /// Why, in English and in Polish, without cells.
    pub(crate) why_en: String,
    pub(crate) why_pl: String,
}

/// Returns the path of the file that goes with this summary.
pub(crate) fn nights_beside(summary: &Path) -> PathBuf {
    let name = summary.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.strip_suffix(SUMMARY).unwrap_or(&name);
    summary.with_file_name(format!("{stem}{NIGHTS}"))
}

/// Reads the nights, oldest first. A line that is none is left out; a file that cannot be read has none.
pub(crate) fn unsent_nights(path: &Path) -> Vec<UnsentNight> {
    let read = regular::open(path).and_then(|file| regular::read_at_most(&file, MAX_BYTES));
    let bytes = read.ok().flatten().unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let nights = text.lines().filter_map(|line| serde_json::from_str(line).ok());
    nights.collect()
}

/// Adds a night. The file is replaced in one step; older nights than the last 60 are dropped. `others` are
/// files that it must not be.
///
/// # Errors
///
/// If something else is in its place, or the file cannot be written.
pub(crate) fn note_unsent(
    path: &Path,
    mut night: UnsentNight,
    others: &[PathBuf],
) -> Result<(), OutputError> {
    let fault = |source| OutputError::write(path, source);
    if others.iter().any(|other| files::is_same(path, other)) {
        return Err(OutputError::Same(path.to_owned()));
    }
    for why in [&mut night.why_en, &mut night.why_pl] {
        *why = why.replace('\n', " ").chars().take(MAX_WHY).collect();
    }
    let mut nights = if files::exists(path) {
        own_nights(path)?
    } else {
        Vec::new()
    };
    nights.push(night);
    let surplus = nights.len().saturating_sub(KEPT);
    let mut file = tempfile::Builder::new()
        .prefix(".respondent-sync-nights-")
        .tempfile_in(files::folder(path))
        .map_err(fault)?;
    for night in nights.iter().skip(surplus) {
        // A struct of texts and numbers always serialises.
        let line = serde_json::to_string(night).unwrap_or_default();
        writeln!(file, "{line}").map_err(fault)?;
    }
    files::sync(file.as_file()).map_err(fault)?;
    file.persist(path).map_err(|error| fault(error.error))?;
    files::sync_folder_of(path);
    Ok(())
}

/// Reads the nights, all of whose lines must be ones.
fn own_nights(path: &Path) -> Result<Vec<UnsentNight>, OutputError> {
    let file = regular::open(path).map_err(|source| OutputError::read(path, source))?;
    let bytes = regular::read_at_most(&file, MAX_BYTES).map_err(|source| OutputError::read(path, source))?;
    let foreign = || OutputError::NoPage(path.to_owned());
    let text = String::from_utf8(bytes.ok_or_else(foreign)?).map_err(|_| foreign())?;
    let nights: Result<Vec<UnsentNight>, _> = text.lines().map(serde_json::from_str).collect();
    nights.map_err(|_| foreign())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_sixty_nights_are_kept_and_another_file_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = nights_beside(&folder.path().join("a.summary.json"));
        assert!(path.ends_with("a.nights.jsonl"));
        for second in 0..70 {
            let night = UnsentNight {
                at: Timestamp::from_second(second).unwrap(),
                exit_code: 4,
                why_en: "a\nb".to_owned(),
                why_pl: String::new(),
            };
            note_unsent(&path, night, &[]).unwrap();
        }
        let nights = unsent_nights(&path);
        assert_eq!(
            (nights.len(), nights[0].at.as_second(), &*nights[0].why_en),
            (60, 10, "a b")
        );
        let night = nights[0].clone();
        assert!(note_unsent(&path, night.clone(), std::slice::from_ref(&path)).is_err());
        std::fs::write(&path, "my notes\n").unwrap();
        assert!(note_unsent(&path, night, &[]).is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"my notes\n");
    }
}
