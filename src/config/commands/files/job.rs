//! One job of `config check`: all that would keep its run from starting, as far as that is seen without
//! opening the export, and what it reads and writes.

use std::path::{Component, Path, PathBuf};

use anyhow::{Error, Result, anyhow};

use crate::cli::{CONFIG_KEY, ConfigChoice, RunArgs};
use crate::config::commands::run::{mistakes_in_flags, rehearsal};
use crate::config::file::{self, ConfigFile};
use crate::config::groups::monitor::{check_address, metrics_file};
use crate::config::groups::reading::newest::{self, Exports};
use crate::config::groups::{list, outputs};
use crate::config::mistakes::Mistakes;
use crate::config::run_flags::RunFlags;
use crate::config::secrets::kinds::{Secret, looked_at, seen};
use crate::config::variable;
use crate::model::{SettingValue, ShownPath as _};
use crate::record::{FinishedRun, OutputError, OutputPaths, are_same_file, folder_of, resolved};
use crate::text::Message;

/// A job that was looked at.
pub(super) struct Job {
    pub(super) path: PathBuf,
    pub(super) mistakes: Vec<Error>,
    /// What may be meant so.
    pub(super) notes: Vec<Message>,
    /// Tables that are not there yet.
    pub(super) awaited: Vec<PathBuf>,
    /// What it reads and writes, resolved; `None` if that is unknown.
    pub(super) files: Option<JobFiles>,
}

/// The files of a job.
pub(super) struct JobFiles {
    /// What it takes for exports, if it has a pattern.
    pub(super) exports: Option<Exports>,
    /// The outputs of the night's run, then those of trials and rehearsals.
    pub(super) outputs: Vec<OutputPaths>,
    pub(super) metrics: Option<PathBuf>,
    /// The list that is read from the platform.
    pub(super) pulled: Option<PathBuf>,
    /// What it reads, with the key that names it.
    pub(super) reads: Vec<(&'static str, PathBuf)>,
}

impl Job {
    /// Looks at the job of a config file.
    pub(super) fn look_at(path: PathBuf) -> Self {
        let mut mistakes = Mistakes::default();
        let read = file::read(ConfigChoice::Named(path.clone()), &mut mistakes).and_then(|file| {
            let flags = mistakes.keep(RunFlags::new(&file, &[], None))?;
            Some((file, flags))
        });
        let mut job = Self {
            path,
            mistakes: Vec::new(),
            notes: Vec::new(),
            awaited: Vec::new(),
            files: None,
        };
        if let Some((file, flags)) = read
            && let Some(files) = files(&file, flags, &mut mistakes)
        {
            files.check(&mut mistakes);
            job.awaited = files.awaited().map(Path::to_owned).collect();
            job.notes.extend(files.other_job(&file));
            job.files = Some(files.resolved());
        }
        job.mistakes = mistakes.each();
        job
    }

    /// Returns a message with the job's path before it, as a compiler names the place of a fault.
    pub(super) fn placed(&self, message: &Message) -> Message {
        let path = self.path.shown().to_string();
        message.map(|_, text| match text.strip_prefix(&path) {
            // An error in the file's text has its place already.
            Some(rest) if rest.starts_with(':') => text.to_owned(),
            _ => format!("{path}: {text}"),
        })
    }
}

/// Returns what a job reads and writes. `None` if that is unknown.
fn files(file: &ConfigFile, flags: RunFlags, mistakes: &mut Mistakes) -> Option<JobFiles> {
    let RunFlags { args, origins, input } = flags;
    mistakes.extend(secrets(&args, file));
    if !args.platform.sandbox {
        mistakes.note(check_address(&args.monitor, &origins, file));
    }
    let Some(input) = input else {
        mistakes.note::<()>(Err(Message::new(|words| words.job_without_input()).into()));
        return None;
    };
    mistakes.extend(mistakes_in_flags(&args, &origins, file).each());
    let export = match newest::quietly(&args) {
        Ok(export) => export.unwrap_or(input),
        Err(why) => {
            mistakes.note::<()>(Err(why.into()));
            input
        }
    };
    if newest::is_pattern_by_mistake(&args.input) {
        mistakes.note::<()>(Err(Message::new(|words| words.pattern_without_newest()).into()));
    }
    let night = outputs::paths(&args.output, &newest::job(&args.input), rehearsal(&args)).ok()?;
    let pulled = list::place(&args.list, &args.input, Some(&night));
    Some(JobFiles {
        outputs: [night].into_iter().chain(of_rehearsals(&args)).collect(),
        metrics: metrics_file(&args.monitor, file).ok().flatten(),
        reads: reads(&args, file, export, pulled.is_none()),
        pulled,
        exports: Exports::of(&args),
    })
}

fn of_rehearsals(args: &RunArgs) -> Vec<OutputPaths> {
    let job = newest::job(&args.input);
    let kinds = outputs::KINDS_OF_RUN.into_iter();
    let paths = kinds.map(|kind| outputs::paths(&args.output, &job, kind));
    paths.filter_map(Result::ok).collect()
}

/// Returns what a job reads. A list that it reads from the platform itself is not among it.
fn reads(
    args: &RunArgs,
    file: &ConfigFile,
    export: PathBuf,
    has_own_ids: bool,
) -> Vec<(&'static str, PathBuf)> {
    let named = [
        ("input", Some(export).filter(|export| export.as_os_str() != "-")),
        ("ids", args.input.ids.clone().filter(|_| has_own_ids)),
        ("exclude", args.selection.exclude.clone()),
        (
            "state",
            args.delta
                .state
                .state
                .clone()
                .filter(|path| path.as_os_str() != "none"),
        ),
        (CONFIG_KEY, file.path.clone()),
    ];
    let named = named.into_iter();
    named.filter_map(|(key, path)| Some((key, path?))).collect()
}

/// Returns what is wrong with the secrets. The command that prints one is not run.
fn secrets(args: &RunArgs, file: &ConfigFile) -> Vec<Error> {
    if args.platform.sandbox {
        return Vec::new();
    }
    let mut faults = seen(&file.secrets, variable).faults;
    if args.list.is_read().is_some() {
        for secret in Secret::OF_API {
            match looked_at(secret, &file.secrets, variable) {
                Ok(Some(_)) => {}
                Ok(None) => faults.push(anyhow!("no `{}`", secret.name())),
                Err(error) => faults.push(error),
            }
        }
    }
    faults
}

impl JobFiles {
    /// The tables that a run reads, each with its key.
    fn tables(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        let is_table = |key: &str| ["input", "ids", "exclude"].contains(&key);
        let reads = self.reads.iter().filter(move |(key, _)| is_table(key));
        reads.map(|(key, path)| (*key, path.as_path()))
    }

