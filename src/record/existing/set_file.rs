//! Which job and which run a summary belongs to, by its name.

use std::path::{Path, PathBuf};

use crate::record::outputs::names::{self, REPORT, SUMMARY};

/// The name of a summary, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SetFile {
    /// The path of the job's newest summary: the name without stamp and round.
    pub(crate) family: PathBuf,
    /// The number of the retry round; `None` for the run itself.
    pub(crate) round: Option<u32>,
}

/// Takes the name of a summary apart.
pub(crate) fn set_file(path: &Path) -> SetFile {
    let (unstamped, _) = names::family(path);
    let (run, round) = names::without_round(&unstamped);
    SetFile {
        family: names::family(&run).0,
        round,
    }
}

/// Returns the page that belongs to this summary, if it exists. `named` is the page as the run named
/// it.
pub(crate) fn page_beside(summary: &Path, named: Option<&str>) -> Option<PathBuf> {
    let name = summary.file_name()?.to_str()?;
    let usual = name
        .strip_suffix(SUMMARY)
        .map(|stem| summary.with_file_name(format!("{stem}{REPORT}")));
    let of_name = named.and_then(|named| {
        let beside = summary.with_file_name(Path::new(named).file_name()?);
        match names::family(summary).1 {
            Some(stamp) => Some(names::aside(&beside, &stamp)),
            None => Some(beside),
        }
    });
    let elsewhere = named.map(PathBuf::from).filter(|path| path.is_absolute());
    let is_set_aside = names::family(summary).1.is_some();
    let elsewhere = elsewhere.filter(|_| !is_set_aside);
    [of_name, usual, elsewhere]
        .into_iter()
        .flatten()
        .find(|page| page.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summarys_job_is_known_by_its_name() {
        for (path, round) in [
            ("a/c.summary.json", None),
            ("a/c.20261124T075743Z.summary.json", None),
            ("a/c.interrupted-20261124T075743Z.summary.json", None),
            ("a/c.retry-2.summary.json", Some(2)),
            ("a/c.20261124T075743Z.retry-1.summary.json", Some(1)),
            (
                "a/c.20261124T075743Z.retry-1.interrupted-20261125T075743Z.summary.json",
                Some(1),
            ),
        ] {
            let found = set_file(Path::new(path));
            assert_eq!(
                (found.family.to_str().unwrap(), found.round),
                ("a/c.summary.json", round),
                "{path}"
            );
        }
        assert_eq!(
            set_file(Path::new("a/c.retry-x.summary.json")).family,
            Path::new("a/c.retry-x.summary.json")
        );
    }
}
