//! `check` and `run --dry-run`: the same reading and planning as a run, with nothing sent and nothing written.

use super::examination::Examination;
use super::opened::Opened;
use super::{Failure, pipeline};
use crate::cli::{CheckArgs, CheckFormatArg, Origins};
use crate::config::{self, ReadingSettings};
use crate::model::{CountOrPercent, Rate};
use crate::plan::Planner;
use crate::report::{Console, ExitCode, Findings, refused_as_json};

pub(super) fn check(args: &CheckArgs, origins: &Origins, console: &Console) -> Result<ExitCode, Failure> {
    let mut settings = config::reading(&args.input, &args.selection, &[], origins).map_err(Failure::usage)?;
    let found = findings(&mut settings, args.rate.rate, args.accept.accept_failures);
    match (args.format, &found) {
        (CheckFormatArg::Text, Ok(findings)) if console.is_quiet() && findings.is_spotless() => {}
        (CheckFormatArg::Text, Ok(findings)) => console.print(&findings.to_text()),
        (CheckFormatArg::Json, Ok(findings)) => console.print(&findings.to_json()),
        (CheckFormatArg::Text, Err(_)) => {}
        (CheckFormatArg::Json, Err(failure)) => {
            let (input, error) = (settings.input.to_string(), format!("{:#}", failure.error));
            console.print(&refused_as_json(&input, &error, failure.code));
        }
    }
    found.map(|findings| findings.exit_code())
}

/// Reads and plans everything, prints what was found, and ends as the run would if every call succeeded.
pub(super) fn examine(
    settings: &mut ReadingSettings,
    rate: Rate,
    accept_failures: CountOrPercent,
    console: &Console,
) -> Result<ExitCode, Failure> {
    let findings = findings(settings, rate, accept_failures)?;
    console.print(&findings.to_text());
    Ok(findings.exit_code())
}

fn findings(
    settings: &mut ReadingSettings,
    rate: Rate,
    accept_failures: CountOrPercent,
) -> Result<Findings, Failure> {
    let opened = Opened::open(settings)?;
    let form = opened.form(settings);
    let warnings = opened.warnings();
    let mut planner = Planner::new(settings.plan.clone(), opened.layout.clone());
    let mut examination = Examination::default();
    let mut rows = opened.rows;
    let fault = |error| Failure::input(error, &settings.input);
    while let Some(row) = rows.next().map_err(fault)? {
        let plan = planner.plan(&row);
        examination.take_in(&row, &plan, &planner);
    }
    examination.take_in_blank_records(rows.blank_places());
    let end = rows.finish().map_err(fault)?;
    let tally = planner.into_tally();
    let notes = pipeline::notes(&tally, end.blank_records, settings.only_last);
    let to_send = examination.to_send;
    Ok(Findings {
        input: settings.input.to_string(),
        form,
        encoding: opened.first.dialect.encoding.name(),
        rows: end.rows,
        to_send,
        found: examination.into_findings(warnings, &notes),
        longest_value_bytes: tally.longest_value as u64,
        rate: rate.to_string(),
        time: rate.time_for(to_send),
        accept_failures,
    })
}
