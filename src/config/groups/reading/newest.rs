//! `--newest`: which file of a folder is the input, and what its outputs are named after. Reads the
//! folder; `read/newest.rs` decides.

mod pattern;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use jiff::{Timestamp, ToSpan as _, ZonedDateTime};

use crate::cli::{CheckArgs, Chosen, InputArgs, Origin, Origins, RunArgs};
use crate::config::file::ConfigFile;
use crate::config::groups::outputs;
use crate::config::run_flags::RunFlags;
use crate::model::ShownPath as _;
use crate::read::{Candidate, Input, Newest, NewestBy, NoNewest, newest};
use crate::record::{are_same_file, folder_of, is_own_name, resolved};
use crate::text::Message;

use self::pattern::{WILDCARDS, Wanted, has_open_name};

/// Maximum number of names in a message.
const MAX_NAMED: usize = 3;

/// Makes the newest file the input of a run, if that is asked for.
pub(in crate::config) fn choose_for_run(args: &mut RunArgs) {
    let others = beside_exports(args);
    choose(&mut args.input, &others);
}

/// Makes the newest file the input of a check, if that is asked for. It is the one that a run with
/// these settings takes.
pub(in crate::config) fn choose_for_check(args: &mut CheckArgs, file: &ConfigFile) {
    let mut others = vec![args.input.ids.clone(), args.selection.exclude.clone()];
    if let Ok(flags) = RunFlags::new(file, &[], Some(&args.input.input)) {
        others.extend(beside_exports(&flags.args));
    }
    choose(&mut args.input, &others);
}

/// Returns the newest file as the input of a run, without saying so. `None` if it is not asked for, or
/// if no file matches.
///
/// # Errors
///
/// Why none of several files is the newest.
pub(in crate::config) fn quietly(args: &RunArgs) -> Result<Option<PathBuf>, Message> {
    let Some(wanted) = Wanted::of(&args.input) else {
        return Ok(None);
    };
    found(&wanted, &beside_exports(args)).map(|found| Some(found?.0))
}

/// What a run takes for its exports.
pub(in crate::config) struct Exports {
    wanted: Wanted,
    /// The folder, resolved.
    folder: PathBuf,
    /// Files beside them that are none.
    others: Vec<PathBuf>,
}

impl Exports {
    /// Returns what a run takes; `None` if it has no pattern, or if the folder does not exist.
    pub(in crate::config) fn of(args: &RunArgs) -> Option<Self> {
        let wanted = Wanted::of(&args.input)?;
        let others = beside_exports(args);
        Some(Self {
            folder: resolved(wanted.folder())?,
            others: beside(&wanted, &others).into_iter().map(Path::to_owned).collect(),
            wanted,
        })
    }

    /// Whether a run would take this file, if it were there. Its path is resolved.
    pub(in crate::config) fn have(&self, file: &Path) -> bool {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let others: Vec<&Path> = self.others.iter().map(PathBuf::as_path).collect();
        folder_of(file) == self.folder && self.wanted.matches(&name) && !is_own_name(&name, &others)
    }
}

/// Whether the input looks like a pattern, but is not meant as one, and no file has this name.
pub(in crate::config) fn is_pattern_by_mistake(args: &InputArgs) -> bool {
    !args.newest && args.input.to_string_lossy().contains(WILDCARDS) && !args.input.exists()
}

/// Returns the files that may lie beside exports and are none, by the names that any kind of run gives
/// to them.
fn beside_exports(args: &RunArgs) -> Vec<Option<PathBuf>> {
    let mut others = vec![
        args.input.ids.clone(),
        args.selection.exclude.clone(),
        args.delta.state.state.clone(),
        args.monitor.metrics_file.clone(),
    ];
    let job = job(&args.input);
    for kind in outputs::KINDS_OF_RUN {
        if let Ok(paths) = outputs::paths(&args.output, &job, kind) {
            others.extend([paths.results, paths.failed, paths.summary].map(Some));
            others.push(paths.report);
        }
    }
    others
}

