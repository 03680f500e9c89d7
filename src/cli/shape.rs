//! The layout of the help: everyday flags in `-h`, all flags under headings in `--help`, examples
//! below. The meaning of a flag is documented at the flag.

use std::fmt::Write as _;

use clap::{Arg, Command, CommandFactory};

use super::{Cli, recorded};
use crate::manual::{POLISH_OVERVIEW, TOPICS, wrap};
use crate::model::Lang;
use crate::system::locale;

/// The flags that `-h` shows: those that a new user needs.
const EVERYDAY: [(&str, &[&str]); 3] = [
    (
        "run",
        &[
            "input",
            "survey",
            "id_column",
            "map",
            "limit",
            "dry_run",
            "sandbox",
            "rate",
            "output",
            "resume",
            "config",
        ],
    ),
    (
        "retry",
        &["input", "dry_run", "rate", "timeout", "output", "config"],
    ),
    (
        "check",
        &[
            "input",
            "survey",
            "id_column",
            "map",
            "ids",
            "match_on",
            "delimiter",
            "encoding",
            "sheet",
            "config",
            "format",
        ],
    ),
];

const RUN_EXAMPLES: &str = "\
Examples:
  respondent-sync run contacts.csv --sandbox
      a rehearsal: no account, and nothing is sent to the platform
  respondent-sync run contacts.csv --survey 399793 --map l4=Segment --limit 1
      one row; then look at that contact on the platform
  respondent-sync run contacts.csv --survey 399793 --map l4=Segment --resume
      the whole file, or the rest of it after an interruption";

const RETRY_EXAMPLES: &str = "\
Examples:
  respondent-sync retry contacts.csv
      sends contacts.failed.csv, edited or not, with the settings of the run of contacts.csv
  respondent-sync retry contacts.csv --dry-run
      what would be sent";

const VERIFY_EXAMPLES: &str = "\
Examples:
  respondent-sync verify contacts.csv
      reads the mailing list, and says which labels of the run are not on it as they were sent
  respondent-sync verify contacts.csv --verify=0,1h
      now, and if not all are seen, once more in an hour";

const UNDO_EXAMPLES: &str = "\
Examples:
  respondent-sync undo contacts.csv --dry-run
      which labels would get their old values back
  respondent-sync undo contacts.csv --empty send
      after a question, also blanks the labels that were blank before the run";

const CHECK_EXAMPLES: &str = "\
Examples:
  respondent-sync check contacts.csv --survey 399793 --map l4=Segment
  respondent-sync check contacts.xlsx --sheet Contacts --survey 399793
  respondent-sync check contacts.csv --survey 399793 --format json";

const INIT_EXAMPLES: &str = "\
Examples:
  respondent-sync init contacts.csv
      asks for the rest, sends nothing, writes contacts.toml and contacts.secrets
  respondent-sync init contacts.csv --survey 401225 --map l4=Segment --url-file -
      without a terminal: the webhook's address comes from standard input";

const REPORT_EXAMPLES: &str = "\
Examples:
  respondent-sync report contacts.results.csv
      writes contacts.report.html: what happened, and what to do now
  respondent-sync report --overview /srv/jobs -o overview.html
      one page over the runs of all jobs below this folder
  respondent-sync report contacts.results.csv --format text
      counts, codes and the next step as plain text, for a mail";

const HISTORY_EXAMPLES: &str = "\
Examples:
  respondent-sync history contacts.csv --last 14
      a line for each of the last nights: how it ended, and what became of the rows
  respondent-sync history contacts.csv --respondent 12345
      what became of that respondent each night, and when the labels were acknowledged last";

const FORGET_EXAMPLES: &str = "\
Examples:
  respondent-sync forget contacts.csv --respondent 12345 --dry-run
      what would be removed from the files of all runs of contacts.csv, and from the state
  respondent-sync forget --config contacts.toml --respondent 12345,67890
      removes it, after a question";

/// The width of the overview, in columns.
const WIDTH: usize = 80;

const MORE: &str = "`--help` shows all flags, `respondent-sync help` the topics of the manual.";

const VARIABLES: &str = "\
Each flag is also a variable of the environment and a key of the config file: `--max-age` is \
RESPONDENT_SYNC_MAX_AGE and `max_age`. A flag beats a variable, a variable beats the file.";

const RUNS_SETTINGS: &str = "\
What is not typed here is as it was in the run: its summary has the settings, without the secrets. \
Variables and the config file say only where the run wrote, where secrets come from, and how much is \
printed.";

/// What to type first, and what there is; of the topics only their names, so that it fits a screen.
fn first_words() -> String {
    if locale::language() == Lang::Pl {
        return POLISH_OVERVIEW.to_owned();
    }
    let topics = TOPICS.map(|topic| topic.name).join(", ");
    let topics = wrap(
        &format!("Topics (`respondent-sync help TOPIC`): {topics}"),
        WIDTH,
        "",
        "  ",
    );
    format!("{}\n{topics}\n", commands())
}

/// What to type first, what there is, and what each topic of the manual is for. The Polish overview
/// names the topics that are in Polish, too.
pub(crate) fn overview(lang: Lang) -> String {
    let (mut text, heading) = match lang {
        Lang::En => (commands(), "Topics of the manual (`respondent-sync help TOPIC`):"),
        Lang::Pl => (
            POLISH_OVERVIEW.to_owned(),
            "Wszystkie tematy podręcznika (pozostałe są po angielsku):",
        ),
    };
    text.push('\n');
    text.push_str(&wrap(heading, WIDTH, "", ""));
    text.push('\n');
    for topic in TOPICS {
        let name = format!("  {:<14}", topic.name);
        let line = wrap(topic.purpose_in(lang), WIDTH, &name, &" ".repeat(16));
        // Writing to a text does not fail.
        writeln!(text, "{line}").ok();
    }
    text
}

