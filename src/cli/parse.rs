//! Parses arguments and variables: which config file is asked for, the command line with that
//! file's values as defaults, and the origin of each value. `config/file.rs` reads the file.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{ArgMatches, FromArgMatches};

use super::from_file::{self, FileSetting, FileValue, KeyError};
use super::{Cli, RunArgs};
use super::{recorded, shape, usage_error};
use crate::model::RecordedSettings;
use crate::system::terminal::explorer;
use crate::text::Usage;

/// Where a value came from, for the messages that name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Flag,
    Environment,
    File,
    /// The summary of the run whose failed rows are sent again.
    Recorded,
    Default,
}

impl Origin {
    /// Returns the name of the variable of a flag, which is given with its dashes.
    pub(crate) fn variable(flag: &str) -> String {
        let name = flag.trim_start_matches('-').replace('-', "_");
        format!("RESPONDENT_SYNC_{}", name.to_uppercase())
    }

    /// Describes the origin. `flag` is the flag's name with its dashes.
    pub(crate) fn named(self, flag: &str) -> String {
        match self {
            Self::Flag => format!("`{flag}`"),
            Self::Environment => Self::variable(flag),
            Self::File => "the config file".to_owned(),
            Self::Recorded => "the run's settings".to_owned(),
            Self::Default => "the default".to_owned(),
        }
    }
}

/// The origins of the values whose origin is reported or matters otherwise.
#[derive(Clone, Debug)]
pub(crate) struct Origins {
    pub(crate) newest: Origin,
    pub(crate) survey: Origin,
    pub(crate) id_column: Origin,
    pub(crate) map: Origin,
    pub(crate) set: Origin,
    pub(crate) keep: Origin,
    pub(crate) empty: Origin,
    pub(crate) min_filled: Origin,
    pub(crate) rate: Origin,
    pub(crate) until: Origin,
    pub(crate) report: Origin,
    pub(crate) healthcheck_url: Origin,
    pub(crate) quiet: Origin,
    pub(crate) verbose: Origin,
    /// The survey that the config file names, even if a flag or a variable overrides it.
    pub(crate) survey_of_file: Option<String>,
    /// The settings to record in the summary. `None` if they cannot be written down.
    pub(crate) recorded: Option<RecordedSettings>,
    /// The settings for the report of a run.
    pub(crate) used: RecordedSettings,
}

/// The keys of a config file, checked, with paths made absolute.
#[derive(Clone, Debug, Default)]
pub(crate) struct FileSettings {
    settings: Vec<FileSetting>,
    /// The keys that come from a run's summary.
    recorded: Vec<String>,
}

impl FileSettings {
    /// Checks the keys against the flags. `others` are valid keys that are not flags.
    ///
    /// # Errors
    ///
    /// All mistakes, in the order of the keys.
    pub(crate) fn new(
        folder: &Path,
        settings: &[FileSetting],
        others: &[&str],
    ) -> Result<Self, Vec<KeyError>> {
        from_file::checked(&run_command(), folder, settings, others).map(Self::from_settings)
    }

    fn from_settings(settings: Vec<FileSetting>) -> Self {
        Self {
            settings,
            recorded: Vec::new(),
        }
    }

    /// Returns the settings for a retry of a run: those that it recorded, and of this file what is of
    /// each call.
    pub(crate) fn for_retry(&self, recorded: &RecordedSettings) -> Result<Self, Vec<KeyError>> {
        let own = recorded::of_file(&run_command(), &self.settings);
        Self::with_recorded(own, recorded, false)
    }

    /// Returns the settings for a command about the whole input of a run: those that it recorded, and
    /// then those of this file.
    pub(crate) fn of_run(&self, recorded: &RecordedSettings) -> Result<Self, Vec<KeyError>> {
        let own = self.settings.iter();
        let own = own.filter(|setting| !recorded.contains_key(&setting.key));
        Self::with_recorded(own.cloned().collect(), recorded, true)
    }

    fn with_recorded(
        mut settings: Vec<FileSetting>,
        recorded: &RecordedSettings,
        is_whole: bool,
    ) -> Result<Self, Vec<KeyError>> {
        let run = run_command();
        let recorded = recorded::as_of_file(&run, recorded, is_whole);
        let recorded = from_file::checked(&run, Path::new(""), &recorded, &[])?;
        let keys = recorded.iter().map(|setting| setting.key.clone()).collect();
        settings.extend(recorded);
        Ok(Self {
            settings,
            recorded: keys,
        })
    }

