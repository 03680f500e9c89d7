//! Checks the settings of `run`. All mistakes are reported together, and the secrets are fetched
//! last and once. A dry run is a check with the flags of `run`.

use std::path::{Path, PathBuf};

use anyhow::Result;
use jiff::ZonedDateTime;
use url::Url;

use super::check::{
    BeforeSettings, CheckFormat, CheckSettings, known_before, look_at_secrets,
    max_query_bytes_without_secrets, proofs,
};
use crate::cli::{CONFIG_KEY, Origins, PaceArgs, RunArgs, Until};
use crate::config::file::ConfigFile;
use crate::config::groups::calls::{self, CallSettings, Destination};
use crate::config::groups::guards::{GuardSettings, guards};
use crate::config::groups::list::{self as of_list, ListSettings};
use crate::config::groups::log;
use crate::config::groups::monitor::{MonitorSettings, monitor};
use crate::config::groups::outputs::{self, OutputSettings, prints_summary};
use crate::config::groups::page::{UnsentSettings, others, unsent};
use crate::config::groups::reading::{ReadingSettings, newest, reading};
use crate::config::groups::state::{DeltaSettings, delta};
use crate::config::mistakes::Mistakes;
use crate::config::secrets::kinds;
use crate::config::variable;
use crate::model::{Deadline, DeltaMode, Lang, RecordedSettings, SettingValue, ShownPath as _};
use crate::record::{SANDBOX, TRIAL, are_same_file};
use crate::text::Message;

/// The survey of a rehearsal whose input has none.
const SANDBOX_SURVEY: &str = "1";

/// The command `run`.
#[derive(Debug)]
pub(crate) struct RunCommand {
    /// Who is notified, even if other settings are wrong.
    pub(crate) monitor: MonitorSettings,
    /// Where it is said if the run makes no call.
    pub(crate) unsent: Option<UnsentSettings>,
    /// What to do, or all mistakes as one error.
    pub(crate) asked: Result<Asked>,
    /// The input, which is looked at for more mistakes if the settings have some.
    pub(crate) reading: Option<Box<ReadingSettings>>,
}

/// A `run` without mistakes.
#[derive(Debug)]
pub(crate) enum Asked {
    Run(Box<RunSettings>),
    DryRun(Box<CheckSettings>),
    /// A retry that has nothing to do, and why.
    NothingLeft(Message),
}

impl RunCommand {
    /// Creates a command that notifies no monitor.
    pub(in crate::config) fn only(asked: Result<Asked>) -> Self {
        Self {
            monitor: MonitorSettings::default(),
            unsent: None,
            asked,
            reading: None,
        }
    }
}

/// All settings of a run.
#[derive(Clone, Debug)]
pub(crate) struct RunSettings {
    pub(crate) reading: ReadingSettings,
    pub(crate) guards: GuardSettings,
    pub(crate) destination: Destination,
    pub(crate) calls: CallSettings,
    pub(crate) delta: DeltaSettings,
    /// The mailing list that is read first; `None` if it is not.
    pub(crate) list: Option<ListSettings>,
    pub(crate) outputs: OutputSettings,
    /// When the run has to end by itself.
    pub(crate) deadline: Deadline,
    /// What the summary records for a retry. `None` if it cannot be written down.
    pub(crate) recorded: Option<RecordedSettings>,
    /// The settings that the report of the run shows.
    pub(crate) used: RecordedSettings,
    /// Files that no page may replace.
    pub(crate) others: Vec<PathBuf>,
    /// The run puts labels back (`undo`): the command that was typed is not its own.
    pub(crate) is_undo: bool,
}

impl RunSettings {
    /// Returns the same settings with the mailing list in this table.
    pub(crate) fn with_members(&self, table: &Path) -> Self {
        let mut settings = self.clone();
        settings.reading.set_members(table);
        settings
    }
}

/// What every kind of run needs of its flags.
struct Common {
    reading: ReadingSettings,
    guards: GuardSettings,
    /// `None` for a rehearsal, and if it is wrong.
    base: Option<Url>,
    calls: CallSettings,
    delta: DeltaSettings,
    monitor: MonitorSettings,
    /// The word in the names of the outputs of a rehearsal or a trial.
    rehearsal: Option<&'static str>,
}

