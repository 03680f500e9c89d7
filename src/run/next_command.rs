//! Builds the command that a person types next, from the one that was typed: the rest of an
//! interrupted run, a trial after a check, the whole after a trial, the failed rows after a run. Reads
//! the process's arguments, which hold no secrets.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::config::{ReadingSettings, default_paths};
use crate::model::{ShownPath, printable};
use crate::read::Input;
use crate::record::{OutputPaths, RESULTS};
use crate::report::{ExitCode, RunKind, RunReport};
use crate::text::AfterCheck;

/// Returns the command that resumes the run. `None` if the run cannot be resumed, because standard
/// input cannot be read again.
pub(super) fn next_command(input: &Input) -> Option<String> {
    let mut variables = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let hint = if variables.any(|name| is_setting(&name)) {
        " (with the same RESPONDENT_SYNC_… variables)"
    } else {
        ""
    };
    (*input != Input::Stdin).then(|| with_resume(arguments()) + hint)
}

/// Returns the command that was typed; `None` if it cannot be typed as it is printed.
pub(super) fn own_command() -> Option<String> {
    let words: Vec<String> = arguments().collect();
    let is_typable = !words.iter().any(|word| is_unspeakable(word));
    is_typable.then(|| command_line(&words, ""))
}

/// Returns what to type after a check; `None` if nothing can be done with the input, or if it is
/// standard input.
pub(super) fn after_check(code: ExitCode, input: &Input) -> Option<AfterCheck> {
    let is_file = *input != Input::Stdin && !arguments().any(|argument| is_unspeakable(&argument));
    match code {
        ExitCode::Success | ExitCode::RowsFailed if is_file => Some(AfterCheck::Trial(trial(arguments()))),
        ExitCode::Aborted if is_file => {
            let words: Vec<String> = arguments().collect();
            Some(AfterCheck::Again(command_line(&words, "")))
        }
        _ => None,
    }
}

/// Returns what to type after a complete run: the retry of failed rows, or the whole input after a
/// trial of one row.
pub(super) fn after_run(
    report: &RunReport,
    reading: &ReadingSettings,
    paths: &OutputPaths,
) -> Option<String> {
    if report.summary.failures() > 0 {
        // The rows of a rehearsal are sent with the whole.
        return (!report.rehearsal).then(|| retry_command(reading, paths));
    }
    let Input::File(input) = &reading.input else {
        return None;
    };
    // A limit that a variable or the config sets would hold for the same words, too.
    let words: Vec<String> = arguments().collect();
    let has_limit = words.iter().any(|word| flag_of(word) == "--limit");
    if report.kind != RunKind::TrialOfOne || !has_limit || words.iter().any(|word| is_unspeakable(word)) {
        return None;
    }
    // A trial has files of its own, and the whole would meet those of the last export; under a name that
    // was given, it would meet those of the trial.
    let of_whole = paths.results.with_file_name(input.file_name()?);
    let meets_old = !paths.rehearsal || default_paths(&of_whole).are_of_finished_run();
    Some(whole(words.into_iter(), meets_old))
}

/// Flags that keep the outputs of an older export under another name, and all older ones.
pub(super) const KEEP_OLD: &str = "--resume --rotate=all";

/// The flag that goes with `--rotate`, and takes a value.
const ROTATE_MAX_AGE: &str = "--rotate-max-age";

/// Whether an argument says what happens to older outputs.
pub(super) fn is_about_old_outputs(argument: &str) -> bool {
    ["--overwrite", "--resume", "--rotate"].contains(&flag_of(argument))
}

/// Whether an argument must not appear in a log (respondent ids, the address of a health check), or
/// cannot be typed as it is printed.
pub(super) fn is_unspeakable(argument: &str) -> bool {
    ["--only", "--healthcheck-url"].contains(&flag_of(argument)) || !is_typable(argument)
}

/// Whether a word can be typed as it is printed: no control or invisible character, no bytes that are no
/// Unicode, and on Windows no `%`, which its console replaces even between quotes.
fn is_typable(word: &str) -> bool {
    let is_strange = |c: char| c == char::REPLACEMENT_CHARACTER || (cfg!(windows) && c == '%');
    printable(word) == word && !word.contains(is_strange)
}

/// Returns a flag without the value behind its equals sign.
pub(super) fn flag_of(argument: &str) -> &str {
    argument.split_once('=').map_or(argument, |(flag, _)| flag)
}

pub(super) fn arguments() -> impl Iterator<Item = String> {
    std::env::args_os().map(|argument| argument.to_string_lossy().into_owned())
}

