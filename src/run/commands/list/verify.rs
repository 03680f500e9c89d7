//! `verify`: reads the mailing list again, and says whether it shows what a run has sent.

use tokio::time::Instant;

use crate::config::VerifySettings;
use crate::model::{Deadline, ShownPath as _};
use crate::report::{Console, ExitCode, Verified};
use crate::run::Failure;
use crate::run::commands::send_file::locks;
use crate::run::list::after::{cannot_read_back, prove, warn_of};
use crate::run::list::before::api;
use crate::run::list::compare::Said;
use crate::run::list::verify::{ReadBack, Verification};
use crate::run::next_command::own_command;
use crate::run::prepare::before_sending::{in_thread, stops, unless_stopped};
use crate::run::prepare::input::opened::OpenedInput;
use crate::run::prepare::site::Site;
use crate::state::Store;
use crate::system::window::Window;
use crate::text::{self, Message, words};

/// Runs `verify`. A signal ends the reading; what was read until then is said.
pub(in crate::run) async fn run(
    settings: VerifySettings,
    begun: Instant,
    console: &Console,
) -> Result<ExitCode, Failure> {
    let VerifySettings {
        mut run,
        finished,
        list,
        times,
    } = settings;
    let mut stops = stops(Window::since(begun, Deadline::default()), console)?;
    let site = Site::open(&run.destination).await?;
    let _held = unless_stopped(&mut stops, locks(&run, &site, None)).await?;
    let reading = &mut run.reading;
    // A run with `--pull` has left the list as it was before.
    if reading.members.as_ref().is_some_and(|table| !table.is_file()) {
        if reading.ids.is_some() {
            let table = list.table.shown().to_string();
            return Err(Failure::usage(Message::new(|words| {
                words.list_is_missing(&table)
            })));
        }
        reading.members = None;
    }
    reading.options.may_be_empty = true;
    let (asked, content) = (reading.clone(), finished.clone());
    let opened = in_thread(move || {
        let opened = OpenedInput::open(&asked, None)?;
        let digest = opened.first.totals.map_or(0, |totals| totals.digest);
        if content.is_of_content(digest) {
            return Ok(opened);
        }
        let input = asked.input.to_string();
        Err(Failure::usage(Message::new(|words| {
            words.verify_of_other_input(&input)
        })))
    });
    let opened = unless_stopped(&mut stops, opened).await?;
    let said = match run
        .delta
        .path
        .as_deref()
        .filter(|path| list.keeps_conflicts && path.exists())
    {
        Some(path) => Some(Store::open(path, site.account.clone()).map_err(Failure::usage)?),
        None => None,
    };
    let said = said.map(Said::Store);
    let verification = Verification {
        api: &api(&list, &site),
        ask: &list.ask,
        survey: &list.survey,
        labels: &list.labels,
        times: &times,
        before: opened.plan.members.clone().filter(|_| finished.has_list()),
        paths: &run.outputs.paths,
    };
    let ReadBack { verified, proven } = verification
        .read_back((opened, said), &run.reading, &mut stops)
        .await
        .inspect_err(cannot_read_back)?;
    prove(&run, &site, None, (&list.survey, &proven));
    warn_of(&verified);
    let has_rounds = finished.summaries().is_ok_and(|summaries| summaries.len() > 1);
    Ok(conclude((&verified, has_rounds), console))
}

/// Says what was found, and returns the exit code.
fn conclude((verified, has_rounds): (&Verified, bool), console: &Console) -> ExitCode {
    let screen = console.screen_of_output();
    let words = words(screen.lang);
    let lines = text::read_back(verified, words);
    let mut text: String = lines.iter().map(|line| screen.line(0, 2, line)).collect();
    if has_rounds {
        text += &screen.line(0, 2, &words.verify_knows_no_rounds());
    }
    if verified.waiting > 0
        && let Some(again) = own_command()
    {
        text += &screen.line(0, 2, &words.look_again(&again));
    }
    console.print_page(&text);
    match verified.unread {
        _ if verified.accused() > 0 => ExitCode::RowsFailed,
        Some(code) => code,
        None => ExitCode::Success,
    }
}