/// Checks the flags of `run`, but for the outputs and the secrets. A run that is not `real` notifies no
/// monitor.
fn common(
    args: &RunArgs,
    (origins, file): (&Origins, &ConfigFile),
    lang: Lang,
    is_real: bool,
    mistakes: &mut Mistakes,
) -> Common {
    let is_sandbox = args.platform.sandbox;
    let rehearsal = rehearsal(args);
    let paths = outputs::paths(&args.output, &newest::job(&args.input), rehearsal).ok();
    let reading = reading(
        &args.input,
        &args.selection,
        &args.output.results.keep,
        (
            is_sandbox.then_some(SANDBOX_SURVEY),
            of_list::place(&args.list, &args.input, paths.as_ref()),
        ),
        lang,
        origins,
        mistakes,
    );
    let guards = guards(
        &args.guards,
        Some(&args.past_guards),
        &reading.input,
        origins,
        mistakes,
    );
    let base =
        (!is_sandbox || args.output.dry_run).then(|| mistakes.keep(calls::base(&args.platform.address)));
    let calls = calls::calls(&args.platform, &args.pace, origins, mistakes);
    let delta = mistakes.note(delta(&args.delta));
    if args.past_guards.max_changes.is_some() && delta.mode == DeltaMode::Follow {
        let why = Message::new(|words| words.max_changes_needs_store());
        mistakes.note::<()>(Err(why.into()));
    }
    mistakes.note(check_state(args, &delta, file));
    let monitor = monitor(
        &args.monitor,
        origins,
        file,
        calls.http.ca_pem.as_deref(),
        is_real,
        mistakes,
    );
    Common {
        reading,
        guards,
        base: base.flatten(),
        calls,
        delta,
        monitor,
        rehearsal,
    }
}

/// Refuses a state that is a file of something else: a damaged state is replaced.
fn check_state(args: &RunArgs, delta: &DeltaSettings, file: &ConfigFile) -> Result<()> {
    let Some(state) = &delta.path else { return Ok(()) };
    let others = [
        Some(&args.input.input),
        args.input.ids.as_ref(),
        args.selection.exclude.as_ref(),
        file.path.as_ref(),
    ];
    let is_other = others
        .into_iter()
        .flatten()
        .any(|other| are_same_file(other, state));
    anyhow::ensure!(
        !is_other,
        "`--state {}` is another file of this run: name a file of its own",
        state.shown()
    );
    Ok(())
}

/// Returns the word in the names of the outputs of a rehearsal or a trial.
pub(in crate::config) fn rehearsal(args: &RunArgs) -> Option<&'static str> {
    let selects = args.selection.only.is_some() || args.selection.limit.is_some();
    if args.platform.sandbox {
        Some(SANDBOX)
    } else {
        selects.then_some(TRIAL)
    }
}

/// Checks the flags of a run, outputs included, without fetching a secret.
///
/// # Errors
///
/// All mistakes.
pub(in crate::config) fn check_flags(args: &RunArgs, origins: &Origins, file: &ConfigFile) -> Result<()> {
    mistakes_in_flags(args, origins, file).settle(Some(()))
}

/// Returns the mistakes in the flags of a run, outputs included. Fetches no secret.
pub(in crate::config) fn mistakes_in_flags(args: &RunArgs, origins: &Origins, file: &ConfigFile) -> Mistakes {
    let mut mistakes = Mistakes::default();
    let lang = log::lang(args.log.lang);
    let common = common(args, (origins, file), lang, false, &mut mistakes);
    of_list::flags(args, SANDBOX_SURVEY, &mut mistakes);
    let job = newest::job(&args.input);
    let kind = (common.rehearsal, common.delta.mode);
    outputs::outputs(&args.output, &job, kind, args.log.lang, &mut mistakes);
    mistakes
}