/// Returns the command line of a check as that of a run of one row.
fn trial(arguments: impl Iterator<Item = String>) -> String {
    let mut words = without_flags(arguments, &["--format", "--preview", "--limit"]);
    // The first word after the program's name is the command.
    if let Some(command) = words.get_mut(1).filter(|command| *command == "check") {
        "run".clone_into(command);
    }
    command_line(&words, "--limit 1")
}

/// Returns the command line of a trial as that of a run of all rows, which keeps finished outputs of
/// an older export if there are any.
fn whole(arguments: impl Iterator<Item = String>, meets_old: bool) -> String {
    let mut words = without_flags(arguments, &["--limit"]);
    let has = |words: &[String], flag: &str| words.iter().any(|word| flag_of(word) == flag);
    let rotates = has(&words, "--rotate");
    if !rotates {
        // They were about the outputs of the trial.
        words.retain(|word| word != "--resume" && word != "--overwrite");
    }
    let flags = match (meets_old, rotates) {
        (_, true) if !has(&words, "--resume") => "--resume",
        (false, _) | (_, true) => "",
        (true, false) => KEEP_OLD,
    };
    command_line(&words, flags)
}

/// Removes flags that take a value, with their values.
fn without_flags(arguments: impl Iterator<Item = String>, flags: &[&str]) -> Vec<String> {
    let mut kept = Vec::new();
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        let flag = flag_of(&argument);
        if !flags.contains(&flag) {
            kept.push(argument);
        } else if flag == argument {
            arguments.next();
        }
    }
    kept
}

/// Returns words as a command line for a shell, with flags that are quoted already (none if empty):
/// behind `--` they would be taken for file names.
pub(super) fn command_line(words: &[String], flags: &str) -> String {
    let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
    let mut line: Vec<Cow<'_, str>> = words.iter().map(|word| quoted(word)).collect();
    if !flags.is_empty() {
        line.insert(end, flags.into());
    }
    line.join(" ")
}

/// Returns the command that sends the failed rows of a run again, quoted for a shell.
pub(super) fn retry_command(reading: &ReadingSettings, paths: &OutputPaths) -> String {
    let round = reading.round.as_ref();
    let of_round = round.map(|round| Input::File(round.run.input().into()));
    let (input, paths) = match round {
        Some(round) => (of_round.as_ref(), &round.run.paths),
        None => (Some(&reading.input), paths),
    };
    format!("respondent-sync retry {}", words_for(input, paths))
}

/// Returns the command that puts back what a file says was changed.
pub(super) fn undo_of_file(file: &Path) -> String {
    format!("respondent-sync undo {}", quoted(&file.shown().to_string()))
}

/// Returns the command that puts back what a run has changed.
pub(super) fn undo_command(input: &Input, paths: &OutputPaths) -> String {
    format!("respondent-sync undo {}", words_for(Some(input), paths))
}

/// Returns the arguments by which `retry` finds the run that wrote these files.
fn words_for(input: Option<&Input>, paths: &OutputPaths) -> String {
    // A name with a hyphen would be taken for a flag.
    let shown = |path: &Path| {
        let text = path.shown().to_string();
        let dot = if text.starts_with('-') { "./" } else { "" };
        quoted(&format!("{dot}{text}")).into_owned()
    };
    match input {
        Some(Input::File(input)) if are_same(&default_paths(input), paths) => shown(&beside_us(input)),
        _ if is_of_results(paths) => shown(&paths.results),
        _ => {
            let [results, failed, summary] =
                [&paths.results, &paths.failed, &paths.summary].map(|path| shown(path));
            format!("{results} --output {results} --failed {failed} --summary {summary}")
        }
    }
}

/// Whether the files are the same, however they are spelt.
fn are_same(a: &OutputPaths, b: &OutputPaths) -> bool {
    let spelt =
        |paths: &OutputPaths| [&paths.results, &paths.failed, &paths.summary].map(|path| beside_us(path));
    spelt(a) == spelt(b)
}

/// Whether failed file and summary have the names that go with the results.
fn is_of_results(paths: &OutputPaths) -> bool {
    let name = paths.results.to_string_lossy();
    let stem = name.strip_suffix(RESULTS).unwrap_or_default();
    !stem.is_empty() && are_same(&default_paths(Path::new(&format!("{stem}.csv"))), paths)
}

/// Whether a variable stands for a flag that changes the run. Secrets do not count: the user has to
/// set them for every run anyway.
fn is_setting(name: &str) -> bool {
    let others = ["ACCOUNT", "WEBHOOK_KEY", "WEBHOOK_AUTH", "LANG"];
    name.strip_prefix("RESPONDENT_SYNC_")
        .is_some_and(|setting| !others.contains(&setting))
}

