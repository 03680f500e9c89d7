//! `--newest`: which file of a folder is the input, and what its outputs are named after. Reads the
//! folder; `read/newest.rs` decides.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use glob::{MatchOptions, Pattern};
use jiff::{Timestamp, ToSpan as _, ZonedDateTime};

use crate::cli::{Chosen, InputArgs, Origin, Origins, RunArgs};
use crate::model::ShownPath as _;
use crate::read::{Candidate, Input, Newest, NewestBy, newest};
use crate::record::{are_same_file, folder_of, is_own_name};
use crate::text::Message;

/// The characters that stand for others.
const WILDCARDS: [char; 3] = ['*', '?', '['];

/// What separates the words of a name.
const SEPARATORS: [char; 4] = ['-', '_', '.', ' '];

/// Maximum number of names in a message.
const MAX_NAMED: usize = 3;

/// A pattern in a folder.
struct Wanted {
    folder: PathBuf,
    name: String,
    pattern: Pattern,
}

/// Makes the newest file the input of a run, if that is asked for.
pub(in crate::config) fn choose_for_run(args: &mut RunArgs) {
    let others = beside_exports(args);
    choose(&mut args.input, &others);
}

/// Returns the newest file as the input of a run, without saying so. `None` if there is none, or if it
/// is not asked for.
pub(in crate::config) fn quietly(args: &RunArgs) -> Option<PathBuf> {
    let wanted = wanted(&args.input)?;
    let others = beside_exports(args);
    let newest = found(&wanted, &others).ok()?;
    Some(wanted.folder.join(newest.name))
}

/// Returns the files that may lie beside exports and are none.
fn beside_exports(args: &RunArgs) -> [Option<PathBuf>; 7] {
    [
        &args.input.ids,
        &args.selection.exclude,
        &args.output.output,
        &args.output.failed,
        &args.output.summary,
        &args.output.page.report,
        &args.monitor.metrics_file,
    ]
    .map(Clone::clone)
}

/// Makes the newest file the input, and says which it is. `others` are files beside it that are no
/// export.
pub(in crate::config) fn choose(input: &mut InputArgs, others: &[Option<PathBuf>]) {
    let Some(wanted) = wanted(input) else {
        return;
    };
    let job = wanted.job();
    let chosen = match found(&wanted, others) {
        Ok(newest) => {
            say(&newest);
            input.input = wanted.folder.join(&newest.name);
            Chosen {
                job,
                dated: newest.dated,
                unclear: None,
            }
        }
        Err(why) => Chosen {
            job,
            dated: None,
            unclear: Some(why),
        },
    };
    input.chosen = Some(chosen);
}

/// Returns the input that the flags mean.
pub(in crate::config) fn input_of(args: &InputArgs) -> Input {
    match args.chosen.as_ref().and_then(|chosen| chosen.unclear.clone()) {
        Some(why) => Input::Unclear(args.input.clone(), why),
        None => Input::new(&args.input),
    }
}

/// Returns the path that outputs are named after: the input's, or what is left of a pattern without
/// its wildcards, so that each night's outputs have the same names.
pub(in crate::config) fn named_after(args: &InputArgs) -> PathBuf {
    let of_pattern = || wanted(args).map(|wanted| wanted.job());
    let job = args.chosen.as_ref().map(|chosen| chosen.job.clone());
    job.or_else(of_pattern).unwrap_or_else(|| args.input.clone())
}

/// Returns the input that outputs are named after.
pub(in crate::config) fn job(args: &InputArgs) -> Input {
    Input::new(&named_after(args))
}

/// Checks that a pattern is one.
///
/// # Errors
///
/// If a typed `--newest` has no pattern, or if it cannot be one.
pub(in crate::config) fn check(args: &InputArgs, origins: &Origins) -> Result<()> {
    if !args.newest || args.chosen.is_some() {
        return Ok(());
    }
    let shown = args.input.shown().to_string();
    // A file that is typed is sent as it is, whatever the config file says.
    ensure!(
        origins.newest != Origin::Flag,
        "`--newest` needs a pattern in quotes, as in `\"exports/contacts-*.csv\"`, with wildcards in the name alone: \
         `{shown}` is none"
    );
    Ok(())
}

/// Returns the pattern, if `--newest` has one.
fn wanted(args: &InputArgs) -> Option<Wanted> {
    let name = args.input.file_name().filter(|_| args.newest)?.to_str()?;
    let folder = args.input.parent().unwrap_or(Path::new(""));
    let is_open = |text: &str| text.contains(WILDCARDS);
    if !is_open(name) || is_open(&folder.to_string_lossy()) {
        return None;
    }
    Some(Wanted {
        folder: folder.to_owned(),
        name: name.to_owned(),
        pattern: Pattern::new(name).ok()?,
    })
}

