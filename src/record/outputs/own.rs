//! Whether a run, or what follows it, writes a file: by its path, whether or not it exists. Pure.

use std::path::Path;

use super::files::{OutputPaths, resolved};
use super::names::{self, FileName, READ_BACK, RESTORE, UNDO, VERIFIED};
use super::nights::nights_beside;

impl OutputPaths {
    /// Returns the same files by the paths that they resolve to, as far as their folders exist.
    pub(crate) fn resolved(&self) -> Self {
        let resolved = |path: &Path| resolved(path).unwrap_or_else(|| path.to_owned());
        Self {
            results: resolved(&self.results),
            failed: resolved(&self.failed),
            summary: resolved(&self.summary),
            report: self.report.as_deref().map(resolved),
            rehearsal: self.rehearsal,
        }
    }

    /// Whether a run with these outputs writes a file of this path sooner or later: its outputs, also in
    /// progress or set aside, those of its retry rounds, and what commands about it leave beside them. The
    /// list that `--pull` reads is not among them. Compares paths as they are, so both must be resolved.
    pub(crate) fn writes(&self, path: &Path) -> bool {
        let is_here = |own: &Path| own.parent() == path.parent();
        if ![&self.results, &self.failed, &self.summary]
            .into_iter()
            .chain(&self.report)
            .any(|own| is_here(own))
        {
            return false;
        }
        let families = self.all().into_iter().cloned().chain([self.beside(UNDO)]);
        let mut families = families.chain(names::workbook(&self.failed));
        if families.any(|family| is_of_family(path, &family)) {
            return true;
        }
        let kinds = [READ_BACK, VERIFIED, RESTORE].map(|kind| self.beside(kind));
        let others = [names::lock(&self.results), nights_beside(&self.summary)];
        let mut singles = kinds.into_iter().chain(others).chain(self.report.clone());
        singles.any(|single| single == path)
    }
}

fn is_of_family(path: &Path, family: &Path) -> bool {
    let Some(name) = path.file_name() else {
        return false;
    };
    let name = names::of_rewritten(name).unwrap_or(name);
    path == family || path.parent() == family.parent() && FileName::parse(name, family).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_run_writes_is_known_by_its_path() {
        let outputs = OutputPaths {
            results: "a/c.results.csv".into(),
            failed: "b/failed.csv".into(),
            summary: "a/c.summary.json".into(),
            report: Some("a/page.html".into()),
            rehearsal: false,
        };
        for own in [
            "a/c.results.csv",
            "b/failed.csv",
            "a/page.html",
            "a/c.results.csv.partial",
            "a/c.results.csv.lock",
            "a/c.20261124T075743Z.results.csv",
            "a/c.retry-2.results.csv",
            "b/failed.retry-2.csv",
            "a/c.summary.json.rewritten",
            "a/c.undo.csv",
            "a/c.20261124T075743Z.undo.csv",
            "a/c.verify.csv",
            "a/c.nights.jsonl",
        ] {
            assert!(outputs.writes(Path::new(own)), "{own}");
        }
        for other in [
            "a/c.csv",
            "b/c.results.csv",
            "a/failed.csv",
            "a/c.mine.results.csv",
            "a/c.respondents.csv",
            "c.results.csv",
        ] {
            assert!(!outputs.writes(Path::new(other)), "{other}");
        }
    }
}
