//! Which settings of a run its summary records for `retry`, and which flags of `run` are none of
//! `retry`. The values come from the parsed arguments, so there is one table of flags.

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::from_file::{FileSetting, is_path};
use super::parse::Origin;
use crate::model::{RecordedSettings, SettingValue};

/// Flags that are about a whole export, or about one run of it. `retry` does not have them.
const OF_RUN_ALONE: [&str; 15] = [
    "sandbox",
    "only",
    "limit",
    "min_rows",
    "min_filled",
    "max_age",
    "max_unknown",
    "ignore_guards",
    "max_changes",
    "max_same",
    "full_refresh",
    "resume",
    "rotate",
    "rotate_max_age",
    "overwrite",
];

/// Flags that each call of the program decides for itself.
const OF_EACH_CALL: [&str; 15] = [
    "input",
    "newest",
    "output",
    "output_dir",
    "failed",
    "summary",
    "report",
    "wait_lock",
    "dry_run",
    "yes",
    "no_progress",
    "verbose",
    "quiet",
    "log_format",
    "lang",
];

/// Flags about the input's form, of which a failed file says its own, and may come back in another;
/// and about the job of every night: that nobody watches it, how often it is meant to run, when its
/// window ends, and the file for its monitor.
const OF_FORM: [&str; 7] = [
    "delimiter",
    "encoding",
    "sheet",
    "unattended",
    "metrics_file",
    "expect",
    "until",
];

/// Flags about the form of a whole input, which `verify` reads again.
const OF_WHOLE: [&str; 3] = ["delimiter", "encoding", "sheet"];

/// The flags of `verify` and `undo`.
const OF_RUN_THAT_IS_OVER: [&str; 27] = [
    "input",
    "newest",
    CONFIG,
    "survey",
    "empty",
    "auth_url",
    "base_url",
    "allow_http",
    "ca_file",
    "rate",
    "timeout",
    "connect_timeout",
    "max_retries",
    "backoff",
    "max_backoff",
    "state",
    "output",
    "output_dir",
    "failed",
    "summary",
    "wait_lock",
    "tag",
    "verbose",
    "quiet",
    "log_format",
    "lang",
    "help",
];

/// Further flags of `verify`.
const OF_VERIFY: [&str; 15] = [
    "delimiter",
    "encoding",
    "sheet",
    "skip_lines",
    "no_header",
    "survey_column",
    "id_column",
    "ids",
    "match_on",
    "map",
    "set",
    "on_duplicate",
    "exclude",
    "pull",
    "verify",
];

/// Further flags of `undo`.
const OF_UNDO: [&str; 10] = [
    "method",
    "concurrency",
    "max_outage",
    "max_duration",
    "until",
    "max_errors",
    "max_same_error",
    "dry_run",
    "yes",
    "no_progress",
];

/// The key of the config file's path, which is no flag of its own.
pub(crate) const CONFIG: &str = "config";

/// How `retry` treats a flag of `run`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Recorded in the summary and used again, unless the flag is typed at `retry`. A variable or a
    /// config file that a flag of the run had beaten must not win now.
    Recorded,
    /// A flag of `retry` as well, and not recorded.
    OfEachCall,
    /// No flag of `retry`.
    OfRunAlone,
    /// Only typed at `retry`: a variable or a config file means the export and its night.
    OfForm,
}

impl Kind {
    pub(super) fn new(arg: &Arg) -> Self {
        let id = arg.get_id().as_str();
        match id {
            _ if OF_RUN_ALONE.contains(&id) => Self::OfRunAlone,
            _ if OF_FORM.contains(&id) => Self::OfForm,
            // A secret is fetched anew from where it stands.
            _ if OF_EACH_CALL.contains(&id) || arg.is_hide_env_values_set() => Self::OfEachCall,
            CONFIG | "help" | "version" => Self::OfEachCall,
            _ => Self::Recorded,
        }
    }

