//! `check` and `run --dry-run`: reads and plans like a run, but sends and writes nothing.

use tokio::time::Instant;

use crate::config::{CheckFormat, CheckSettings};
use crate::model::{CONTENT, Deadline, DeltaMode, Fingerprint, Message};
use crate::record;
use crate::report::{Console, ExitCode, Findings, Reader, refused_as_json};
use crate::run::Failure;
use crate::run::list::before;
use crate::run::next_command;
use crate::run::prepare::before_sending::{stops, unless_stopped};
use crate::run::prepare::examine::{About, FIRST_CALLS, FirstCall, examine};
use crate::run::prepare::guards;
use crate::run::prepare::input::opened::OpenedInput;
use crate::run::prepare::input::overtaken;
use crate::run::prepare::input::stale;
use crate::state::Store;
use crate::system::window::Window;
use crate::text::{self, AfterCheck};

/// Reads and plans everything, prints the findings, and returns the exit code that the run would
/// have if every call succeeded.
pub(in crate::run) async fn run(
    mut settings: Box<CheckSettings>,
    begun: Instant,
    console: &Console,
) -> Result<ExitCode, Failure> {
    if settings.list.is_none() {
        return check(&settings, console);
    }
    let mut stops = stops(Window::since(begun, Deadline::default()), console)?;
    let _list = unless_stopped(&mut stops, before::read_for_check(&mut settings)).await?;
    check(&settings, console)
}

/// Checks an input whose mailing list was read, if it needs one. Otherwise like [`run`].
pub(in crate::run) fn check(settings: &CheckSettings, console: &Console) -> Result<ExitCode, Failure> {
    let next = |code| {
        let is_check = settings.before.is_none();
        next_command::after_check(code, &settings.reading.input).filter(|_| is_check)
    };
    show(settings, console, next).map(|found| found.exit_code())
}

/// Checks like [`check`] for a caller that names the next commands itself. Returns whether a run would
/// make a call.
pub(in crate::run) fn check_alone(settings: &CheckSettings, console: &Console) -> Result<bool, Failure> {
    let found = show(settings, console, |_| None)?;
    let would_start = matches!(found.exit_code(), ExitCode::Success | ExitCode::RowsFailed);
    Ok(would_start && found.to_send > 0)
}

fn show(
    settings: &CheckSettings,
    console: &Console,
    next: impl Fn(ExitCode) -> Option<AfterCheck>,
) -> Result<Findings, Failure> {
    let screen = console.screen_of_output();
    if settings.preview.is_some() && screen.reader == Reader::Record {
        return Err(Failure::usage(Message::new(|words| {
            words.preview_is_for_terminals()
        })));
    }
    let found = findings(settings, screen.reader);
    match (settings.format, &found) {
        (CheckFormat::Text, Ok((found, _))) if console.is_quiet() && found.is_spotless() => {}
        (CheckFormat::Text, Ok((found, calls))) => {
            let calls: Vec<String> = calls
                .iter()
                .map(|call| call.text().text(screen.lang).to_owned())
                .collect();
            let is_person = screen.reader == Reader::Person;
            let next = next(found.exit_code()).filter(|_| is_person && found.to_send > 0);
            let details = console.is_verbose();
            let text = text::findings(found, &calls, next.as_ref(), (screen, details));
            console.print_page(&text);
        }
        (CheckFormat::Json, Ok((found, _))) => console.print_object(&found.to_json()),
        (CheckFormat::Text, Err(_)) => {}
        (CheckFormat::Json, Err(failure)) => {
            let (input, error) = (settings.reading.input.to_string(), format!("{:#}", failure.error));
            console.print_object(&refused_as_json(&input, &error, failure.code));
        }
    }
    found.map(|(found, _)| found)
}

fn findings(asked: &CheckSettings, reader: Reader) -> Result<(Findings, Vec<FirstCall>), Failure> {
    let settings = &asked.reading;
    let store = match &asked.known {
        Some(known) => Some(Store::open(&known.path, known.account.clone()).map_err(Failure::usage)?),
        None => None,
    };
    let store = store.as_ref();
    let skips = asked
        .known
        .as_ref()
        .is_some_and(|known| known.mode == DeltaMode::ChangedOnly);
    let mut opened = OpenedInput::open(settings, asked.max_query_bytes)?;
    let mut keeping = None;
    if let (Some(list), Some(proofs)) = (&asked.list, &asked.proofs) {
        let store = Store::open(&proofs.path, proofs.account.clone()).map_err(Failure::usage)?;
        opened.plan.believed = store.proven(&list.survey).map_err(Failure::usage)?;
        keeping = list.keeps_conflicts.then_some(store);
    }
    if let Some(before) = asked.before.as_ref().filter(|_| settings.round.is_some()) {
        // What an interrupted round has updated itself does not overtake the rest of it.
        let content = content(&opened);
        let found = record::before(&before.paths, &content).map_err(Failure::output)?;
        overtaken::leave_out_overtaken(
            &mut opened,
            settings,
            store,
            (found.unfinished.as_ref(), &content),
        )?;
    }
    // Cells are for people.
    let calls = match reader {
        Reader::Person => asked.preview.unwrap_or(FIRST_CALLS),
        Reader::Record => 0,
    };
    let mut examined = examine(&mut opened, settings, (store, skips, keeping.as_ref()), calls)?;
    let mut objections = staleness(asked, &opened)?;
    objections.extend(guards::objections(
        &examined.export,
        &opened,
        settings,
        &asked.guards.guards,
        store,
    )?);
    let calls = std::mem::take(&mut examined.first_calls);
    let about = About {
        form: opened.form(settings, reader),
        objections,
        guards: &asked.guards,
        rate: asked.rate,
        accept_failures: asked.accept_failures,
    };
    Ok((examined.into_findings(&opened, settings, about), calls))
}

/// Returns the fingerprint of the input's content alone.
fn content(opened: &OpenedInput) -> Fingerprint {
    let digest = opened.first.totals.map_or(0, |totals| totals.digest);
    Fingerprint::default().with(CONTENT, digest)
}

/// Returns the objections to an input that has not been renewed. An unfinished run of it would be
/// resumed nevertheless.
fn staleness(asked: &CheckSettings, opened: &OpenedInput) -> Result<Vec<Message>, Failure> {
    let content = content(opened);
    let (mut since, mut is_spared) = (None, false);
    if let Some(before) = &asked.before {
        let found = record::before(&before.paths, &content).map_err(Failure::output)?;
        let is_same = found
            .unfinished
            .is_some_and(|unfinished| unfinished.has_content_of(&content));
        (since, is_spared) = (found.content_since, is_same && before.resumes);
    }
    if is_spared {
        return Ok(Vec::new());
    }
    stale::objections(asked.guards.freshness, &asked.reading, since)
}
