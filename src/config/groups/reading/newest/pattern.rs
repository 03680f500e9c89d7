//! The pattern of `--newest`: which names match it, what it leaves open in them, and what outputs are named
//! after. Asks the disk only whether a name with a bracket is that of a file.

use std::ffi::OsStr;
use std::ops::Range;
use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern};

use crate::cli::InputArgs;
use crate::record::folder_of;

/// The characters that stand for others. A set of them begins with `[`.
pub(super) const WILDCARDS: [char; 2] = ['*', '?'];

/// How a name is compared with the pattern.
const OPTIONS: MatchOptions = MatchOptions {
    case_sensitive: !cfg!(windows),
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

/// What separates the words of a name.
const SEPARATORS: [char; 4] = ['-', '_', '.', ' '];

/// A pattern in a folder.
pub(super) struct Wanted {
    path: PathBuf,
    name: String,
    pattern: Pattern,
}

/// Whether a name leaves something open. One with a bracket may be that of a file.
pub(super) fn has_open_name(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.contains(WILDCARDS) || name.contains('[') && !path.exists()
}

impl Wanted {
    /// Returns the pattern, if `--newest` has one.
    pub(super) fn of(args: &InputArgs) -> Option<Self> {
        let name = args.input.file_name().filter(|_| args.newest)?.to_str()?;
        let folder = args.input.parent().unwrap_or(Path::new(""));
        if !has_open_name(&args.input) || folder.to_string_lossy().contains(WILDCARDS) {
            return None;
        }
        Some(Self {
            path: args.input.clone(),
            name: name.to_owned(),
            pattern: Pattern::new(name).ok()?,
        })
    }

    /// Returns the folder; `.` for a bare pattern.
    pub(super) fn folder(&self) -> &Path {
        folder_of(&self.path)
    }

    /// Returns the path of a file in the folder, as the user would type it.
    pub(super) fn path_of(&self, name: impl AsRef<OsStr>) -> PathBuf {
        self.path.with_file_name(name)
    }

    /// Whether a name matches the pattern.
    pub(super) fn matches(&self, name: &str) -> bool {
        self.pattern.matches_with(name, OPTIONS)
    }

    /// Returns the pattern without its wildcards: `contacts-*.csv` is `contacts.csv`.
    pub(super) fn job(&self) -> PathBuf {
        let mut closed: Vec<&str> = Vec::new();
        let mut from = 0;
        for wildcard in wildcards(&self.name) {
            closed.extend(self.name.get(from..wildcard.start));
            from = wildcard.end;
        }
        let last = self.name.get(from..).unwrap_or_default();
        let (last, extension) = match last.split_once('.') {
            Some((last, extension)) => (last, format!(".{extension}")),
            None => (last, String::new()),
        };
        let words: Vec<&str> = closed
            .into_iter()
            .chain([last])
            .map(|word| word.trim_matches(SEPARATORS))
            .filter(|word| !word.is_empty())
            .collect();
        self.path_of(words.join("-") + &extension)
    }

    /// Returns the part of a name from the first wildcard to the last, in bytes.
    pub(super) fn open(&self, name: &str) -> Range<usize> {
        let wildcards = wildcards(&self.name);
        let before = wildcards.first().map_or(0, |first| first.start);
        let behind = wildcards.last().map_or(0, |last| self.name.len() - last.end);
        // Letters of another case may have other lengths.
        let end = name.len().saturating_sub(behind).max(before);
        match name.get(before..end) {
            Some(_) => before..end,
            None => 0..name.len(),
        }
    }
}

/// Returns where the wildcards of a pattern are: `*`, `?` and sets such as `[0-9]`, in which the first
/// character never ends the set.
fn wildcards(pattern: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = pattern.get(at..).filter(|rest| !rest.is_empty()) {
        let first = rest.chars().next().map_or(1, char::len_utf8);
        let mut end = at + first;
        if let Some(set) = rest.strip_prefix('[') {
            let inside = set.strip_prefix('!').unwrap_or(set);
            let skipped = inside.chars().next().map_or(0, char::len_utf8);
            let closing = inside.get(skipped..).and_then(|inside| inside.find(']'));
            end = closing.map_or(pattern.len(), |closing| {
                pattern.len() - inside.len() + skipped + closing + 1
            });
            found.push(at..end);
        } else if rest.starts_with(WILDCARDS) {
            found.push(at..end);
        }
        at = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(name: &str) -> Wanted {
        Wanted {
            path: PathBuf::from(name),
            name: name.to_owned(),
            pattern: Pattern::new(name).unwrap(),
        }
    }

    #[test]
    fn outputs_are_named_after_what_a_pattern_says() {
        for (pattern, expected) in [
            ("contacts-*.csv", "contacts.csv"),
            ("*_contacts.csv.gz", "contacts.csv.gz"),
            ("crm *-*.xlsx", "crm.xlsx"),
            ("nps_????????_export.csv", "nps-export.csv"),
            ("a-[0-9]*.csv", "a.csv"),
            ("a*", "a"),
            ("a-[[]*[!]-]b.csv", "a-b.csv"),
            ("a-[*?].csv", "a.csv"),
            ("*.csv", ".csv"),
        ] {
            assert_eq!(wanted(pattern).job(), Path::new(expected), "{pattern}");
        }
    }

    #[test]
    fn only_what_a_pattern_leaves_open_is_compared() {
        for (pattern, name, open) in [
            ("crm2-*-v3.csv", "crm2-2026-12-01-v3.csv", "2026-12-01"),
            ("a[0-9][0-9].csv", "a12.csv", "12"),
            ("*", "é", "é"),
            // In another case, where the system does not tell them apart.
            ("ab-*", "é", "é"),
        ] {
            assert_eq!(name.get(wanted(pattern).open(name)), Some(open), "{pattern}");
        }
    }
}
