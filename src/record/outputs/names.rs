//! The names of a run's files: in progress, finished, and set aside. Pure.
//!
//! ```text
//! contacts.results.csv                                          a finished run
//! contacts.results.csv.partial, contacts.results.csv.journal    in progress, or cut short
//! contacts.20261124T075743Z.results.csv                         finished, set aside under its start
//! contacts.interrupted-20261124T075743Z.results.csv.journal     cut short, set aside
//! contacts.retry-1.results.csv                                  the first retry round of the run
//! contacts.20261124T075743Z.retry-1.results.csv                 the same, set aside with its run
//! ```

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::nights::NIGHTS;
use crate::model::time_in_name;
use crate::system::folders::with_suffix;

/// Endings of a name after the part that identifies the run.
const KINDS: [&str; 6] = [RESULTS, FAILED, SUMMARY, WORKBOOK, REPORT, UNDO];

/// What the names of a run's outputs end with.
pub(crate) const RESULTS: &str = ".results.csv";
pub(crate) const FAILED: &str = ".failed.csv";
pub(crate) const SUMMARY: &str = ".summary.json";
/// The table of the survey's respondents that a run reads.
pub(crate) const RESPONDENTS: &str = ".respondents.csv";
/// What a run changes, to be undone.
pub(crate) const UNDO: &str = ".undo.csv";
/// The mailing list while it is compared with what was sent.
pub(crate) const READ_BACK: &str = ".readback.csv";
/// The labels that were not read back.
pub(crate) const VERIFIED: &str = ".verify.csv";
/// The labels that an undoing puts back.
pub(crate) const RESTORE: &str = ".restore.csv";
pub(crate) const REPORT: &str = ".report.html";

/// What the name of a failed file ends with that a spreadsheet has saved as a workbook.
pub(crate) const WORKBOOK: &str = ".failed.xlsx";

/// Suffixes of files that are not finished.
const UNFINISHED: [&str; 3] = [".partial", ".journal", ".journal.new"];

/// Suffix of the new version of a finished file.
const REWRITTEN: &str = ".rewritten";

const INTERRUPTED: &str = "interrupted-";

const ROUND: &str = ".retry-";

/// The word in the names of a run of a part of the input.
pub(crate) const TRIAL: &str = "trial";

/// The word in the names of a run that sends nothing to the platform.
pub(crate) const SANDBOX: &str = "sandbox";

/// Path of an output while it is written.
pub(in crate::record) fn partial(output: &Path) -> PathBuf {
    with_suffix(output, ".partial")
}

/// Path of the journal.
pub(in crate::record) fn journal(results: &Path) -> PathBuf {
    with_suffix(results, ".journal")
}

/// Path of a rewritten journal before it replaces the old one.
pub(in crate::record) fn journal_rewritten(results: &Path) -> PathBuf {
    with_suffix(results, ".journal.new")
}

/// Path of the new version of a finished file before it replaces the old one.
pub(in crate::record) fn rewritten(path: &Path) -> PathBuf {
    with_suffix(path, REWRITTEN)
}

/// Returns the name of the file of which this is an unfinished new version; `None` for any other.
pub(in crate::record) fn of_rewritten(name: &OsStr) -> Option<&OsStr> {
    name.to_str()?.strip_suffix(REWRITTEN).map(OsStr::new)
}

/// Path of the lock that keeps two runs from writing to the same output.
pub(crate) fn lock(results: &Path) -> PathBuf {
    with_suffix(results, ".lock")
}

/// Returns the path under which a spreadsheet saves a failed file as a workbook. `None` if the failed
/// file has no default name: then the workbook's name could be that of an export.
pub(in crate::record) fn workbook(failed: &Path) -> Option<PathBuf> {
    let stem = failed.file_name()?.to_str()?.strip_suffix(FAILED)?;
    (!stem.is_empty()).then(|| failed.with_extension("xlsx"))
}

/// The part of the name that files of a set aside run share. Sorts by time within its kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::record) struct Stamp {
    /// The start of the run, such as `20261124T075743Z`.
    start: String,
    /// Number of the set among those of the same second, from 1.
    number: u32,
    interrupted: bool,
}

impl Stamp {
    pub(in crate::record) fn new(start: Timestamp, interrupted: bool) -> Self {
        Self {
            start: time_in_name(start),
            number: 1,
            interrupted,
        }
    }

    /// The stamp of a further set of the same second.
    pub(in crate::record) fn next(mut self) -> Self {
        self.number += 1;
        self
    }

    pub(in crate::record) fn is_interrupted(&self) -> bool {
        self.interrupted
    }

    /// Returns the start of the run, to the second.
    pub(in crate::record) fn time(&self) -> Option<Timestamp> {
        self.start.parse().ok()
    }

