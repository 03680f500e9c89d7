//! What a run changes, so that it can be undone: `id_respondent,id_survey` and, for each label, the
//! value that the mailing list had (`l4_old`) and the one that the run sends (`l4_new`). A label that a
//! row leaves alone is blank in both. The file of an earlier run gets the time of its last change into
//! its name and is kept for 30 days.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::{SignedDuration, Timestamp};

use super::private_csv::PrivateCsv;
use crate::model::Label;
use crate::record::error::OutputError;
use crate::record::outputs::names::{self, Stamp};
use crate::system::regular;
use crate::system::rename::rename_new;

/// How the first line of each file begins.
pub(super) const HEADER: [&str; 2] = ["id_respondent", "id_survey"];

/// How long the files of earlier runs are kept.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Enough bytes for a header and the ids of a first line.
const MAX_START: u64 = 4 << 10;

/// The columns of a label: before and after.
pub(crate) fn undo_columns(label: Label) -> [String; 2] {
    ["old", "new"].map(|when| format!("{label}_{when}"))
}

/// The value of a label before and after the run; `None` if the run leaves it alone.
pub(crate) type Change = Option<(String, String)>;

/// A file that is being written. Dropped before its end, it leaves the old one in its place.
#[derive(Debug)]
pub(crate) struct UndoFile {
    file: PrivateCsv,
}

impl UndoFile {
    /// Starts a file with these labels.
    ///
    /// # Errors
    ///
    /// If another file stands at the path, or it cannot be written.
    pub(crate) fn begin(path: &Path, labels: impl Iterator<Item = Label>) -> Result<Self, OutputError> {
        let mut file = PrivateCsv::new(path, &HEADER)?;
        file.begin()?;
        let columns = labels.flat_map(undo_columns);
        file.push(HEADER.map(str::to_owned).into_iter().chain(columns))?;
        Ok(Self { file })
    }

    /// Appends a row's changes, one for each label of the file.
    pub(crate) fn push(
        &mut self,
        (respondent, survey): (&str, &str),
        changes: &[Change],
    ) -> Result<(), OutputError> {
        let values = changes.iter().flat_map(|change| match change {
            Some((old, new)) => [old.as_str(), new.as_str()],
            None => ["", ""],
        });
        self.file.push([respondent, survey].into_iter().chain(values))
    }

    /// Sets the file of an earlier run aside, deletes old ones, and puts this one in its place.
    pub(crate) fn finish(mut self) -> Result<(), OutputError> {
        self.file.sync()?;
        set_aside(self.file.path())?;
        delete_old(self.file.path());
        self.file.finish()
    }
}

/// Returns the survey of the first line of such a file; `None` if there is no file or no line.
pub(crate) fn survey_of_undo(path: &Path) -> Option<String> {
    let mut start = Vec::new();
    let file = regular::open_through_links(path).ok()?;
    file.take(MAX_START).read_to_end(&mut start).ok()?;
    let text = String::from_utf8_lossy(&start);
    let line = text.lines().nth(1)?;
    line.split(',').nth(1).map(str::to_owned)
}

/// Sets a file aside that has been used: what it holds is undone. That of an earlier run is so already.
///
/// # Errors
///
/// If it cannot be renamed.
pub(crate) fn set_undo_aside(path: &Path) -> Result<(), OutputError> {
    let (_, stamp) = names::family(path);
    if stamp.is_some() { Ok(()) } else { set_aside(path) }
}

/// Returns the files of the retry rounds of a run, in their order, by the file of the run.
pub(crate) fn undo_of_rounds(path: &Path) -> Vec<PathBuf> {
    let changed = |path: &Path| path.metadata().and_then(|found| found.modified()).ok();
    let of_run = changed(path);
    let rounds = (1..).map(|round| names::of_round(path, round));
    let rounds = rounds.take_while(|path| path.is_file());
    rounds.filter(|path| changed(path) >= of_run).collect()
}

/// Returns the newest file of an earlier run.
pub(crate) fn newest_undo_aside(path: &Path) -> Option<PathBuf> {
    let mut aside = files_set_aside(path);
    aside.sort_by(|(_, one), (_, other)| one.cmp(other));
    aside.pop().map(|(path, _)| path)
}

/// Renames the file of an earlier run.
fn set_aside(path: &Path) -> Result<(), OutputError> {
    let Ok(found) = fs::symlink_metadata(path) else {
        return Ok(());
    };
    let changed = found.modified().unwrap_or_else(|_| SystemTime::now());
    let changed = Timestamp::try_from(changed).unwrap_or_else(|_| Timestamp::now());
    let mut stamp = Stamp::new(changed, false);
    loop {
        let aside = names::aside(path, &stamp);
        if fs::symlink_metadata(&aside).is_err() {
            return rename_new(path, &aside).map_err(|source| OutputError::rename(&aside, source));
        }
        stamp = stamp.next();
    }
}

/// Deletes the files of earlier runs that are too old. What cannot be deleted stays: it is in nobody's
/// way.
fn delete_old(path: &Path) {
    let Ok(since) = Timestamp::now().checked_sub(KEPT) else {
        return;
    };
    let oldest = Stamp::new(since, false);
    for (old, stamp) in files_set_aside(path) {
        if stamp.is_before(&oldest) {
            fs::remove_file(old).ok();
        }
    }
}

/// Returns the files of earlier runs.
fn files_set_aside(path: &Path) -> Vec<(PathBuf, Stamp)> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let entries = fs::read_dir(folder.unwrap_or(Path::new(".")))
        .into_iter()
        .flatten();
    let stamped = entries.flatten().filter_map(|entry| {
        let stamp = names::stamp_of(&entry.file_name(), path)?;
        Some((path.with_file_name(entry.file_name()), stamp))
    });
    stamped.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_earlier_runs_changed_is_kept_for_thirty_days() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b.undo.csv");
        let write = |new: &str| {
            let labels = ["l4", "l7"].map(|name| name.parse().unwrap());
            let mut undo = UndoFile::begin(&path, labels.into_iter())?;
            undo.push(("0012", "7"), &[Some(("a, b".to_owned(), new.to_owned())), None])?;
            undo.finish()
        };
        let name = |age: i64| {
            let then = Timestamp::now()
                .checked_sub(SignedDuration::from_hours(age))
                .unwrap();
            names::aside(&path, &Stamp::new(then, false))
        };
        let (old, young) = (name(30 * 24 + 1), name(30 * 24 - 1));
        fs::write(&old, "").unwrap();
        fs::write(&young, "").unwrap();
        write("x").unwrap();
        write("y").unwrap();
        write("").unwrap();
        let text = |path: &Path| fs::read_to_string(path).unwrap();
        assert_eq!(
            text(&path),
            "id_respondent,id_survey,l4_old,l4_new,l7_old,l7_new\n0012,7,\"a, b\",,,\n"
        );
        let mut aside = files_set_aside(&path);
        aside.sort();
        let kept: Vec<bool> = aside
            .iter()
            .map(|(path, _)| text(path).contains("0012,7"))
            .collect();
        assert_eq!((kept, old.exists()), (vec![false, true, true], false));
        fs::write(&path, "id;l4\n").unwrap();
        assert!(matches!(write("x"), Err(OutputError::NoTable(_))));
    }
}
