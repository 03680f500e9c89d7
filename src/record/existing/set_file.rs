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

/// Returns the page about the run of this summary, if it exists. `named` is the page's absolute path as
/// the run wrote it. The page has the run's id.
pub(crate) fn page_beside(summary: &Path, run_id: &str, named: Option<&str>) -> Option<PathBuf> {
    let name = summary.file_name()?.to_str()?;
    let usual = name
        .strip_suffix(SUMMARY)
        .map(|stem| summary.with_file_name(format!("{stem}{REPORT}")));
    let stamp = names::family(summary).1;
    let of_set = |page: PathBuf| match &stamp {
        Some(stamp) => names::aside(&page, stamp),
        None => page,
    };
    let named = named.map(PathBuf::from);
    // The folder of the job may have another place here.
    let beside = named
        .as_ref()
        .and_then(|page| Some(summary.with_file_name(page.file_name()?)));
    let candidates = [beside.map(of_set), named.map(of_set), usual];
    let is_of_run = |path: &PathBuf| {
        page::is_page(path)
            && fs::read_to_string(path).is_ok_and(|html| run_id.is_empty() || html.contains(run_id))
    };
    candidates.into_iter().flatten().find(is_of_run)
}

/// Returns the path of the page about a retry round, by the path of the page about its run.
pub(crate) fn page_of_round(page: &Path, round: u32) -> PathBuf {
    names::of_round(page, round)
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
            assert_eq!(found.to_str().unwrap(), "a/c.summary.json", "{path}");
        }
        // A job whose export is called like a round.
        let job = Path::new("a/c.retry-1.summary.json");
        assert_eq!(job_of(job, false), job);
    }
}