impl Wanted {
    /// Returns the pattern without its wildcards: `contacts-*.csv` is `contacts.csv`.
    fn job(&self) -> PathBuf {
        let closed: Vec<&str> = self.name.split(['*', '?']).collect();
        let (last, first) = closed
            .split_last()
            .map_or(("", [].as_slice()), |(last, first)| (*last, first));
        let (behind, extension) = match last.split_once('.') {
            Some((behind, extension)) => (behind, format!(".{extension}")),
            None => (last, String::new()),
        };
        let words = first.iter().copied().chain([behind]);
        let words: Vec<String> = words
            .map(without_sets)
            .map(|word| word.trim_matches(SEPARATORS).to_owned())
            .filter(|word| !word.is_empty())
            .collect();
        self.folder.join(words.join("-") + &extension)
    }

    /// Returns the part of a name from the first wildcard to the last.
    fn open(&self, name: &str) -> String {
        let before = self.name.find(WILDCARDS).unwrap_or(0);
        let behind = self
            .name
            .rfind(['*', '?', ']'])
            .map_or(0, |at| self.name.len() - at - 1);
        let open = name.get(before..name.len().saturating_sub(behind));
        open.unwrap_or(name).to_owned()
    }
}

/// Removes `[0-9]` and the like.
fn without_sets(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, set)) = rest.split_once('[') {
        kept.push_str(before);
        rest = set.split_once(']').map_or("", |(_, behind)| behind);
    }
    kept + rest
}

/// Lists the folder and finds the newest file.
fn found(wanted: &Wanted, others: &[Option<PathBuf>]) -> Result<Newest, Message> {
    let pattern = wanted.folder.join(&wanted.name);
    let folder = folder_of(&pattern);
    let shown = folder.shown().to_string();
    let unreadable = |error: std::io::Error| {
        Message::from_error(Message::new(|words| words.cannot_read_folder(&shown)).caused_by(error))
    };
    let options = MatchOptions {
        case_sensitive: !cfg!(windows),
        require_literal_separator: true,
        require_literal_leading_dot: true,
    };
    let own: Vec<&Path> = others
        .iter()
        .flatten()
        .map(PathBuf::as_path)
        .filter(|path| are_same_file(folder_of(path), folder))
        .collect();
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let path = wanted.folder.join(&name);
        if !wanted.pattern.matches_with(&name, options) || is_own_name(&name, &own) {
            continue;
        }
        // A file that is gone by now, or that is none, is no export.
        let Some(metadata) = fs::metadata(&path).ok().filter(fs::Metadata::is_file) else {
            continue;
        };
        let modified = metadata
            .modified()
            .ok()
            .and_then(|time| Timestamp::try_from(time).ok());
        files.push(Candidate {
            open: wanted.open(&name),
            name,
            modified: modified.unwrap_or(Timestamp::MIN),
        });
    }
    let tomorrow = ZonedDateTime::now().date().saturating_add(1.day());
    newest(&files, tomorrow).map_err(|why| Message::new(|words| words.no_newest(&why)))
}

/// Says which file is read, and what about the others may be a surprise.
fn say(newest: &Newest) {
    let line = Message::new(|words| words.newest(newest));
    let by = match newest.by {
        NewestBy::Date(_) => "date",
        NewestBy::Number => "number",
        NewestBy::Time => "time",
        NewestBy::Alone => "alone",
    };
    tracing::info!(
        event = "newest",
        file = newest.name.as_str(),
        by,
        files = newest.of,
        polish = line.polish(),
        "{line}"
    );
    if !newest.left_out.is_empty() {
        let named = newest.left_out.iter().take(MAX_NAMED).map(String::as_str);
        let named: Vec<&str> = named.collect();
        let line = Message::new(|words| words.newest_leaves_out(newest.left_out.len() as u64, &named));
        tracing::warn!(event = "newest_leaves_out", polish = line.polish(), "{line}");
    }
    if let Some(later) = &newest.written_later {
        let line = Message::new(|words| words.newest_by_number(&newest.name, later));
        tracing::warn!(event = "newest_by_number", polish = line.polish(), "{line}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(name: &str) -> Wanted {
        Wanted {
            folder: PathBuf::new(),
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
            ("*.csv", ".csv"),
        ] {
            assert_eq!(wanted(pattern).job(), Path::new(expected), "{pattern}");
        }
    }

    #[test]
    fn only_what_a_pattern_leaves_open_is_compared() {
        let wanted = wanted("crm2-*-v3.csv");
        assert_eq!(wanted.open("crm2-2026-12-01-v3.csv"), "2026-12-01");
        assert_eq!(wanted.open("é"), "é");
    }
}
