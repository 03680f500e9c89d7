//! `check` and `run --dry-run`: reads and plans like a run, but sends and writes nothing.

use super::examination::Examination;
use crate::config::{CheckFormat, CheckSettings};
use crate::model::{CONTENT, DeltaMode, Fingerprint};
use crate::plan::Planner;
use crate::record;
use crate::report::{Console, ExitCode, Finding, Findings, Places, Reader, Weight, refused_as_json};
use crate::run::Failure;
use crate::run::pipeline::stages;
use crate::run::prepare::guards::{self, Counting};
use crate::run::prepare::input::opened::OpenedInput;
use crate::run::prepare::input::overtaken;
use crate::run::prepare::input::stale;
use crate::state::{Store, Told};

/// Reads and plans everything, prints the findings, and returns the exit code that the run would
/// have if every call succeeded.
pub(in crate::run) fn check(settings: &CheckSettings, console: &Console) -> Result<ExitCode, Failure> {
    let found = findings(settings, console.reader_of_output());
    match (settings.format, &found) {
        (CheckFormat::Text, Ok(findings)) if console.is_quiet() && findings.is_spotless() => {}
        (CheckFormat::Text, Ok(findings)) => console.print(&findings.to_text()),
        (CheckFormat::Json, Ok(findings)) => console.print_object(&findings.to_json()),
        (CheckFormat::Text, Err(_)) => {}
        (CheckFormat::Json, Err(failure)) => {
            let (input, error) = (settings.reading.input.to_string(), format!("{:#}", failure.error));
            console.print_object(&refused_as_json(&input, &error, failure.code));
        }
    }
    found.map(|findings| findings.exit_code())
}

fn findings(asked: &CheckSettings, reader: Reader) -> Result<Findings, Failure> {
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
    if let Some(before) = asked.before.as_ref().filter(|_| settings.round.is_some()) {
        // What an interrupted round has updated itself does not overtake the rest of it.
        let found = record::before(&before.paths, &content(&opened)).map_err(Failure::output)?;
        overtaken::leave_out_overtaken(&mut opened, settings, store, found.unfinished.as_ref())?;
    }
    let form = opened.form(settings, reader);
    let warnings = opened.warnings();
    let mut planner = Planner::new(opened.plan.clone(), opened.layout.clone());
    let mut examination = Examination::default();
    let mut counting = Counting::new(&opened.layout, store);
    let mut rows = opened.rows(settings)?;
    let fault = |error| Failure::input(error, &settings.input);
    while let Some(row) = rows.next().map_err(fault)? {
        let mut plan = planner.plan(&row);
        counting.take_in(&row, &opened.layout);
        counting.note_unknown(&plan);
        let is_same = counting.compare(&plan)? == Told::Same;
        if skips && is_same {
            plan = plan.unchanged();
        }
        examination.take_in(&row, &plan, &planner);
    }
    examination.take_in_blank_records(rows.blank_places());
    let end = rows.finish().map_err(fault)?;
    let tally = planner.into_tally();
    let notes = stages::notes(&tally, end.blank_records, settings.only_last);
    let to_send = examination.to_send;
    let mut objections = staleness(asked, &opened)?;
    objections.extend(guards::objections(
        &counting.export,
        &opened,
        settings,
        &asked.guards.guards,
        store,
    )?);
    let mut found: Vec<Finding> = objections
        .into_iter()
        .map(|text| Finding {
            kind: "guard",
            weight: if asked.guards.lets_through {
                Weight::Warning
            } else {
                Weight::Refused
            },
            text,
            places: Places::default(),
        })
        .collect();
    found.extend(opened.crm_number().map(|why| Finding {
        kind: guards::CRM_NUMBER,
        weight: if asked.guards.accepts_crm_ids {
            Weight::Warning
        } else {
            Weight::Refused
        },
        text: guards::with_remedy(&why),
        places: Places::default(),
    }));
    found.extend(examination.into_findings(warnings, &notes));
    Ok(Findings {
        input: settings.input.to_string(),
        form,
        encoding: opened.first.dialect.encoding.name(),
        rows: end.rows,
        may_be_empty: settings.options.may_be_empty,
        to_send,
        found,
        longest_value_bytes: tally.longest_value as u64,
        rate: asked.rate.to_string(),
        time: asked.rate.time_for(to_send),
        accept_failures: asked.accept_failures,
    })
}

/// Returns the fingerprint of the input's content alone.
fn content(opened: &OpenedInput) -> Fingerprint {
    let digest = opened.first.totals.map_or(0, |totals| totals.digest);
    Fingerprint::default().with(CONTENT, digest)
}

/// Returns the objections to an input that has not been renewed. An unfinished run of it would be
/// resumed nevertheless.
fn staleness(asked: &CheckSettings, opened: &OpenedInput) -> Result<Vec<String>, Failure> {
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
    stale::objections(asked.guards.freshness, &asked.reading.input, since)
}