    fn origin(&self, key: &str) -> Origin {
        if self.recorded.iter().any(|recorded| recorded == key) {
            Origin::Recorded
        } else if self.settings.iter().any(|setting| setting.key == key) {
            Origin::File
        } else {
            Origin::Default
        }
    }
}

/// Which config file a command uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ConfigChoice {
    Named(PathBuf),
    /// The default one in the user's config folder, if it exists.
    Usual,
    /// No config file.
    Nothing,
}

impl ConfigChoice {
    /// Returns what a value of `--config` asks for.
    pub(crate) fn new(config: Option<&PathBuf>) -> Self {
        const NONE: &str = "none";
        match config {
            Some(path) if path.as_os_str() == NONE => Self::Nothing,
            Some(path) => Self::Named(path.clone()),
            None => Self::Usual,
        }
    }
}

/// Returns which config file the process's arguments ask for. Faults in the arguments are reported
/// later, by [`parse`].
pub(crate) fn config_choice() -> ConfigChoice {
    let lenient = |command: clap::Command| command.mut_arg("input", |arg| arg.required(false));
    let command = ["run", "retry", "verify", "undo", "check"]
        .into_iter()
        .fold(shape::command(), |command, name| {
            command.mut_subcommand(name, lenient)
        });
    let Ok(matches) = command.try_get_matches_from(explorer::arguments()) else {
        return ConfigChoice::Nothing;
    };
    let Some(sub) = innermost(&matches).filter(|sub| sub.try_contains_id("config").is_ok()) else {
        return ConfigChoice::Nothing;
    };
    ConfigChoice::new(sub.get_one::<PathBuf>("config"))
}

/// Parses the process's arguments. clap itself prints help, version and usage errors, and exits;
/// unless the mistake can be said in Polish to a user who reads it.
///
/// # Errors
///
/// The mistake to say.
pub(crate) fn parse(file: &FileSettings, reads_polish: bool) -> Result<(Cli, Origins), Usage> {
    parsed(file).or_else(|error| {
        let mistake = usage_error::usage(&error).filter(|_| reads_polish);
        match mistake {
            Some(mistake) => Err(mistake),
            None => usage_error::shown(error).exit(),
        }
    })
}

/// Parses the process's arguments without the config file, which cannot be read. Used to learn how
/// to report that fault.
pub(crate) fn parse_without_file() -> Option<(Cli, Origins)> {
    // The unreadable file may be the one that names the input.
    let input = FileSetting {
        key: "input".to_owned(),
        line: 0,
        value: FileValue::One("?".to_owned()),
    };
    parsed(&FileSettings::from_settings(vec![input])).ok()
}

/// A command about a run that is over, with its arguments before the settings of that run are known.
#[derive(Debug)]
pub(crate) enum Meant {
    /// Its failed rows are sent with its settings, which nothing but the command line changes.
    Failed(RunArgs),
    /// It is verified or undone: its settings come before those of the config file.
    Whole(RunArgs),
}

/// Returns the run that the command is about. `None` for another command, or if the arguments are
/// wrong, which [`parse`] reports.
pub(crate) fn run_meant(file: &FileSettings) -> Option<Meant> {
    // Other commands are not parsed twice.
    let about_runs = ["retry", "verify", "undo"];
    std::env::args_os()
        .nth(1)
        .filter(|command| about_runs.iter().any(|name| command == name))?;
    match parsed(file).ok()?.0.command {
        super::Command::Retry(args) => Some(Meant::Failed(*args)),
        super::Command::Verify(args) | super::Command::Undo(args) => Some(Meant::Whole(*args)),
        _ => None,
    }
}

fn parsed(file: &FileSettings) -> Result<(Cli, Origins), clap::Error> {
    parse_words(explorer::arguments(), file)
}

