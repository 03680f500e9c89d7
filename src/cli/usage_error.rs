//! Makes clap's errors safe to print, and says what the mistake is, for a user who does not read
//! English. They quote words that other users may have chosen, as in `run *.csv`. Pure.

use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::model::{ShownPath as _, printable};
use crate::text::Usage;

/// Returns the same error with control characters, and line ends inside a word, escaped.
pub(super) fn shown(error: clap::Error) -> clap::Error {
    let original = error.render().to_string();
    let mut text = original.clone();
    for word in words(&error) {
        let shown = Path::new(&word).shown().to_string();
        if shown != word {
            text = text.replace(&word, &shown);
        }
    }
    let text = printable(&text);
    if text == original {
        return error;
    }
    clap::Error::raw(error.kind(), text.trim_start_matches("error: "))
}

/// Returns the mistake; `None` for help, and for what only an administrator meets.
pub(super) fn usage(error: &clap::Error) -> Option<Usage> {
    let all = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    };
    let one = |kind| all(kind).into_iter().next();
    let flag = || one(ContextKind::InvalidArg).map(|flag| flag_alone(&flag));
    Some(match error.kind() {
        ErrorKind::UnknownArgument => Usage::UnknownArgument {
            argument: one(ContextKind::InvalidArg)?,
            near: one(ContextKind::SuggestedArg),
        },
        ErrorKind::InvalidSubcommand => Usage::UnknownCommand {
            command: one(ContextKind::InvalidSubcommand)?,
            near: one(ContextKind::SuggestedSubcommand),
        },
        ErrorKind::MissingRequiredArgument => Usage::Missing {
            arguments: all(ContextKind::InvalidArg),
        },
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let value = one(ContextKind::InvalidValue).unwrap_or_default();
            if value.is_empty() {
                return Some(Usage::NoValue { flag: flag()? });
            }
            Usage::InvalidValue {
                value,
                flag: flag()?,
                allowed: all(ContextKind::ValidValue),
            }
        }
        ErrorKind::ArgumentConflict => Usage::Conflict {
            one: flag()?,
            other: one(ContextKind::PriorArg).map(|flag| flag_alone(&flag))?,
        },
        _ => return None,
    })
}

/// Returns the flag without its placeholder: `--rate` of `--rate <N/s>`.
fn flag_alone(flag: &str) -> String {
    flag.split(' ').next().unwrap_or_default().to_owned()
}

/// Returns the error for a flag of `run` that `retry` does not have.
pub(super) fn foreign(flag: &str, command: &str) -> clap::Error {
    let why = match command {
        "retry" => "`retry` sends only the rows that failed, all of them",
        "undo" => "`undo` puts back what the run has changed, all of it",
        _ => "`verify` reads what the run has sent, and sends nothing",
    };
    clap::Error::raw(
        ErrorKind::UnknownArgument,
        format!("`{flag}` is a flag of `run` alone: {why}\n"),
    )
}

/// Returns the words of the command line and of variables that an error quotes.
fn words(error: &clap::Error) -> Vec<String> {
    let texts = error.context().flat_map(|(_, value)| match value {
        ContextValue::String(text) => vec![text.clone()],
        ContextValue::Strings(texts) => texts.clone(),
        _ => Vec::new(),
    });
    texts.filter(|text| !text.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use clap::{Arg, Command, value_parser};

    use super::*;

    fn error_text(arguments: &[&str]) -> String {
        let command = Command::new("x")
            .arg(Arg::new("rate").long("rate").value_parser(value_parser!(u8)))
            .arg(Arg::new("input"));
        let error = command
            .no_binary_name(true)
            .try_get_matches_from(arguments)
            .unwrap_err();
        shown(error).render().to_string()
    }

    #[test]
    fn no_word_forges_a_line_or_commands_a_terminal() {
        for word in [
            "b\u{1b}]0;x\u{7}\u{1b}[2J.csv",
            "b\nerror: forged",
            "b\u{202E}vsc.",
            "b\u{2028}c",
            "b\u{9b}2J",
        ] {
            for arguments in [
                vec!["a.csv", word],
                vec!["--rate", word],
                vec![&format!("--{word}") as &str],
            ] {
                let text = error_text(&arguments);
                let is_safe =
                    |c: char| c == '\n' || !c.is_control() && !['\u{202E}', '\u{2028}'].contains(&c);
                assert!(
                    text.starts_with("error: ") && text.chars().all(is_safe),
                    "{text:?}"
                );
                assert!(!text.contains("\nerror:"), "{text:?}");
            }
        }
        let plain = error_text(&["a.csv", "b.csv"]);
        assert!(plain.contains("unexpected argument 'b.csv'"), "{plain}");
    }
}