    /// Whether a run with this start is set aside under this stamp.
    pub(in crate::record) fn is_of(&self, start: Timestamp) -> bool {
        self.start == Self::new(start, self.interrupted).start
    }

    /// Whether the set is newer than another one.
    pub(in crate::record) fn is_after(&self, other: &Self) -> bool {
        (&self.start, self.number) > (&other.start, other.number)
    }

    /// Whether the run started before another stamp's start.
    pub(in crate::record) fn is_before(&self, other: &Self) -> bool {
        self.start < other.start
    }

    /// Whether the run started in the same second as that of another stamp.
    pub(in crate::record) fn is_as_old_as(&self, other: &Self) -> bool {
        self.start == other.start
    }

    fn to_name(&self) -> String {
        let word = if self.interrupted { INTERRUPTED } else { "" };
        match self.number {
            1 => format!("{word}{}", self.start),
            number => format!("{word}{}-{number}", self.start),
        }
    }

    /// Parses exactly what [`Stamp::to_name`] makes, so that no foreign file is mistaken for one of
    /// this tool.
    fn of_name(name: &str) -> Option<Self> {
        let (interrupted, name) = match name.strip_prefix(INTERRUPTED) {
            Some(rest) => (true, rest),
            None => (false, name),
        };
        let (start, number) = match name.split_once('-') {
            Some((start, number)) => (start, number.parse().ok().filter(|number| *number > 1)?),
            None => (name, 1),
        };
        let stamp = Self {
            start: start.to_owned(),
            number,
            interrupted,
        };
        let form: String = start
            .chars()
            .map(|c| if c.is_ascii_digit() { '0' } else { c })
            .collect();
        let is_time = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", start).is_ok();
        (form == "00000000T000000Z"
            && is_time
            && stamp.to_name().len() == name.len() + if interrupted { INTERRUPTED.len() } else { 0 })
        .then_some(stamp)
    }
}

/// Returns the path under which a file is set aside.
pub(in crate::record) fn aside(path: &Path, stamp: &Stamp) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let (stem, kind) = split(&name);
    path.with_file_name(format!("{stem}.{}{kind}", stamp.to_name()))
}

/// Returns the stamp in a file's name, if the file is `path` set aside, finished or not; `None`
/// otherwise.
pub(in crate::record) fn stamp_of(name: &OsStr, path: &Path) -> Option<Stamp> {
    let (name, path) = (name.to_str()?, path.file_name()?.to_str()?);
    let (stem, kind) = split(path);
    let rest = name.strip_prefix(stem)?.strip_prefix('.')?;
    let finished = UNFINISHED.iter().find_map(|suffix| rest.strip_suffix(suffix));
    let stamp = Stamp::of_name(finished.unwrap_or(rest).strip_suffix(kind)?)?;
    // Unfinished files are only set aside as interrupted. Any other is the file of a job with such
    // a name.
    (finished.is_none() || stamp.interrupted).then_some(stamp)
}

/// Returns the path of the file of a trial, by the path of the file of a whole run.
pub(in crate::record) fn of_trial(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let (stem, kind) = split(&name);
    path.with_file_name(format!("{stem}.{TRIAL}{kind}"))
}

/// Returns the path of a retry round's file, by the path of its run's file.
pub(in crate::record) fn of_round(path: &Path, round: u32) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let (stem, kind) = split(&name);
    path.with_file_name(format!("{stem}{ROUND}{round}{kind}"))
}

/// Returns the path of a round's file in the set of its run. `of_run` is the path of the run's file
/// of the same kind.
pub(in crate::record) fn into_set(file: &Path, of_run: &Path, stamp: &Stamp) -> PathBuf {
    let [name, of_run] = [file, of_run].map(|path| path.file_name().unwrap_or_default().to_string_lossy());
    let (stem, _) = split(&of_run);
    let rest = name.strip_prefix(stem).unwrap_or_default();
    file.with_file_name(format!("{stem}.{}{rest}", stamp.to_name()))
}

/// Whether a name is one that this program gives to files beside an input, or that of a file of these
/// families: paths of outputs that were named by the user.
pub(crate) fn is_own_name(name: &str, families: &[&Path]) -> bool {
    let lower = name.to_lowercase();
    let passing = UNFINISHED.into_iter().chain([REWRITTEN, ".lock"]);
    let finished = passing.fold(lower.as_str(), |name, suffix| {
        name.strip_suffix(suffix).unwrap_or(name)
    });
    let beside = [RESPONDENTS, READ_BACK, VERIFIED, RESTORE, NIGHTS];
    let is_kind = KINDS
        .into_iter()
        .chain(beside)
        .any(|kind| finished.ends_with(kind));
    is_kind
        || families.iter().any(|family| {
            let end = finished.len();
            let finished = name.get(..end).unwrap_or(name);
            FileName::parse(OsStr::new(finished), family).is_some()
        })
}

