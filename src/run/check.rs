//! `check` and `run --dry-run`: the same reading and planning as a run, with nothing sent and nothing written.

use std::collections::BTreeMap;

use super::opened::{Opened, plan_all};
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
    let mut planner = Planner::new(settings.plan.clone(), opened.layout.clone());
    let mut invalid = InvalidRows::default();
    let mut skipped: BTreeMap<ErrorCode, u64> = BTreeMap::new();
    let mut to_send = 0;
    let end = plan_all(opened, &mut planner, |row| match &row.plan {
        Plan::Send(_) => to_send += 1,
        Plan::Skip(unsent) => *skipped.entry(unsent.code).or_default() += 1,
        Plan::Reject(unsent) => invalid.add(unsent.code, &unsent.message, row.position),
    })
    .map_err(|error| Failure::input(error, &settings.input))?;
    let tally = planner.into_tally();
    let findings = Findings {
        input: settings.input.to_string(),
        form,
        rows: end.rows,
        to_send,
        invalid,
        skipped,
        blank_records: end.blank_records,
        blanks_skipped: tally.blanks_skipped,
        ids_trimmed: tally.ids_trimmed,
        longest_value: tally.longest_value,
        repeated: pipeline::repeated(&tally),
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