/// Returns the command line for a shell. `retry` resumes without a flag. `--rotate` is left out: with it
/// the remaining rows would be given up once there is a newer export. A command line that has what must
/// not appear in a log is not repeated.
fn with_resume(arguments: impl Iterator<Item = String>) -> String {
    let arguments: Vec<String> = arguments.collect();
    let is_retry = arguments.get(1).is_some_and(|command| command == "retry");
    if arguments.iter().any(|argument| is_unspeakable(argument)) {
        let same = if is_retry {
            "the same command"
        } else {
            "the same command with `--resume`"
        };
        return same.to_owned();
    }
    let mut arguments = without_flags(arguments.into_iter(), &[ROTATE_MAX_AGE]);
    arguments.retain(|argument| !is_about_old_outputs(argument));
    let flags = if is_retry { "" } else { "--resume" };
    format!("`{}`", command_line(&arguments, flags))
}

/// Returns a path as it is typed in the current folder: without it, if the path begins with it. The root
/// stays: without its slash, a path of a service is misread.
pub(super) fn beside_us(path: &Path) -> PathBuf {
    let here = std::env::current_dir()
        .ok()
        .filter(|here| here.parent().is_some());
    let below = here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_path_buf));
    below.unwrap_or_else(|| path.to_path_buf())
}

/// Quotes a word for the shell that the user types it into. (The crate `shlex` is right, too, but quotes
/// every `l4=Segment`.)
pub(super) fn quoted(word: &str) -> Cow<'_, str> {
    let harmless = |c: char| c.is_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(|c| harmless(c) || (cfg!(windows) && c == '\\')) {
        word.into()
    } else if cfg!(windows) {
        // Backslashes before the closing quote would take away its meaning.
        let slashes = word.len() - word.trim_end_matches('\\').len();
        format!("\"{}{}\"", word.replace('"', "\\\""), "\\".repeat(slashes)).into()
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
            "`respondent-sync run a.csv --resume`"
        );
        assert_eq!(
            next(&[
                "respondent-sync",
                "run",
                "a.csv",
                "--rotate",
                "--rotate-max-age",
                "30d",
                "-c",
                "1"
            ]),
            "`respondent-sync run a.csv -c 1 --resume`"
        );
        assert_eq!(
            next(&["respondent-sync", "run", "a\u{7}.csv"]),
            "the same command with `--resume`"
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
    fn a_retry_is_resumed_by_the_same_words() {
        assert_eq!(
            next(&["respondent-sync", "retry", "a.csv"]),
            "`respondent-sync retry a.csv`"
        );
        assert_eq!(
            next(&["x", "retry", "a.csv", "--healthcheck-url", "https://x/CANARY"]),
            "the same command"
        );
    }

    #[test]
    fn the_files_of_a_run_are_found_by_the_command_that_retries_it() {
        let of = |input: &str, paths: &OutputPaths| words_for(Some(&Input::File(input.into())), paths);
        let usual = default_paths(Path::new("a/my contacts.csv.gz"));
        assert_eq!(of("a/c.xlsx", &default_paths(Path::new("a/c.csv"))), "a/c.xlsx");
        #[cfg(unix)]
        assert_eq!(of("a/my contacts.csv", &usual), "'a/my contacts.csv'");
        let elsewhere = default_paths(Path::new("res/c.csv"));
        let results = elsewhere.results.to_str().unwrap();
        assert_eq!(of("a/c.csv", &elsewhere), results);
        assert_eq!(words_for(Some(&Input::Stdin), &elsewhere), results);
        let here = std::env::current_dir().unwrap();
        assert_eq!(
            of(
                here.join("c.csv").to_str().unwrap(),
                &default_paths(Path::new("c.csv"))
            ),
            "c.csv"
        );
        let named = OutputPaths {
            results: "out.csv".into(),
            ..usual
        };
        assert!(of("a/c.csv", &named).starts_with("out.csv --output out.csv --failed "));
    }

    #[test]
    fn the_whole_after_a_trial_keeps_the_outputs_of_an_older_export() {
        let of = |words: &[&str], meets_old| whole(words.iter().map(|word| (*word).to_owned()), meets_old);
        let typed = ["x", "run", "a.csv", "--limit", "1"];
        assert_eq!(of(&typed, false), "x run a.csv");
        assert_eq!(of(&typed, true), "x run a.csv --resume --rotate=all");
        let rotating = ["x", "run", "a.csv", "--limit", "1", "--resume", "--rotate"];
        assert_eq!(of(&rotating, false), "x run a.csv --resume --rotate");
        assert_eq!(of(&rotating, true), "x run a.csv --resume --rotate");
        assert_eq!(
            of(&["x", "run", "a.csv", "--limit=1", "--rotate=3"], true),
            "x run a.csv --rotate=3 --resume"
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