fn commands() -> String {
    let mut text = String::from(
        "Sets the labels of respondents from a CSV or Excel export, one call per row.

First time:
  respondent-sync init FILE                 answer questions, get FILE's config
  respondent-sync check --config F.toml     look at the file, send nothing
  respondent-sync run --config F.toml       send it; every row gets a verdict
  respondent-sync run --config F.toml --sandbox   a rehearsal, sends nothing
  respondent-sync help start                each step explained

Commands (`respondent-sync help COMMAND`):
",
    );
    for (name, purpose) in [
        ("init", "set up a config and the secrets, by questions"),
        ("run, retry", "send the file; send the rows again that failed"),
        ("check", "everything but the sending"),
        ("pull", "the mailing list with ids and labels, as a table (API)"),
        (
            "verify, undo",
            "read back what a run has sent; put back what it changed (API)",
        ),
        ("doctor", "what a run needs on this machine, and what is missing"),
        (
            "report, history",
            "a page about a run or many; a respondent night by night",
        ),
        ("sandbox", "the platform in small, on this machine"),
        (
            "config",
            "`show`: all settings; `check`: the config files of many jobs",
        ),
        (
            "state, forget",
            "what earlier runs remember; remove a person who asked for it",
        ),
    ] {
        writeln!(text, "  {name:<17}{purpose}").ok();
    }
    text
}

/// Returns the whole command line, with its help.
pub(super) fn command() -> Command {
    let command = Cli::command()
        .disable_help_subcommand(true)
        .override_help(first_words())
        .mut_subcommand("init", |sub| sub.after_help(INIT_EXAMPLES))
        .mut_subcommand("report", |sub| sub.after_help(REPORT_EXAMPLES))
        .mut_subcommand("history", |sub| sub.after_help(HISTORY_EXAMPLES))
        .mut_subcommand("forget", |sub| sub.after_help(FORGET_EXAMPLES));
    let command = command.mut_subcommand("retry", |sub| {
        let input = |arg: Arg| arg.help("The input of the run, which need not exist any more");
        sub.mut_args(recorded::for_retry).mut_arg("input", input)
    });
    let command = ["verify", "undo"].into_iter().fold(command, |command, name| {
        let input = |arg: Arg| {
            arg.help("The input of the run, or a file that the run has written")
                .help_heading(None::<&str>)
        };
        let empty = |arg: Arg| match name {
            "undo" => arg.help("A label that was blank before the run: leave it as it is, or blank it"),
            _ => arg,
        };
        command.mut_subcommand(name, |sub| {
            sub.mut_args(|arg| recorded::for_run_that_is_over(name, arg))
                .mut_arg("input", input)
                .mut_arg("empty", empty)
                .mut_args(|arg| arg.hide_env(true))
                .after_help(if name == "verify" {
                    VERIFY_EXAMPLES
                } else {
                    UNDO_EXAMPLES
                })
        })
    });
    ["run", "retry", "check"]
        .into_iter()
        .fold(command, |command, name| {
            command.mut_subcommand(name, |sub| {
                let everyday = EVERYDAY
                    .iter()
                    .find(|(of, _)| *of == name)
                    .map_or(&[][..], |(_, flags)| flags);
                let (examples, variables) = match name {
                    "run" => (RUN_EXAMPLES, VARIABLES),
                    "retry" => (RETRY_EXAMPLES, RUNS_SETTINGS),
                    _ => (CHECK_EXAMPLES, VARIABLES),
                };
                sub.mut_args(|arg| shaped(arg, everyday))
                    .after_help(format!("{examples}\n\n{MORE}"))
                    .after_long_help(format!("{examples}\n\n{variables}"))
            })
        })
}

fn shaped(arg: Arg, everyday: &[&str]) -> Arg {
    let is_everyday = everyday.contains(&arg.get_id().as_str());
    let arg = match arg.get_id().as_str() {
        // Without this, these flags would appear under the heading of the group before them.
        "input" => arg.help_heading(None::<&str>),
        "dry_run" | "yes" | "unattended" | "format" | "accept_failures" => arg.help_heading("Output"),
        "rate" => arg.help_heading("Rate, retries, limits"),
        _ => arg,
    };
    arg.hide_env(true).hide_short_help(!is_everyday)
}

/// Returns the help of a command, which is named by its words (`state forget`). `None` if there is
/// no such command.
pub(crate) fn help_of(words: &[String]) -> Option<String> {
    let mut whole = command();
    whole.build();
    let mut found = &mut whole;
    for word in words {
        found = found.find_subcommand_mut(word)?;
    }
    Some(found.render_long_help().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_help_shows_everyday_flags_and_the_long_one_all() {
        for (name, flags) in EVERYDAY {
            let mut command = command();
            command.build();
            let sub = command.find_subcommand_mut(name).unwrap();
            let (short, long) = (sub.render_help().to_string(), sub.render_long_help().to_string());
            for flag in flags.iter().filter(|flag| **flag != "input") {
                let flag = format!("--{}", flag.replace('_', "-"));
                assert!(short.contains(&flag) && long.contains(&flag), "{flag} of {name}");
            }
            assert!(
                short.lines().count() < 50 && !short.contains("--log-format"),
                "{short}"
            );
            assert!(long.contains("--log-format") && !long.contains("[env:"), "{long}");
        }
    }

    #[test]
    fn every_command_has_help() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert!(help_of(&words("state forget")).unwrap().contains("--respondent"));
        assert!(help_of(&words("run")).unwrap().contains("--max-age"));
        assert!(help_of(&words("forget")).unwrap().contains("--dry-run"));
        assert_eq!(help_of(&words("nothing")), None);
    }
}
