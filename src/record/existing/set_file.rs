//! Which job a summary belongs to, and which page to it, by their names.

use std::fs;
use std::path::{Path, PathBuf};

use crate::record::outputs::names::{self, REPORT, SUMMARY};
use crate::record::outputs::{files, page};

/// Returns the path of the newest summary of the job that has this one: its name without the stamp and,
/// if it is of a retry round, without the round.
pub(crate) fn job_of(summary: &Path, is_round: bool) -> PathBuf {
    let (unstamped, _) = names::family(summary);
    if !is_round {
        return unstamped;
    }
    let (run, _) = names::without_round(&unstamped);
    names::family(&run).0
}

/// Whether the files were set aside as those of an interrupted run.
pub(crate) fn is_interrupted_set(path: &Path) -> bool {
    names::family(path).1.is_some_and(|stamp| stamp.is_interrupted())
}

/// Returns the stamp of a set that was set aside in its name; `None` for the newest files.
pub(crate) fn is_set_aside(path: &Path) -> bool {
    names::family(path).1.is_some()
}

/// Whether a run with these results is under way.
pub(crate) fn is_under_way(results: &Path) -> bool {
    files::is_locked(&names::lock(results))
}

/// Where a run has said that its page is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NamedPage<'a> {
    pub(crate) run_id: &'a str,
    /// Its absolute path.
    pub(crate) absolute: Option<&'a str>,
    /// Its path from the folder of the results, if it is in there.
    pub(crate) from_results: Option<&'a str>,
}

/// Returns the page about the run of this summary, if it exists. The page has the run's id.
pub(crate) fn page_beside(summary: &Path, named: NamedPage<'_>) -> Option<PathBuf> {
    let name = summary.file_name()?.to_str()?;
    let usual = name
        .strip_suffix(SUMMARY)
        .map(|stem| summary.with_file_name(format!("{stem}{REPORT}")));
    let (of_run, round) = names::without_round(summary);
    let stamp = names::family(&of_run).1;
    let of_set = |page: PathBuf| match (&stamp, round) {
        (None, _) => page,
        (Some(stamp), None) => names::aside(&page, stamp),
        (Some(stamp), Some(round)) => {
            names::of_round(&names::aside(&names::without_round(&page).0, stamp), round)
        }
    };
    let absolute = named.absolute.map(PathBuf::from);
    // The folder of the job may have another place here.
    let moved = named.from_results.map(|page| files::folder(summary).join(page));
    let beside = absolute
        .as_ref()
        .and_then(|page| Some(summary.with_file_name(page.file_name()?)));
    let candidates = [moved.map(of_set), absolute.map(of_set), beside.map(of_set), usual];
    let is_of_run = |path: &PathBuf| {
        page::is_page(path)
            && fs::read_to_string(path)
                .is_ok_and(|html| named.run_id.is_empty() || html.contains(&format!(">{}<", named.run_id)))
    };
    candidates.into_iter().flatten().find(is_of_run)
}

/// Returns the path of a retry round's page or summary, by the path of that of its run.
pub(crate) fn of_round(path: &Path, round: u32) -> PathBuf {
    names::of_round(path, round)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summarys_job_is_known_by_its_name() {
        for (path, is_round) in [
            ("a/c.summary.json", false),
            ("a/c.20261124T075743Z.summary.json", false),
            ("a/c.interrupted-20261124T075743Z.summary.json", false),
            ("a/c.retry-2.summary.json", true),
            ("a/c.20261124T075743Z.retry-1.summary.json", true),
            (
                "a/c.20261124T075743Z.retry-1.interrupted-20261125T075743Z.summary.json",
                true,
            ),
        ] {
            let found = job_of(Path::new(path), is_round);
            assert_eq!(found, Path::new("a/c.summary.json"), "{path}");
        }
        // A job whose export is called like a round.
        let job = Path::new("a/c.retry-1.summary.json");
        assert_eq!(job_of(job, false), job);
    }
}
