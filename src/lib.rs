//! Sets the labels of respondents on the mailing lists of a survey platform from a CSV or Excel
//! export: one `update-respondent` call per row, and a verdict for every row.
//!
//! ```text
//! cli → config → run( read → plan → send → record → report )
//! ```
//!
//! Data flows one way. The modules ("rooms"), from the outside in:
//!
//! | room | contents |
//! | --- | --- |
//! | `cli` | the command line: the flags, one group per subject; the only user of clap |
//! | `config` | the settings, checked, then the secrets, before any side effect |
//! | `run` | the commands, the decisions before the first call, the pipeline, the end of a run |
//! | `read`, `plan`, `state`, `send`, `record`, `report` | the stages; they do not use each other, `run` connects them |
//! | `text` | every sentence of the main job, in English and Polish, and the screens made of them |
//! | `page` | the HTML pages: the report of a run, the overview of many |
//! | `pull` | a survey's respondents and labels, read through the platform's REST API |
//! | `monitor`, `sandbox` | notifications of a run; a small platform for rehearsals and tests |
//! | `manual` | the pages of `help` |
//! | `model` | the types that all of them share: no I/O, no async, no clock |
//! | `system` | calls to the operating system |
//!
//! [`rules`] lists the invariants. The channels, all bounded:
//!
//! | channel | sent by | received by | closes when |
//! | --- | --- | --- | --- |
//! | plans, in batches | the reader's thread | the dispatcher | the file ends, or the dispatcher stops |
//! | outcomes, in batches | the dispatcher | the recorder's thread | the dispatcher returns |
//! | slots (a semaphore) | taken by the dispatcher for each plan | given back by the recorder for each line | |
//!
//! One thread drives all calls. The end of the file travels downstream as channels close; a stop
//! travels upstream as receivers close.

mod cli;
mod config;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(all(test, not(fuzzing)))]
mod fuzzing;
mod manual;
mod model;
mod monitor;
mod page;
mod plan;
mod pull;
mod read;
mod record;
mod report;
pub mod rules;
mod run;
mod sandbox;
mod send;
mod state;
mod system;
mod text;

use std::cell::OnceCell;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use model::Lang;
use report::Console;
use system::terminal::explorer;
use tokio::time::Instant;

/// Runs the whole program: parses the process's arguments, runs the command, prints one `error:`
/// line if it fails, and returns the exit code. Blocks until everything is done.
pub fn main() -> ExitCode {
    let begun = Instant::now();
    system::no_core::ask();
    let lang = system::locale::language();
    if explorer::is_our_parent() && std::env::args_os().len() < 2 {
        let how = text::words(lang).how_to_start(explorer::console_script());
        return closing_window(lang, &how, ExitCode::SUCCESS);
    }
    // Only a test can have installed a provider before, and that one is as good.
    rustls::crypto::ring::default_provider().install_default().ok();
    let console = OnceCell::new();
    // The console stays consistent even if its setup panicked.
    let ended = panic::catch_unwind(AssertUnwindSafe(|| work(begun, &console)))
        .unwrap_or_else(|_| Err(run::Failure::bug("the program panicked")));
    if let Some(console) = console.get() {
        if !matches!(ended, Ok(report::ExitCode::Success)) {
            console.release();
        }
        run::print_end(console, &ended, None);
    }
    let code = match ended {
        Ok(code) => code,
        Err(failure) => {
            say_failure(&failure, console.get().map_or(lang, Console::lang));
            failure.code
        }
    };
    let code = ExitCode::from(code.code());
    if explorer::is_our_parent() {
        return closing_window(lang, "", code);
    }
    code
}

/// Prints an error and, on a terminal, what helps: the command that was meant, what holds a file, a
/// page of the manual.
fn say_failure(failure: &run::Failure, lang: Lang) {
    if let Some(declined) = failure.error.downcast_ref::<text::Declined>() {
        tracing::info!(
            event = "not_confirmed",
            polish = declined.0.polish(),
            "{declined}"
        );
        return;
    }
    report::say_error(&failure.error, &text::polish(&failure.error), failure.code);
    let words = text::words(lang);
    match run::corrected(failure) {
        Some(run::Correction::Meant(command)) => report::say_command(&words.corrected(), &command, lang),
        Some(run::Correction::KeepOld(command)) => report::say_command(&words.keep_old(), &command, lang),
        Some(run::Correction::Resume(command)) => report::say_command(&words.resume_it(), &command, lang),
        None => {}
    }
    if system::causes::is_held_open(&failure.error) {
        report::say_more(&words.close_in_excel(), lang);
    } else if let Some(topic) = failure.code.topic() {
        report::say_more(&words.see_topic(topic), lang);
    }
}

/// Lets a text be read in a window that closes when the program ends.
fn closing_window(lang: Lang, text: &str, code: ExitCode) -> ExitCode {
    report::say_more(text, lang);
    report::say_more(&text::words(lang).press_enter(), lang);
    explorer::wait_for_enter();
    code
}

/// Parses the arguments, settles the settings and runs the command. `console` is set as soon as it
/// is known how to report the end.
fn work(begun: Instant, console: &OnceCell<Console>) -> Result<report::ExitCode, run::Failure> {
    let file = match config::settings(cli::config_choice()) {
        Ok(file) => file,
        Err(error) => {
            if let Some((cli, origins)) = cli::parse_without_file() {
                console.get_or_init(|| start(&cli, &origins));
            }
            return Err(run::Failure::usage(error));
        }
    };
    let reads_polish = report::is_person() && system::locale::language() == Lang::Pl;
    let parsed = cli::parse(&file.settings, reads_polish);
    let (cli, origins) = parsed.map_err(|mistake| {
        let words = text::usage_in_polish(&mistake);
        run::Failure::usage(model::Message::from(words.as_str()))
    })?;
    let console = console.get_or_init(|| start(&cli, &origins));
    let command = config::command(cli, &origins, &file).map_err(run::Failure::usage);
    command.and_then(|command| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(run::Failure::usage)?;
        let ended = runtime.block_on(run::run(command, begun, console));
        // A name lookup that hangs must not keep the process from ending.
        runtime.shutdown_background();
        ended
    })
}

fn start(cli: &cli::Cli, origins: &cli::Origins) -> Console {
    let log = config::log(cli, origins);
    let console = Console::start(
        log.verbosity,
        log.format,
        (log.lang, text::polish_event),
        log.identity,
    );
    if let Some(input) = config::input_of_printed_summary(cli) {
        console.promise_object(input);
    }
    console
}
