//! Reads the config file: decides which one, and parses its TOML. [`crate::cli`] says what each key
//! means for a run; `config/secrets/kinds.rs` says where secrets come from.
//!
//! The file is never searched for in the current folder or beside the input. A folder of exports is
//! often shared, and a file that another user puts there could send the secrets elsewhere or run a
//! command.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mistakes::Mistakes;
use super::retried::RetriedRun;
use super::secrets::kinds::{Secret, SecretSources};
use super::secrets::plain_text::plain_text;
use super::secrets::source::SecretSource;
use crate::cli::{ConfigChoice, FileSetting, FileSettings, FileValue};
use crate::model::ShownPath as _;
use crate::system::trust;
use crate::system::{folders, regular};
use crate::text::{KeyFault, Message};

const NAME: &str = "respondent-sync.toml";

/// Maximum size in bytes. A larger file is not a config file.
const MAX_BYTES: u64 = 1 << 20;

/// A config file that was read.
#[derive(Debug, Default)]
pub(crate) struct ConfigFile {
    /// `None` if there is no config file.
    pub(crate) path: Option<PathBuf>,
    /// Its keys, checked against the flags.
    pub(crate) settings: FileSettings,
    /// Where its keys say that secrets come from.
    pub(crate) secrets: SecretSources,
    /// The run whose failed rows are sent again, and whose settings are among the keys.
    pub(crate) retried: Option<RetriedRun>,
}

/// The text of a config file.
struct ConfigText {
    path: PathBuf,
    /// The folder that paths in it are relative to.
    folder: PathBuf,
    text: String,
}

impl ConfigFile {
    /// Returns the folder that paths in the file are relative to.
    pub(super) fn folder(&self) -> Option<PathBuf> {
        let path = std::path::absolute(self.path.as_ref()?).ok()?;
        path.parent().map(Path::to_owned)
    }
}

/// Reads the chosen config file.
///
/// # Errors
///
/// All mistakes in it, as one error.
pub(super) fn file(choice: ConfigChoice) -> Result<ConfigFile> {
    let mut mistakes = Mistakes::default();
    let file = read(choice, &mut mistakes);
    mistakes.settle(file)
}

/// Reads the chosen config file. `None` if a mistake was noted.
pub(super) fn read(choice: ConfigChoice, mistakes: &mut Mistakes) -> Option<ConfigFile> {
    let Some(read) = mistakes.keep(text(choice))? else {
        return Some(ConfigFile::default());
    };
    let shown = read.path.shown().to_string();
    let (settings, secrets) = match understood(&read.text, &read.folder) {
        Ok(understood) => understood,
        Err(faults) => {
            let placed = |fault: Message| fault.map(|_, fault| format!("{shown}:{fault}")).into();
            mistakes.extend(faults.into_iter().map(placed));
            return None;
        }
    };
    mistakes.keep(trust::check(&read.path))?;
    Some(ConfigFile {
        path: Some(read.path),
        settings,
        secrets,
        retried: None,
    })
}

/// Returns the text of the chosen config file; `None` if there is none.
fn text(choice: ConfigChoice) -> Result<Option<ConfigText>> {
    let (path, opened) = match choice {
        ConfigChoice::Nothing => return Ok(None),
        ConfigChoice::Named(path) => {
            let opened = regular::open_through_links(&path);
            (path, opened)
        }
        ConfigChoice::Usual => {
            let Some(path) = folders::config().map(|folder| folder.join(NAME)) else {
                return Ok(None);
            };
            match regular::open_through_links(&path) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
                opened => (path, opened),
            }
        }
    };
    let shown = path.shown().to_string();
    let cannot_read = || Message::new(|words| words.cannot_read_config(&shown));
    let opened = opened.map_err(|error| cannot_read().caused_by(error))?;
    let bytes = regular::read_at_most(&opened, MAX_BYTES).map_err(|error| cannot_read().caused_by(error))?;
    let bytes = bytes.with_context(|| format!("`{shown}` has more than 1 MiB: it is no config file"))?;
    let text = plain_text(&bytes).map_err(|error| anyhow!("the config file `{shown}` {error}"))?;
    let folder = std::path::absolute(&path).with_context(cannot_read)?;
    let folder = folder.parent().unwrap_or(Path::new("")).to_owned();
    ensure!(
        folder.to_str().is_some(),
        "the name of the config file's folder is no Unicode, and paths in it could not be told: `{}`",
        folder.shown()
    );
    Ok(Some(ConfigText { path, folder, text }))
}

