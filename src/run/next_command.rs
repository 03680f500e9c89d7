//! Builds the command that resumes an interrupted run: the one that was typed, with `--resume`.
//! Reads the process's arguments, which hold no secrets.

use std::borrow::Cow;

use crate::read::Input;

/// Returns the command that resumes the run. `None` if the run cannot be resumed, because standard
/// input cannot be read again.
pub(super) fn next_command(input: &Input) -> Option<String> {
    let arguments = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned());
    let mut variables = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let hint = if variables.any(|name| is_setting(&name)) {
        " (with the same RESPONDENT_SYNC_… variables)"
    } else {
        ""
    };
    (*input != Input::Stdin).then(|| with_resume(arguments) + hint)
}

/// Whether a variable stands for a flag that changes the run. Secrets do not count: the user has to
/// set them for every run anyway.
fn is_setting(name: &str) -> bool {
    let others = ["ACCOUNT", "WEBHOOK_KEY", "WEBHOOK_AUTH", "LANG"];
    name.strip_prefix("RESPONDENT_SYNC_")
        .is_some_and(|setting| !others.contains(&setting))
}

/// Returns the command line for a shell. Respondent ids and the address of a health check must not
/// appear in a log, so a command line that has them is not repeated.
fn with_resume(arguments: impl Iterator<Item = String>) -> String {
    let arguments: Vec<String> = arguments.collect();
    let is_unspeakable = |argument: &String| {
        let flag = argument
            .split_once('=')
            .map_or(argument.as_str(), |(flag, _)| flag);
        ["--only", "--healthcheck-url"].contains(&flag)
    };
    if arguments.iter().any(is_unspeakable) {
        return "the same command with `--resume`".to_owned();
    }
    let mut words: Vec<Cow<'_, str>> = arguments
        .iter()
        .filter(|argument| *argument != "--overwrite" && *argument != "--resume")
        .map(|argument| quoted(argument))
        .collect();
    // After `--` it would be taken for a file name.
    let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
    words.insert(end, "--resume".into());
    format!("`{}`", words.join(" "))
}

/// Quotes a word for the shell that the user types it into. (The crate `shlex` is right, too, but quotes
/// every `l4=Segment`.)
pub(super) fn quoted(word: &str) -> Cow<'_, str> {
    let harmless = |c: char| c.is_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(|c| harmless(c) || (cfg!(windows) && c == '\\')) {
        word.into()
    } else if cfg!(windows) {
        format!("\"{}\"", word.replace('"', "\\\"")).into()
    } else {
        format!("'{}'", word.replace('\'', "'\\''")).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(words: &[&str]) -> String {
        with_resume(words.iter().map(|word| (*word).to_owned()))
    }

    #[test]
    fn the_same_words_with_resume_once_and_for_a_shell() {
        assert_eq!(
            next(&["respondent-sync", "run", "a.csv", "--overwrite"]),
            "`respondent-sync run a.csv --resume`"
        );
        assert_eq!(
            next(&["respondent-sync", "run", "a.csv", "--resume", "--rotate=3"]),
            "`respondent-sync run a.csv --rotate=3 --resume`"
        );
        assert_eq!(
            next(&["respondent-sync", "run", "--", "a.csv"]),
            "`respondent-sync run --resume -- a.csv`"
        );
        assert_eq!(
            next(&["respondent-sync", "run", "a.csv", "--only", "17"]),
            "the same command with `--resume`"
        );
    }

    #[test]
    fn what_must_not_be_told_is_not() {
        for words in [
            &["x", "--healthcheck-url", "https://x/CANARY"][..],
            &["x", "--healthcheck-url=https://x/CANARY"],
        ] {
            assert_eq!(next(words), "the same command with `--resume`");
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_a_shell_would_take_apart_is_quoted() {
        assert_eq!(
            next(&["x", "run", "my contacts.csv", "--map", "l4=O'Neil $x"]),
            "`x run 'my contacts.csv' --map 'l4=O'\\''Neil $x' --resume`"
        );
    }
}