/// Makes the newest file the input, and says which it is. `others` are files beside it that are no
/// export.
pub(in crate::config) fn choose(input: &mut InputArgs, others: &[Option<PathBuf>]) {
    let Some(wanted) = Wanted::of(input) else {
        return;
    };
    let job = wanted.job();
    let no_file = || Message::new(|words| words.no_newest(&NoNewest::NoFile));
    let chosen = match found(&wanted, others).and_then(|found| found.ok_or_else(no_file)) {
        Ok((path, newest)) => {
            say(&newest);
            input.input = path;
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
    let of_pattern = || Wanted::of(args).map(|wanted| wanted.job());
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
    if args.chosen.is_some() || Wanted::of(args).is_some() {
        return Ok(());
    }
    let shown = args.input.shown().to_string();
    let is_open = args.input.to_string_lossy().contains(WILDCARDS) || has_open_name(&args.input);
    // A file that is typed is sent as it is, whatever the config file says.
    ensure!(
        !args.newest || origins.newest != Origin::Flag && !is_open,
        "`--newest` needs a pattern in quotes, as in `\"exports/contacts-*.csv\"`, with wildcards in the name alone: \
         `{shown}` is none"
    );
    Ok(())
}

/// Returns those of the files that are in the pattern's folder.
fn beside<'p>(wanted: &Wanted, files: &'p [Option<PathBuf>]) -> Vec<&'p Path> {
    let files = files.iter().flatten().map(PathBuf::as_path);
    let beside = files.filter(|path| are_same_file(folder_of(path), wanted.folder()));
    beside.collect()
}

/// Lists the folder and finds the newest file, with its path; `None` if no file matches.
fn found(wanted: &Wanted, others: &[Option<PathBuf>]) -> Result<Option<(PathBuf, Newest)>, Message> {
    let folder = wanted.folder();
    let shown = folder.shown().to_string();
    let unreadable = |error: io::Error| {
        Message::from_error(Message::new(|words| words.cannot_read_folder(&shown)).caused_by(error))
    };
    let own = beside(wanted, others);
    let (mut files, mut paths) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let file_name = entry.map_err(unreadable)?.file_name();
        // The digits of a name that is no Unicode are readable.
        let name = file_name.to_string_lossy().into_owned();
        if !wanted.matches(&name) || is_own_name(&name, &own) {
            continue;
        }
        let path = wanted.path_of(&file_name);
        let modified = match written_at(&path) {
            Ok(None) => continue,
            Ok(time) => (time, None),
            Err(error) => (None, Some(error)),
        };
        files.push(Candidate {
            open: wanted.open(&name),
            name,
            modified: modified.0,
        });
        paths.push((path, modified.1));
    }
    let tomorrow = ZonedDateTime::now().date().saturating_add(1.day());
    let newest = match newest(&files, tomorrow) {
        Ok(newest) => newest,
        Err(NoNewest::NoFile) => return Ok(None),
        Err(why) => return Err(Message::new(|words| words.no_newest(&why))),
    };
    match paths.into_iter().nth(newest.at) {
        Some((_, Some(error))) => Err(Message::from_error(
            Message::new(|words| words.newest_is_out_of_reach(&newest.name)).caused_by(error),
        )),
        found => Ok(found.map(|(path, _)| (path, newest))),
    }
}

/// Returns when a file was written; `None` if it is gone by now, or is no file.
///
/// # Errors
///
/// If it is there and cannot be looked at, such as a link to a share that is away.
fn written_at(path: &Path) -> io::Result<Option<Timestamp>> {
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => Ok(None),
        Ok(metadata) => Ok(Some(
            Timestamp::try_from(metadata.modified()?).unwrap_or(Timestamp::MIN),
        )),
        Err(error) if error.kind() == io::ErrorKind::NotFound && path.symlink_metadata().is_err() => Ok(None),
        Err(error) => Err(error),
    }
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
