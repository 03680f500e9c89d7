//! Places a config file's values between the environment and the defaults. Each value becomes the
//! default of the flag that its key names, so there is one table of flags and one parser per value.
//! `config/file.rs` finds and reads the file.

use std::path::{Path, PathBuf};

use clap::builder::ValueParser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command};

use super::parse::Origin;
use crate::text::{KeyFault, Message};

/// One key of a config file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileSetting {
    pub(crate) key: String,
    /// Line number, from 1.
    pub(crate) line: usize,
    pub(crate) value: FileValue,
}

pub(crate) use crate::model::SettingValue as FileValue;

impl FileSetting {
    /// Returns the texts for a command line. A switch that is off has no text.
    pub(super) fn texts(&self) -> Vec<String> {
        match &self.value {
            FileValue::Switch(false) => Vec::new(),
            FileValue::Switch(true) => vec!["true".to_owned()],
            FileValue::One(text) => vec![text.clone()],
            FileValue::Several(texts) => texts.clone(),
        }
    }
}

/// What is wrong with a key, and its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyError {
    /// Line number, from 1.
    pub(crate) line: usize,
    pub(crate) what: Message,
}

/// Checks every key against the flags of `run`, and makes paths relative to the file's folder.
/// `others` are valid keys that are not flags.
///
/// # Errors
///
/// All mistakes, in the order of the keys.
pub(super) fn checked(
    run: &Command,
    folder: &Path,
    settings: &[FileSetting],
    others: &[&str],
) -> Result<Vec<FileSetting>, Vec<KeyError>> {
    // A fault in the environment is not the file's fault.
    let run = &run.clone().mut_args(|arg| arg.env(None::<&'static str>));
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for setting in settings {
        match checked_one(run, folder, setting, others) {
            Ok(setting) => right.push(setting),
            Err(fault) => wrong.push(KeyError {
                line: setting.line,
                what: Message::new(|words| format!("`{}`: {}", setting.key, words.key_fault(&fault))),
            }),
        }
    }
    if wrong.is_empty() { Ok(right) } else { Err(wrong) }
}

fn checked_one(
    run: &Command,
    folder: &Path,
    setting: &FileSetting,
    others: &[&str],
) -> Result<FileSetting, KeyFault> {
    let Some(arg) = flag(run, &setting.key) else {
        return Err(unknown(run, &setting.key, others));
    };
    try_value(run, arg, setting)?;
    Ok(FileSetting {
        value: if is_path(arg) {
            beside(folder, &setting.value)
        } else {
            setting.value.clone()
        },
        ..setting.clone()
    })
}

/// Sets the file's values as defaults of the command's flags. Keys without a flag in this command
/// are ignored.
pub(super) fn with_defaults(mut command: Command, settings: &[FileSetting]) -> Command {
    for setting in settings {
        let texts = setting.texts();
        if flag(&command, &setting.key).is_some() && !texts.is_empty() {
            command = command.mut_arg(&setting.key, |arg| arg.required(false).default_values(texts));
        }
    }
    command
}

/// Returns the flag, or the input argument, that a key names.
fn flag<'a>(command: &'a Command, key: &str) -> Option<&'a Arg> {
    let is_meant = |arg: &&Arg| arg.get_id() == key && !["config", "help", "version"].contains(&key);
    command.get_arguments().find(is_meant)
}

fn unknown(run: &Command, key: &str, others: &[&str]) -> KeyFault {
    const ALIKE: f64 = 0.8;
    // A secret has keys for its source, but no key for its value.
    if others.contains(&format!("{key}_file").as_str()) {
        return KeyFault::SecretInFile {
            key: key.to_owned(),
            variable: Origin::variable(key),
        };
    }
    let ids = run.get_arguments().map(|arg| arg.get_id().as_str());
    let known = ids.chain(others.iter().copied()).filter(|id| *id != "config");
    let nearest = known
        .map(|id| (strsim::jaro_winkler(&key.replace('-', "_"), id), id))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|one, other| one.0.total_cmp(&other.0));
    KeyFault::Unknown {
        near: nearest.map(|(_, id)| id.to_owned()),
    }
}

/// Checks a value with the flag's own parser.
fn try_value(run: &Command, arg: &Arg, setting: &FileSetting) -> Result<(), KeyFault> {
    let takes_value = arg.get_action().takes_values() || matches!(arg.get_action(), ArgAction::Count);
    match &setting.value {
        FileValue::Switch(true) if matches!(arg.get_action(), ArgAction::Count) => {
            return Err(KeyFault::NoCount);
        }
        FileValue::Switch(_) if !takes_value || is_optional(arg) => return Ok(()),
        FileValue::One(_) | FileValue::Several(_) if !takes_value => {
            return Err(KeyFault::NoSwitch);
        }
        FileValue::Several(_) if !matches!(arg.get_action(), ArgAction::Append) && !is_list(arg) => {
            return Err(KeyFault::Several);
        }
        _ => {}
    }
    let Some(long) = arg.get_long() else {
        return Ok(());
    };
    if matches!(arg.get_action(), ArgAction::Count) {
        let counts = |text: &String| text.parse::<u8>().map_err(|_| KeyFault::NoNumber(text.clone()));
        return setting.texts().iter().try_for_each(|text| counts(text).map(drop));
    }
    let words = setting.texts().into_iter().map(|text| format!("--{long}={text}"));
    let words = ["run".to_owned(), "-".to_owned()].into_iter().chain(words);
    match run.clone().try_get_matches_from(words) {
        Err(error) if is_of_value(error.kind()) => Err(of_value(&error)),
        _ => Ok(()),
    }
}

fn is_of_value(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::InvalidValue | ErrorKind::ValueValidation)
}

/// Returns the parser's objection to a value.
fn of_value(error: &clap::Error) -> KeyFault {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join(", ")),
        _ => None,
    };
    let value = text(ContextKind::InvalidValue).unwrap_or_default();
    if value.is_empty() {
        return KeyFault::Blank;
    }
    match (std::error::Error::source(error), text(ContextKind::ValidValue)) {
        (Some(why), _) => KeyFault::Refused(why.to_string()),
        (None, Some(values)) => KeyFault::NotOneOf(value, values),
        (None, None) => KeyFault::Invalid(value),
    }
}

pub(super) fn is_path(arg: &Arg) -> bool {
    arg.get_value_parser().type_id() == ValueParser::path_buf().type_id()
}

/// Whether the flag can be given without a value.
fn is_optional(arg: &Arg) -> bool {
    arg.get_num_args().is_some_and(|count| count.min_values() == 0)
}

/// Whether the flag takes several values in one.
fn is_list(arg: &Arg) -> bool {
    arg.get_value_delimiter().is_some()
}

/// Makes a path relative to the file's folder. `-`, `none` and absolute paths stay as they are.
fn beside(folder: &Path, value: &FileValue) -> FileValue {
    let beside = |text: &String| {
        if ["-", "none"].contains(&text.as_str()) {
            text.clone()
        } else {
            // Lossless: the text comes from a file and the folder is valid Unicode. Without `.` in between.
            let path: PathBuf = folder.join(text).components().collect();
            path.to_string_lossy().into_owned()
        }
    };
    match value {
        FileValue::Switch(on) => FileValue::Switch(*on),
        FileValue::One(text) => FileValue::One(beside(text)),
        FileValue::Several(texts) => FileValue::Several(texts.iter().map(beside).collect()),
    }
}