/// Parses and checks the keys of a text.
///
/// # Errors
///
/// All mistakes in the order of their lines, each of which begins with its number.
fn understood(text: &str, folder: &Path) -> Result<(FileSettings, SecretSources), Vec<Message>> {
    let line_of = |at: usize| 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
    let table = DeTable::parse(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(span.start));
        // The rest of the error's text quotes the line, which may hold a secret.
        vec![Message::new(|words| {
            format!("{line}: {}", words.no_toml(error.message()))
        })]
    })?;
    let (mut settings, mut secrets) = (Vec::new(), SecretSources::default());
    let mut faults: Vec<(usize, Message)> = Vec::new();
    for (key, value) in table.get_ref() {
        let line = line_of(key.span().start);
        let mut note = |fault: KeyFault| {
            let what = Message::new(|words| format!("`{}`: {}", key.get_ref(), words.key_fault(&fault)));
            faults.push((line, what));
        };
        match secret(key.get_ref(), value.get_ref(), folder) {
            Some((secret, Ok(source))) => {
                if secrets.set(secret, source) {
                    note(KeyFault::SecretTwice);
                }
            }
            Some((_, Err(fault))) => note(fault),
            None => match self::value(value.get_ref()) {
                Ok(value) => settings.push(FileSetting {
                    key: key.get_ref().to_string(),
                    line,
                    value,
                }),
                Err(fault) => note(fault),
            },
        }
    }
    let others: Vec<String> = Secret::ALL.into_iter().flat_map(Secret::keys).collect();
    let others: Vec<&str> = others.iter().map(String::as_str).collect();
    let settings = FileSettings::new(folder, &settings, &others);
    match settings {
        Ok(settings) if faults.is_empty() => Ok((settings, secrets)),
        checked => {
            let of_flags = checked.err().unwrap_or_default();
            faults.extend(of_flags.into_iter().map(|error| (error.line, error.what)));
            faults.sort_by_key(|(line, _)| *line);
            let placed = |(line, what): (usize, Message)| what.map(|_, what| format!("{line}: {what}"));
            Err(faults.into_iter().map(placed).collect())
        }
    }
}

/// Returns where a secret comes from. `None` if the key is not about a secret.
fn secret(key: &str, value: &DeValue<'_>, folder: &Path) -> Option<(Secret, Result<SecretSource, KeyFault>)> {
    let secret = Secret::ALL
        .into_iter()
        .find(|secret| secret.keys().iter().any(|name| name == key))?;
    let source = if key.ends_with("_file") {
        let text = value.as_str().filter(|text| !text.is_empty());
        text.map(|text| SecretSource::File(folder.join(text)))
            .ok_or(KeyFault::NoFileName)
    } else {
        let words = value.as_array().map(|words| {
            let words = words
                .iter()
                .map(|word| word.get_ref().as_str().map(str::to_owned));
            words.collect::<Option<Vec<String>>>().unwrap_or_default()
        });
        match words.as_deref() {
            Some([program, arguments @ ..]) if !program.is_empty() => {
                // A bare name is searched for on `PATH`, as usual.
                let is_name = Path::new(program).components().count() == 1;
                Ok(SecretSource::Command {
                    program: if is_name {
                        program.into()
                    } else {
                        folder.join(program)
                    },
                    arguments: arguments.to_vec(),
                    folder: folder.to_owned(),
                })
            }
            _ => Err(KeyFault::NoCommand),
        }
    };
    Some((secret, source))
}

/// Converts a value to the text that a flag takes.
fn value(value: &DeValue<'_>) -> Result<FileValue, KeyFault> {
    let several = |texts: Option<Vec<String>>| texts.map(FileValue::Several).ok_or(KeyFault::NoValues);
    match value {
        DeValue::Boolean(on) => Ok(FileValue::Switch(*on)),
        DeValue::Array(values) => several(values.iter().map(scalar).collect()),
        DeValue::Table(table) => several(
            table
                .iter()
                .map(|(key, value)| Some(format!("{}={}", key.get_ref(), scalar(value)?)))
                .collect(),
        ),
        value => scalar_of(value).map(FileValue::One).ok_or(KeyFault::Unreadable),
    }
}

fn scalar(value: &Spanned<DeValue<'_>>) -> Option<String> {
    scalar_of(value.get_ref())
}

fn scalar_of(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => (number.radix() == 10).then(|| number.as_str().to_owned()),
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        DeValue::Datetime(time) => Some(time.to_string()),
        DeValue::Boolean(_) | DeValue::Array(_) | DeValue::Table(_) => None,
    }
}