    /// The tables that are not there yet.
    fn awaited(&self) -> impl Iterator<Item = &Path> {
        let is_awaited = |path: &Path| !path.exists() && folder_of(path).is_dir();
        self.tables()
            .map(|(_, path)| path)
            .filter(move |path| is_awaited(path))
    }

    /// Returns the same files by the paths that they resolve to.
    pub(super) fn resolved(self) -> Self {
        let resolved = |path: PathBuf| resolved(&path).unwrap_or(path);
        Self {
            exports: self.exports,
            outputs: self.outputs.iter().map(OutputPaths::resolved).collect(),
            metrics: self.metrics.map(resolved),
            pulled: self.pulled.map(resolved),
            reads: self
                .reads
                .into_iter()
                .map(|(key, path)| (key, resolved(path)))
                .collect(),
        }
    }

    /// Checks that what is read can come, and that what is written can be.
    fn check(&self, mistakes: &mut Mistakes) {
        let read: Vec<PathBuf> = self.reads.iter().map(|(_, path)| path.clone()).collect();
        let night = self.outputs.first();
        let has_input = self
            .tables()
            .all(|(key, path)| key != "input" || folder_of(path).is_dir());
        // Beside an export whose folder is missing, all would be said twice.
        if let Some(night) = night.filter(|_| has_input) {
            let others = self.reads.iter().map(|(_, path)| path).chain(&self.metrics);
            let others: Vec<&Path> = others.map(PathBuf::as_path).collect();
            mistakes.note(night.check(&others).map_err(Error::from));
            mistakes.note(night.check_page(&read).map_err(Error::from));
        }
        let state = self.reads.iter().find(|(key, _)| *key == "state");
        if let Some((_, state)) = state.filter(|(_, path)| path.is_dir()) {
            mistakes.note::<()>(Err(OutputError::Folder(tidy(state).into()).into()));
        }
        let others = [
            ("report", night.and_then(|night| night.report.as_deref())),
            ("metrics_file", self.metrics.as_deref()),
        ];
        let others = others.into_iter().filter_map(|(key, path)| Some((key, path?)));
        for (key, path) in self.tables().chain(others) {
            mistakes.note(has_folder(key, path));
        }
    }

    /// Says that the results here are of a run with another config file that is still there: then the folder
    /// was copied with all in it.
    fn other_job(&self, file: &ConfigFile) -> Option<Message> {
        let night = self.outputs.first()?;
        let run = FinishedRun::find(night).and_then(|run| run.newest()).ok()?;
        let Some(SettingValue::One(other)) = run.settings.get(CONFIG_KEY) else {
            return None;
        };
        let other = Path::new(other);
        if !other.exists() || are_same_file(other, file.path.as_ref()?) {
            return None;
        }
        let (results, other) = (tidy(&night.results), tidy(other));
        Some(Message::new(|words| words.results_of_other_job(&results, &other)))
    }
}

/// Checks that the folder of a file exists. An export may come later; its folder may not.
fn has_folder(key: &str, path: &Path) -> Result<()> {
    let folder = folder_of(path);
    if folder.is_dir() {
        return Ok(());
    }
    let shown = tidy(folder);
    Err(Message::new(|words| words.no_folder_of(key, &shown)).into())
}

/// Returns a path for a message, without `..` and without what Windows puts before a resolved one.
pub(super) fn tidy(path: &Path) -> String {
    let mut tidy = PathBuf::new();
    for part in path.components() {
        match (part, tidy.components().next_back()) {
            (Component::ParentDir, Some(Component::Normal(_))) => {
                tidy.pop();
            }
            _ => tidy.push(part),
        }
    }
    let shown = tidy.shown().to_string();
    match shown.strip_prefix(r"\\?\UNC\") {
        Some(share) => format!(r"\\{share}"),
        None => shown.strip_prefix(r"\\?\").map_or(shown.clone(), str::to_owned),
    }
}