/// Checks all flags of `run`.
pub(in crate::config) fn run(args: &RunArgs, origins: &Origins, file: &ConfigFile) -> RunCommand {
    let is_sandbox = args.platform.sandbox;
    let is_dry = args.output.dry_run;
    let mut mistakes = Mistakes::default();
    // Objects for machines are English.
    let lang = if is_dry && prints_summary(&args.output) {
        Lang::En
    } else {
        log::lang(args.log.lang)
    };
    let Common {
        reading,
        guards,
        base,
        calls,
        delta,
        monitor,
        rehearsal,
    } = common(args, (origins, file), lang, !is_dry && !is_sandbox, &mut mistakes);
    let job = newest::job(&args.input);
    if is_dry {
        let before = outputs::paths(&args.output, &job, rehearsal).ok();
        let account = if is_sandbox { None } else { look_at_secrets(file) };
        let known = known_before(&delta, base.as_ref(), account.clone());
        let proofs = base
            .as_ref()
            .filter(|_| !is_sandbox)
            .zip(delta.path.clone())
            .and_then(|(base, path)| proofs(path, base, account));
        let check = CheckSettings {
            max_query_bytes: base.and_then(|base| max_query_bytes_without_secrets(args, &base)),
            list: list(args, &reading, (origins, file), &mut mistakes),
            reading,
            rate: calls.send.rate,
            accept_failures: args.output.accept.accept_failures,
            guards,
            known,
            proofs,
            before: before.map(|paths| BeforeSettings {
                paths,
                resumes: args.output.existing.resume,
            }),
            format: if prints_summary(&args.output) {
                CheckFormat::Json
            } else {
                CheckFormat::Text
            },
            preview: None,
        };
        let asked = mistakes
            .settle(Some(check))
            .map(|check| Asked::DryRun(Box::new(check)));
        return RunCommand {
            monitor,
            unsent: None,
            asked,
            reading: None,
        };
    }
    let looked_at = Box::new(reading.clone());
    let kind = (rehearsal, delta.mode);
    let outputs = outputs::outputs(&args.output, &job, kind, args.log.lang, &mut mistakes);
    let others = others(&reading, &delta, &monitor, file);
    let unsent = outputs
        .as_ref()
        .map(|outputs| unsent(outputs, rehearsal, others.clone()));
    let list = list(args, &reading, (origins, file), &mut mistakes);
    let destination = destination(base, is_sandbox, file, &mut mistakes);
    let settings = outputs
        .zip(destination)
        .map(|(outputs, destination)| RunSettings {
            reading,
            guards,
            destination,
            calls,
            delta,
            list,
            outputs,
            deadline: deadline(&args.pace),
            recorded: recorded(origins, file),
            used: origins.used.clone(),
            others,
            is_undo: false,
        });
    RunCommand {
        monitor,
        unsent,
        asked: mistakes
            .settle(settings)
            .map(|settings| Asked::Run(Box::new(settings))),
        reading: Some(looked_at),
    }
}

/// Returns the settings that the summary records, with the config file, which says where secrets
/// come from.
fn recorded(origins: &Origins, file: &ConfigFile) -> Option<RecordedSettings> {
    let mut recorded = origins.recorded.clone()?;
    if let Some(path) = &file.path {
        let path = std::path::absolute(path).ok()?;
        recorded.insert(
            CONFIG_KEY.to_owned(),
            SettingValue::One(path.to_str()?.to_owned()),
        );
    }
    Some(recorded)
}

/// Checks the flags about the mailing list, and fetches the API's key if there are no mistakes.
fn list(
    args: &RunArgs,
    reading: &ReadingSettings,
    (origins, file): (&Origins, &ConfigFile),
    mistakes: &mut Mistakes,
) -> Option<ListSettings> {
    let survey = args.platform.sandbox.then_some(SANDBOX_SURVEY);
    of_list::conflicts(&args.list, args.delta.changed_only, mistakes);
    let how = (args.list.is_read(), reading.members.as_deref());
    of_list::list_of(args, how, (origins, file, survey), mistakes)
}

/// Returns when a run that starts now has to end by itself.
fn deadline(pace: &PaceArgs) -> Deadline {
    let now = ZonedDateTime::now();
    let until = match pace.until {
        Some(Until::At(time)) => Some(time),
        Some(Until::Never) | None => None,
    };
    Deadline::new(pace.max_duration, until, now.timestamp(), now.time_zone())
}

/// Returns where calls go. The secrets are fetched only if there are no mistakes, because a command
/// that prints one may ask the user.
fn destination(
    base: Option<Url>,
    is_sandbox: bool,
    file: &ConfigFile,
    mistakes: &mut Mistakes,
) -> Option<Destination> {
    if is_sandbox {
        return Some(Destination::Sandbox);
    }
    if !mistakes.is_empty() {
        mistakes.extend(kinds::unset(&file.secrets, variable));
        return None;
    }
    let credentials = mistakes.keep(kinds::credentials(&file.secrets, variable))?;
    Some(Destination::Platform {
        base: base?,
        credentials,
    })
}
