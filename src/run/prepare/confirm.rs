//! Asks a person at a terminal before a run that deserves a look: many calls, a survey for the first
//! time, damaged labels, ids that look like a CRM's. A scheduler is never asked.

use std::time::Duration;

use super::examine::{About, Examined, FIRST_CALLS, examine};
use super::input::opened::OpenedInput;
use super::site::Site;
use crate::config::RunSettings;
use crate::model::{DeltaMode, Message};
use crate::read::Input;
use crate::report::{Answer, Console};
use crate::run::Failure;
use crate::state::Store;
use crate::text::{self, Declined, Plans};

/// Maximum rows that are sent on a terminal without a question.
const ASK_ABOVE: u64 = 100;

/// How long a question waits for an answer. Silence means no.
pub(in crate::run) const PATIENCE: Duration = Duration::from_mins(5);

/// Whether a person is there to be asked.
pub(in crate::run) fn can_ask(settings: &RunSettings, site: &Site, console: &Console) -> bool {
    let asks = settings.outputs.asks && !site.is_sandbox() && settings.reading.input != Input::Stdin;
    asks && !console.is_quiet() && Console::is_interactive()
}

/// Asks for confirmation where a person can be asked and something deserves a look. `is_known` says
/// whether a run for this survey has finished here before.
pub(in crate::run) fn confirm(
    opened: &mut OpenedInput,
    settings: &RunSettings,
    site: &Site,
    (store, is_known, has_undo): (Option<&Store>, bool, bool),
    console: &Console,
) -> Result<(), Failure> {
    let reading = &settings.reading;
    if !can_ask(settings, site, console) {
        return Ok(());
    }
    let skips = settings.delta.mode == DeltaMode::ChangedOnly;
    let keeps = settings.list.as_ref().is_some_and(|list| list.keeps_conflicts);
    let keeping = store.filter(|_| keeps && has_undo);
    let mut examined = examine(opened, reading, (store, skips, keeping), FIRST_CALLS)?;
    let deserves_a_look = examined.to_send() > ASK_ABOVE
        || !is_known
        || examined.notes.damaged > 0
        || opened.crm_number().is_some();
    if !deserves_a_look || examined.to_send() == 0 {
        return Ok(());
    }
    let is_first = !is_known && !reading.plan.selection.is_partial();
    let question = question(&examined, opened, site, (is_first, has_undo));
    let screen = console.screen();
    let calls = std::mem::take(&mut examined.first_calls);
    let calls: Vec<String> = calls
        .iter()
        .map(|call| call.text().text(screen.lang).to_owned())
        .collect();
    let about = About {
        form: Vec::new(),
        objections: Vec::new(),
        guards: &settings.guards,
        rate: settings.calls.send.rate,
        accept_failures: settings.outputs.accept_failures,
    };
    let found = examined.into_findings(opened, reading, about);
    console.show(&text::before_question(&found, &calls, screen));
    ask(question.text(screen.lang), console)
}

/// Asks a question before calls. Anything but a yes ends the command, and so does silence.
pub(in crate::run) fn ask(question: &str, console: &Console) -> Result<(), Failure> {
    match console.ask(question, PATIENCE) {
        Answer::Yes => Ok(()),
        Answer::No => Err(Failure::usage(Declined(Message::new(|words| {
            words.not_confirmed()
        })))),
        Answer::Silence => Err(Failure::usage(Declined(Message::new(|words| {
            words.no_answer(PATIENCE)
        })))),
    }
}

fn question(
    examined: &Examined,
    opened: &OpenedInput,
    site: &Site,
    (is_first, has_undo): (bool, bool),
) -> Message {
    let labels = opened.layout.labels.iter();
    let labels: Vec<String> = labels.map(|(label, _)| label.to_string()).collect();
    let (labels, host) = (labels.join(", "), site.endpoint.host().to_owned());
    let survey = match opened.layout.survey {
        Some(_) => None,
        None => opened.plan.survey.as_deref(),
    };
    let export = &examined.export;
    let plans = Plans {
        to_send: examined.to_send(),
        has_repeats: examined.notes.repeated > 0,
        changed: (export.known > 0).then_some((export.changes, export.known)),
        labels: &labels,
        survey,
        host: &host,
        is_first,
    };
    let is_damaged = examined.notes.damaged > 0;
    Message::new(|words| {
        let damaged = if is_damaged {
            format!("{}\n", words.better_no())
        } else {
            String::new()
        };
        format!(
            "{damaged}{}\n{} [{}]",
            words.set_labels(&plans),
            if has_undo {
                words.can_be_undone()
            } else {
                words.cannot_be_restored()
            },
            words.yes_or_no(false)
        )
    })
}