/// Whether a name is that of a round's file, in any set of the family.
pub(in crate::record) fn is_of_round(name: &OsStr, family: &Path) -> bool {
    FileName::parse(name, family).is_some_and(|name| name.round.is_some())
}

/// A file of a run or of one of its retry rounds, by its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::record) struct FileName {
    /// The stamp of the run's set; `None` if the set was not set aside.
    pub(in crate::record) set: Option<Stamp>,
    /// The number of the retry round, from 1; `None` for a file of the run itself.
    pub(in crate::record) round: Option<u32>,
    /// The stamp of a round that was set aside by itself: it was interrupted, or its run replaced.
    pub(in crate::record) round_aside: Option<Stamp>,
    /// The suffix of a file that is not finished.
    pub(in crate::record) unfinished: Option<&'static str>,
}

impl FileName {
    /// Parses a name. `family` is the path of the file of this kind without stamp and round. `None`
    /// for any other file.
    pub(in crate::record) fn parse(name: &OsStr, family: &Path) -> Option<Self> {
        let (name, family) = (name.to_str()?, family.file_name()?.to_str()?);
        let (stem, kind) = split(family);
        let rest = name.strip_prefix(stem)?;
        let unfinished = UNFINISHED.into_iter().rev().find(|suffix| rest.ends_with(suffix));
        let middle = rest
            .strip_suffix(unfinished.unwrap_or_default())?
            .strip_suffix(kind)?;
        Some(Self {
            unfinished,
            ..Self::parse_middle(middle)?
        })
    }

    /// Parses the part of a name between that of the job and the kind of the file. `None` if it is no
    /// stamp and no number of a round.
    pub(in crate::record) fn parse_middle(mut rest: &str) -> Option<Self> {
        let mut parsed = Self {
            set: None,
            round: None,
            round_aside: None,
            unfinished: None,
        };
        if let Some((stamp, behind)) = leading_stamp(rest) {
            (parsed.set, rest) = (Some(stamp), behind);
        }
        if let Some(behind) = rest.strip_prefix(ROUND) {
            let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
            let (number, behind) = behind.split_at_checked(digits)?;
            parsed.round = Some(number.parse().ok().filter(|number| *number > 0)?);
            if number.starts_with('0') {
                return None;
            }
            rest = behind;
            if let Some((stamp, behind)) = leading_stamp(rest) {
                (parsed.round_aside, rest) = (Some(stamp), behind);
            }
        }
        rest.is_empty().then_some(parsed)
    }

    /// Whether the file belongs to a retry round of this set.
    pub(in crate::record) fn is_of_round_of(&self, set: Option<&Stamp>) -> bool {
        self.round.is_some() && self.set.as_ref() == set
    }
}

/// Splits a stamp with its dot from the front of a part of a name.
fn leading_stamp(rest: &str) -> Option<(Stamp, &str)> {
    let inner = rest.strip_prefix('.')?;
    let (stamp, behind) = inner.split_at(inner.find('.').unwrap_or(inner.len()));
    Some((Stamp::of_name(stamp)?, behind))
}

/// Splits the path of a run's file into that of its family and the stamp of its set.
pub(in crate::record) fn family(path: &Path) -> (PathBuf, Option<Stamp>) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let (stem, kind) = split(&name);
    let parts = stem
        .rsplit_once('.')
        .and_then(|(stem, stamp)| Some((stem, Stamp::of_name(stamp)?)));
    match parts {
        Some((stem, stamp)) if !stem.is_empty() => {
            (path.with_file_name(format!("{stem}{kind}")), Some(stamp))
        }
        _ => (path.to_owned(), None),
    }
}

/// Removes the number of a retry round from the path of a file. `None` if there is none.
pub(in crate::record) fn without_round(path: &Path) -> (PathBuf, Option<u32>) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let (stem, kind) = split(&name);
    let parts = stem.rsplit_once(ROUND).and_then(|(stem, number)| {
        let number: u32 = number.parse().ok()?;
        Some((path.with_file_name(format!("{stem}{kind}")), number))
    });
    match parts {
        Some((run, number)) => (run, Some(number)),
        None => (path.to_owned(), None),
    }
}

/// Whether two files have the same name, but for the stamp of their set.
pub(in crate::record) fn are_alike(a: &Path, b: &Path) -> bool {
    let unstamped = |path: &Path| -> Vec<String> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let parts = name.split('.').filter(|part| Stamp::of_name(part).is_none());
        parts.map(str::to_owned).collect()
    };
    unstamped(a) == unstamped(b)
}

