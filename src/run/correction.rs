//! The command that a person probably wants instead of the one that failed. Sends and changes nothing;
//! `run/next_command.rs` has the commands that come after one that went well.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::Failure;
use super::next_command::{
    KEEP_OLD, arguments, command_line, flag_of, is_about_old_outputs, is_unspeakable, quoted,
};
use crate::model::Message;
use crate::read::{ColumnFault, Hint, InputError};
use crate::record::OutputError;
use crate::report::ExitCode;
use crate::system::folders;

/// A command that a person probably wants instead of the one that failed.
pub(crate) enum Correction {
    /// With the columns that are probably meant.
    Meant(String),
    /// Keeps the outputs of the last export under another name.
    KeepOld(String),
    /// Goes on with the run that was interrupted.
    Resume(String),
}

/// Returns the command that is probably wanted, if it is clear from what failed. A command line that
/// has what must not appear in a log is not repeated.
pub(crate) fn corrected(failure: &Failure) -> Option<Correction> {
    let error = &failure.error;
    if arguments().any(|argument| is_unspeakable(&argument)) {
        return None;
    }
    for cause in error.chain() {
        match cause.downcast_ref::<OutputError>() {
            Some(OutputError::InTheWay(_) | OutputError::OtherFinished { .. }) => {
                return unless_said(KEEP_OLD).map(Correction::KeepOld);
            }
            Some(OutputError::Unfinished(_)) => return unless_said("--resume").map(Correction::Resume),
            Some(_) => return None,
            None => {}
        }
        match cause.downcast_ref::<InputError>() {
            Some(InputError::Columns { faults, .. }) => {
                return with_meant_columns(faults).or_else(with_config_beside);
            }
            Some(InputError::Open(missing)) if missing.kind() == ErrorKind::NotFound => {
                return with_near_file(&error.to_string());
            }
            Some(_) => return None,
            None => {}
        }
    }
    // Settings or columns are missing. A run that ended early has another code.
    let is_of_settings = [ExitCode::Usage, ExitCode::Input].contains(&failure.code) && error.is::<Message>();
    is_of_settings.then(with_config_beside)?
}

/// Returns the command line with the columns that are probably meant: if nothing but names of columns
/// is wrong, and one column is near to each.
fn with_meant_columns(faults: &[ColumnFault]) -> Option<Correction> {
    let meant = faults.iter().map(|fault| match fault {
        ColumnFault::Missing {
            name,
            hint: Hint::Nearest(nearest),
            ..
        } => match nearest.as_slice() {
            [meant] => Some((name.as_str(), meant.as_str())),
            _ => None,
        },
        _ => None,
    });
    let meant: Vec<(&str, &str)> = meant.collect::<Option<_>>()?;
    with_columns(arguments(), &meant).map(Correction::Meant)
}

/// Returns the command line with the config that `init` wrote beside the export, if none was given.
fn with_config_beside() -> Option<Correction> {
    let words: Vec<String> = arguments().collect();
    let command = words.get(1)?;
    let is_decided = |word: &String| flag_of(word) == "--config" || is_about_old_outputs(word);
    if words.iter().any(is_decided) || !["check", "run"].contains(&command.as_str()) {
        return None;
    }
    // A word behind a flag may be its value.
    let pairs = words.iter().skip(1).zip(words.iter().skip(2));
    let mut files = pairs.filter(|(before, word)| {
        let may_be_value = before.starts_with('-') && !before.contains('=');
        !may_be_value && !word.starts_with('-') && Path::new(word).is_file()
    });
    let (_, input) = files.next()?;
    let config = Path::new(input).with_extension("toml");
    if !config.is_file() {
        return None;
    }
    let flag = format!("--config {}", quoted(config.to_str()?));
    Some(Correction::Meant(command_line(&words, &flag)))
}

/// Returns the command line with flags about old outputs, unless it has one already.
fn unless_said(flags: &'static str) -> Option<String> {
    let words: Vec<String> = arguments().collect();
    if words.iter().any(|word| is_about_old_outputs(word)) {
        return None;
    }
    Some(command_line(&words, flags))
}

/// Returns the command line with the file that is probably meant, if the one that is typed is missing.
/// `missing` is what was typed.
fn with_near_file(missing: &str) -> Option<Correction> {
    let mut words: Vec<String> = arguments().collect();
    let input = words.iter_mut().skip(2).find(|word| *word == missing)?;
    let path = PathBuf::from(&*input);
    if path.exists() {
        return None;
    }
    let near = folders::nearest_file(&path)?;
    near.to_str()?.clone_into(input);
    Some(Correction::Meant(command_line(&words, "")))
}

/// Flags whose values name columns, alone or behind an equals sign.
const OF_COLUMNS: [&str; 5] = ["--map", "--id-column", "--survey-column", "--match-on", "--keep"];

/// Replaces names of columns behind the flags that take them. `None` if one is not among the arguments.
fn with_columns(arguments: impl Iterator<Item = String>, meant: &[(&str, &str)]) -> Option<String> {
    let mut words: Vec<String> = arguments.collect();
    for (wrong, right) in meant {
        let behind_equals = format!("={wrong}");
        let (mut found, mut is_value) = (false, false);
        for word in words.iter_mut().skip(2) {
            let is_flag = OF_COLUMNS.contains(&flag_of(word));
            if is_value && word == wrong {
                (*right).clone_into(word);
                found = true;
            } else if (is_value || is_flag)
                && let Some(start) = word.strip_suffix(&behind_equals)
            {
                // `A=B` of `--match-on`: which of the two is meant is unclear.
                if start.rsplit('=').next() == Some(wrong) {
                    return None;
                }
                *word = format!("{start}={right}");
                found = true;
            }
            is_value = is_flag && !word.contains('=');
        }
        if !found {
            return None;
        }
    }
    Some(command_line(&words, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_corrected_if_it_is_clear_how() {
        let words = [
            "x",
            "check",
            "a.csv",
            "--id-column",
            "webankieta",
            "--map",
            "l4=Segmnt",
        ];
        let corrected =
            |meant: &[(&str, &str)]| with_columns(words.iter().map(|word| (*word).to_owned()), meant);
        assert_eq!(
            corrected(&[("webankieta", "webankieta_id"), ("Segmnt", "Segment")]).as_deref(),
            Some("x check a.csv --id-column webankieta_id --map l4=Segment")
        );
        assert_eq!(corrected(&[("NPS", "nps")]), None, "it is in a config file");
        let words = ["x", "run", "Segmnt", "--map=l4=Segmnt", "--set", "l9=Segmnt"];
        assert_eq!(
            with_columns(
                words.iter().map(|word| (*word).to_owned()),
                &[("Segmnt", "Segment")]
            )
            .as_deref(),
            Some("x run Segmnt --map=l4=Segment --set l9=Segmnt")
        );
    }
}