/// Parses other arguments than the process's; the first is the program's name.
///
/// # Errors
///
/// What clap would print.
pub(crate) fn parse_words(
    words: impl IntoIterator<Item = OsString>,
    file: &FileSettings,
) -> Result<(Cli, Origins), clap::Error> {
    let run = run_command();
    let of_retry = if file.recorded.is_empty() {
        recorded::of_file(&run, &file.settings)
    } else {
        file.settings.clone()
    };
    let command = [
        ("run", &file.settings),
        ("retry", &of_retry),
        ("verify", &file.settings),
        ("undo", &file.settings),
        ("check", &file.settings),
        ("pull", &file.settings),
    ]
    .into_iter()
    .fold(shape::command(), |command, (name, settings)| {
        command.mut_subcommand(name, |sub| from_file::with_defaults(sub, settings))
    })
    .mut_subcommand("state", |state| {
        let of_state = file.settings.iter().filter(|setting| setting.key == "state");
        let of_state: Vec<FileSetting> = of_state.cloned().collect();
        ["show", "forget"].into_iter().fold(state, |state, name| {
            state.mut_subcommand(name, |sub| from_file::with_defaults(sub, &of_state))
        })
    });
    let mut matches = command.try_get_matches_from(words)?;
    let sub = innermost(&matches).cloned().unwrap_or_default();
    let name = matches.subcommand_name().unwrap_or_default();
    if let Some(flag) = recorded::foreign(name, &run, &sub) {
        return Err(usage_error::foreign(&flag, name));
    }
    let origin = |id: &str| origin(&sub, file, id);
    let survey_of_file = file.settings.iter().find(|setting| setting.key == "survey");
    let origins = Origins {
        newest: origin("newest"),
        survey: origin("survey"),
        id_column: origin("id_column"),
        map: origin("map"),
        set: origin("set"),
        keep: origin("keep"),
        empty: origin("empty"),
        min_filled: origin("min_filled"),
        rate: origin("rate"),
        until: origin("until"),
        report: origin("report"),
        healthcheck_url: origin("healthcheck_url"),
        quiet: origin("quiet"),
        verbose: origin("verbose"),
        survey_of_file: survey_of_file.map(|setting| setting.texts().join(",")),
        recorded: recorded::recorded(&run, &sub, origin),
        used: recorded::used(&run, &sub, origin),
    };
    Ok((Cli::from_arg_matches_mut(&mut matches)?, origins))
}

/// A flag of `run` with its value.
#[derive(Clone, Debug)]
pub(crate) struct Effective {
    pub(crate) key: String,
    pub(crate) values: Vec<String>,
    pub(crate) is_switch: bool,
    /// The value is never shown, as the flag's definition demands (`hide_env_values`).
    pub(crate) is_secret: bool,
    pub(crate) origin: Origin,
}

/// Returns the value of every flag of `run` if none is given, in the order of the help. Fails if
/// the environment has an invalid value.
pub(crate) fn effective(file: &FileSettings) -> Result<Vec<Effective>, String> {
    // Changing a flag moves it to the end, so the order is recorded first.
    let command = run_command();
    let flags: Vec<_> = command
        .get_arguments()
        .filter(|arg| !["config", "help", "version"].contains(&arg.get_id().as_str()))
        .map(|arg| {
            let takes_value = arg.get_action().takes_values();
            (
                arg.get_id().to_string(),
                takes_value,
                arg.is_hide_env_values_set(),
            )
        })
        .collect();
    let nothing: [OsString; 0] = [];
    let matches = from_file::with_defaults(command, &file.settings)
        .mut_arg("input", |arg| arg.required(false))
        .no_binary_name(true)
        .try_get_matches_from(nothing)
        .map_err(|error| {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default();
            first.trim_start_matches("error: ").to_owned()
        })?;
    let effective = flags.into_iter().map(|(key, takes_value, is_secret)| {
        let raw = matches.get_raw(&key).into_iter().flatten();
        let raw = raw.map(|value| value.to_string_lossy().into_owned());
        let switch = matches.try_get_one::<bool>(&key).ok().flatten();
        Effective {
            values: switch.map_or_else(|| raw.collect(), |on| vec![on.to_string()]),
            is_switch: !takes_value,
            is_secret,
            origin: origin(&matches, file, &key),
            key,
        }
    });
    Ok(effective.collect())
}

fn run_command() -> clap::Command {
    let mut command = shape::command();
    // Resolves the groups of flags, which clap does lazily.
    command.build();
    command.find_subcommand("run").cloned().unwrap_or_default()
}

/// Returns the matches of the innermost subcommand.
fn innermost(matches: &ArgMatches) -> Option<&ArgMatches> {
    let (_, mut innermost) = matches.subcommand()?;
    while let Some((_, below)) = innermost.subcommand() {
        innermost = below;
    }
    Some(innermost)
}

fn origin(matches: &ArgMatches, file: &FileSettings, id: &str) -> Origin {
    match matches
        .try_contains_id(id)
        .ok()
        .and_then(|_| matches.value_source(id))
    {
        Some(ValueSource::CommandLine) => Origin::Flag,
        Some(ValueSource::EnvVariable) => Origin::Environment,
        _ => file.origin(id),
    }
}