/// Splits a name at the place of the stamp.
fn split(name: &str) -> (&str, &str) {
    let finished = UNFINISHED
        .iter()
        .find_map(|suffix| name.strip_suffix(suffix))
        .unwrap_or(name);
    let stem = KINDS
        .iter()
        .find_map(|kind| finished.strip_suffix(kind))
        .or_else(|| finished.rsplit_once('.').map(|(stem, _)| stem))
        .filter(|stem| !stem.is_empty())
        .unwrap_or(finished);
    name.split_at(stem.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_rounds_are_known_again_and_no_others() {
        let start: Timestamp = "2026-11-24T07:57:43Z".parse().unwrap();
        let family = Path::new("a/b.results.csv");
        let set = Stamp::new(start, false);
        let parsed = |name: &str| FileName::parse(OsStr::new(name), family);
        let own = parsed("b.results.csv").unwrap();
        assert_eq!((&own.set, own.round, own.unfinished), (&None, None, None));
        let round = parsed("b.retry-12.results.csv.journal").unwrap();
        assert!(round.is_of_round_of(None) && !round.is_of_round_of(Some(&set)));
        assert_eq!((round.round, round.unfinished), (Some(12), Some(".journal")));
        let aside = of_round(&aside(family, &set), 3);
        assert_eq!(aside, Path::new("a/b.20261124T075743Z.retry-3.results.csv"));
        assert!(
            parsed(aside.file_name().unwrap().to_str().unwrap())
                .unwrap()
                .is_of_round_of(Some(&set))
        );
        let cut = parsed("b.retry-1.interrupted-20261124T075743Z.results.csv.partial").unwrap();
        assert!(cut.round_aside.is_some_and(|stamp| stamp.is_interrupted()) && cut.round == Some(1));
        for other in [
            "b.retry-0.results.csv",
            "b.retry-01.results.csv",
            "b.retry-.results.csv",
            "b.retry-1x.results.csv",
            "b.retry-1.failed.csv",
            "bb.results.csv",
            "b.mine.results.csv",
            "b.results.csv.bak",
        ] {
            assert_eq!(parsed(other), None, "{other}");
        }
        let path = Path::new("a/b.20261124T075743Z.results.csv");
        assert_eq!(super::family(path), (family.to_owned(), Some(set)));
        assert_eq!(super::family(family), (family.to_owned(), None));
    }

    #[test]
    fn names_that_are_set_aside_are_known_again_and_no_others() {
        let start: Timestamp = "2026-11-24T07:57:43.123Z".parse().unwrap();
        for (path, interrupted, expected) in [
            ("a/b.results.csv", false, "a/b.20261124T075743Z.results.csv"),
            ("b.failed.csv", false, "b.20261124T075743Z.failed.csv"),
            ("out.csv", false, "out.20261124T075743Z.csv"),
            ("out", false, "out.20261124T075743Z"),
            (".csv", false, ".csv.20261124T075743Z"),
            (
                "b.results.csv.journal",
                true,
                "b.interrupted-20261124T075743Z.results.csv.journal",
            ),
        ] {
            let stamp = Stamp::new(start, interrupted);
            let found = aside(Path::new(path), &stamp);
            assert_eq!(found, Path::new(expected));
            let finished = path.trim_end_matches(".journal");
            assert_eq!(
                stamp_of(found.file_name().unwrap(), Path::new(finished)),
                Some(stamp)
            );
        }
        let second = Stamp::new(start, false).next();
        let name = aside(Path::new("b.results.csv"), &second);
        assert_eq!(name, Path::new("b.20261124T075743Z-2.results.csv"));
        assert_eq!(
            stamp_of(name.file_name().unwrap(), Path::new("b.results.csv")),
            Some(second)
        );
        for other in [
            "b.results.csv",
            "b.2026.results.csv",
            "b.20261124T075743Z.failed.csv",
            "c.20261124T075743Z.results.csv",
            "b.20261124T075743Z-1.results.csv",
            "b.20261124T075743Z-02.results.csv",
            "b.interrupted-interrupted-20261124T075743Z.results.csv",
            "b.20261124T075743Z.results.csv.bak",
            "b.mine.20261124T075743Z.results.csv",
            "b.20261124T075743Z.results.csv.journal",
            "b.20261124T075743Z.results.csv.partial",
            "b.20261399T000000Z.results.csv",
            "b.interrupted-00000000T000000Z.results.csv",
        ] {
            assert_eq!(
                stamp_of(OsStr::new(other), Path::new("b.results.csv")),
                None,
                "{other}"
            );
        }
    }
}