    /// The kind of a flag by its key; `None` if `command` has no such flag.
    pub(super) fn of(command: &Command, key: &str) -> Option<Self> {
        let arg = command.get_arguments().find(|arg| arg.get_id() == key)?;
        Some(Self::new(arg))
    }
}

/// Adapts the flags of `run` to `retry`: those of `run` alone are not shown, and only those of each
/// call have a variable.
pub(super) fn for_retry(arg: Arg) -> Arg {
    match Kind::new(&arg) {
        Kind::OfRunAlone => arg.hide(true).env(None::<&'static str>),
        Kind::OfForm => arg.env(None::<&'static str>),
        // Not typed, it is as it was in the run.
        Kind::Recorded => {
            let takes_value = arg.get_action().takes_values();
            arg.env(None::<&'static str>).hide_default_value(takes_value)
        }
        Kind::OfEachCall => arg,
    }
}

/// Shows those flags of `run` that `verify` and `undo` have. The others are known to them, as the
/// settings of a run are, and refused if they are typed.
pub(super) fn for_run_that_is_over(command: &str, arg: Arg) -> Arg {
    let is_own = is_own(command, arg.get_id().as_str());
    arg.hide(!is_own)
}

/// Whether a flag of `run` is one of another command, too.
fn is_own(command: &str, id: &str) -> bool {
    match command {
        "verify" => OF_RUN_THAT_IS_OVER.contains(&id) || OF_VERIFY.contains(&id),
        "undo" => OF_RUN_THAT_IS_OVER.contains(&id) || OF_UNDO.contains(&id),
        _ => !OF_RUN_ALONE.contains(&id),
    }
}

/// Returns the flag of `run` alone that was typed for `retry`, `verify` or `undo`; `None` if there is
/// none.
pub(super) fn foreign(name: &str, command: &Command, matches: &ArgMatches) -> Option<String> {
    if !["retry", "verify", "undo"].contains(&name) {
        return None;
    }
    let typed = |arg: &&Arg| {
        let is_known = matches.try_contains_id(arg.get_id().as_str()).is_ok();
        is_known && matches.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine)
    };
    let mut args = command
        .get_arguments()
        .filter(|arg| !is_own(name, arg.get_id().as_str()));
    let found = args.find(typed)?;
    Some(format!("--{}", found.get_long()?))
}

/// Returns the settings to record. `None` if a value is no Unicode and cannot be written down.
pub(super) fn recorded(
    command: &Command,
    matches: &ArgMatches,
    origin: impl Fn(&str) -> Origin,
) -> Option<RecordedSettings> {
    let mut recorded = RecordedSettings::new();
    for arg in command.get_arguments() {
        let (id, kind) = (arg.get_id().as_str(), Kind::new(arg));
        let origin = origin(id);
        let is_known = matches.try_contains_id(id).is_ok();
        // A rehearsal is recorded as one, so that no retry sends its rows to the platform. What a
        // guard objects to in a row was let through with the run. A failed file has its run's delimiter.
        // `verify` reads the input once more.
        let is_needed =
            kind == Kind::Recorded || ["sandbox", "ignore_guards"].contains(&id) || OF_WHOLE.contains(&id);
        if !is_known || origin == Origin::Default || !is_needed {
            continue;
        }
        if let Ok(Some(on)) = matches.try_get_one::<bool>(id) {
            recorded.insert(id.to_owned(), SettingValue::Switch(*on));
            continue;
        }
        let raw = matches.try_get_raw(id).ok().flatten().into_iter().flatten();
        let texts: Option<Vec<String>> = raw.map(|text| text.to_str().map(str::to_owned)).collect();
        let mut texts = texts?;
        if is_path(arg) {
            texts = texts.iter().map(|text| absolute(text)).collect::<Option<_>>()?;
        }
        let value = match (arg.get_action(), origin) {
            // A variable holds several values, separated by commas.
            (ArgAction::Append, Origin::Environment) => {
                let parts = texts.iter().flat_map(|text| text.split(','));
                let parts = parts.map(|part| part.trim().to_owned());
                SettingValue::Several(parts.filter(|part| !part.is_empty()).collect())
            }
            (ArgAction::Append, _) => SettingValue::Several(texts),
            _ => SettingValue::One(texts.pop()?),
        };
        recorded.insert(id.to_owned(), value);
    }
    Some(recorded)
}

/// Returns all settings that are not the defaults, for people: without secrets, and without the ids of
/// `--only`.
pub(super) fn used(
    command: &Command,
    matches: &ArgMatches,
    origin: impl Fn(&str) -> Origin,
) -> RecordedSettings {
    let is_shown = |arg: &&Arg| {
        let id = arg.get_id().as_str();
        !arg.is_hide_env_values_set() && !["only", "input", CONFIG, "help", "version"].contains(&id)
    };
    let mut used = RecordedSettings::new();
    for arg in command.get_arguments().filter(is_shown) {
        let id = arg.get_id().as_str();
        if origin(id) == Origin::Default || matches.try_contains_id(id).is_err() {
            continue;
        }
        if let Ok(Some(on)) = matches.try_get_one::<bool>(id) {
            used.insert(id.to_owned(), SettingValue::Switch(*on));
            continue;
        }
        let raw = matches.try_get_raw(id).ok().flatten().into_iter().flatten();
        let texts: Vec<String> = raw.map(|text| text.to_string_lossy().into_owned()).collect();
        used.insert(id.to_owned(), SettingValue::Several(texts));
    }
    used
}

fn absolute(text: &str) -> Option<String> {
    if ["-", "none"].contains(&text) {
        return Some(text.to_owned());
    }
    let path = std::path::absolute(text).ok()?;
    path.to_str().map(str::to_owned)
}

/// Returns what `retry` takes from the config file: what is of each call. What the run recorded came
/// from that file, or from what beat it then.
pub(super) fn of_file(run: &Command, settings: &[FileSetting]) -> Vec<FileSetting> {
    let is_used = |setting: &&FileSetting| Kind::of(run, &setting.key) == Some(Kind::OfEachCall);
    settings.iter().filter(is_used).cloned().collect()
}

/// Returns the recorded settings as those of a config file. Keys that are never recorded are
/// ignored.
pub(super) fn as_of_file(run: &Command, recorded: &RecordedSettings, is_whole: bool) -> Vec<FileSetting> {
    let settings = recorded.iter().filter(|(key, _)| {
        let is_of_form = is_whole && OF_WHOLE.contains(&key.as_str());
        // What is no flag is reported as such.
        is_of_form
            || !matches!(
                Kind::of(run, key),
                Some(Kind::OfEachCall | Kind::OfRunAlone | Kind::OfForm)
            ) && key.as_str() != CONFIG
    });
    settings
        .map(|(key, value)| FileSetting {
            key: key.clone(),
            line: 0,
            value: value.clone(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::shape;

    #[test]
    fn every_listed_flag_is_one_of_run() {
        let mut command = shape::command();
        command.build();
        let run = command.find_subcommand("run").unwrap();
        let listed = OF_RUN_ALONE.iter().chain(&OF_EACH_CALL).chain(&OF_FORM);
        let listed = listed.chain(&OF_WHOLE).chain(&OF_RUN_THAT_IS_OVER);
        let listed = listed.chain(&OF_VERIFY).chain(&OF_UNDO);
        for id in listed.filter(|id| **id != "help") {
            assert!(run.get_arguments().any(|arg| arg.get_id() == id), "{id}");
        }
        assert_eq!(Kind::of(run, "healthcheck_url"), Some(Kind::OfEachCall));
        assert_eq!(Kind::of(run, "map"), Some(Kind::Recorded));
    }
}
