//! `check` and `run --dry-run`: the same reading and planning as a run, with nothing sent and nothing written.

use std::collections::BTreeMap;

use super::opened::Opened;
use super::{Failure, pipeline};
use crate::cli::{CheckArgs, Origins};
use crate::config::{self, ReadingSettings};
use crate::model::{CountOrPercent, ErrorCode, Plan, Rate};
use crate::plan::Planner;
use crate::report::{Console, ExitCode, Findings, InvalidRows};

pub(super) fn check(args: &CheckArgs, origins: Origins, console: &Console) -> Result<ExitCode, Failure> {
    let mut settings = config::reading(&args.input, &args.selection, &[], origins).map_err(Failure::usage)?;
    examine(
        &mut settings,
        args.rate.rate,
        args.accept.accept_failures,
        console,
    )
}

/// Reads and plans everything, prints what was found, and ends as the run would if every call succeeded.
pub(super) fn examine(
    settings: &mut ReadingSettings,
    rate: Rate,
    accept_failures: CountOrPercent,
    console: &Console,
) -> Result<ExitCode, Failure> {
    let opened = Opened::open(settings)?;
    let form = opened.form(settings);
    let warnings = opened.warnings();
    let mut planner = Planner::new(settings.plan.clone(), opened.layout.clone());
    let mut invalid = InvalidRows::default();
    let mut skipped: BTreeMap<ErrorCode, u64> = BTreeMap::new();
    let mut to_send = 0;
    let mut rows = opened.rows;
    let fault = |error| Failure::input(error, &settings.input);
    while let Some(row) = rows.next().map_err(fault)? {
        match planner.plan_row(&row).plan {
            Plan::Send(_) => to_send += 1,
            Plan::Skip(unsent) => *skipped.entry(unsent.code).or_default() += 1,
            Plan::Reject(unsent) => invalid.add(unsent.code, &unsent.message, row.position),
        }
    }
    let end = rows.finish().map_err(fault)?;
    let tally = planner.into_tally();
    let findings = Findings {
        input: settings.input.to_string(),
        form,
        warnings,
        rows: end.rows,
        to_send,
        invalid,
        skipped,
        notes: pipeline::notes(&tally, end.blank_records, settings.only_last),
        longest_value: tally.longest_value,
        rate: rate.to_string(),
        time: rate.time_for(to_send),
        accept_failures,
    };
    console.print(&findings.to_text());
    Ok(match (end.rows, findings.is_clean()) {
        (0, _) => ExitCode::NoRows,
        (_, true) => ExitCode::Success,
        (_, false) => ExitCode::RowsFailed,
    })
}
