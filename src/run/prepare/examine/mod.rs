//! Reads and plans a whole input without sending it: for `check`, and for the question that a run
//! asks on a terminal. `text` makes the screens of what was found.

mod changes;
mod examination;

use changes::ChangesSoFar;
use examination::Examination;

use super::guards::{self, Counting};
use super::input::opened::OpenedInput;
use crate::config::{GuardSettings, ReadingSettings};
use crate::model::{CountOrPercent, Export, Listed, Plan, Rate, Row, clean};
use crate::plan::{PlanSettings, Planner};
use crate::report::{Changes, Finding, Findings, Notes, Places, Weight};
use crate::run::Failure;
use crate::run::pipeline::stages;
use crate::state::{Store, Told};
use crate::text::Message;

/// Number of calls that are spelt out unasked.
pub(in crate::run) const FIRST_CALLS: usize = 3;

/// A call spelt out. It contains cells, so only a terminal may show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::run) struct FirstCall {
    row: u64,
    respondent: String,
    /// As `l4=Nowy, l7=1`.
    labels: String,
}

impl FirstCall {
    pub(in crate::run) fn text(&self) -> Message {
        Message::new(|words| words.call(self.row, &self.respondent, &self.labels))
    }
}

/// What is known about all rows.
pub(in crate::run) struct Examined {
    examination: Examination,
    /// The counts for the guards.
    pub(in crate::run) export: Export,
    /// The first changes if the mailing list is believed, otherwise the first calls.
    pub(in crate::run) first_calls: Vec<FirstCall>,
    /// What would change on the platform, if that is known.
    pub(in crate::run) changes: Option<Changes>,
    pub(in crate::run) notes: Notes,
    rows: u64,
    longest_value: u64,
}

/// Reads and plans every row. Rows that the store knows as sent are skipped if `skips_known`; labels that
/// the store `keeping` says people changed are left; at most `calls` calls are spelt out.
pub(in crate::run) fn examine(
    opened: &mut OpenedInput,
    settings: &ReadingSettings,
    (store, skips_known, keeping): (Option<&Store>, bool, Option<&Store>),
    calls: usize,
) -> Result<Examined, Failure> {
    let mut planner = Planner::new(opened.plan.clone(), opened.layout.clone());
    let mut examination = Examination::default();
    let mut first_calls = Vec::new();
    let mut counting = Counting::new(&opened.layout, store);
    let mut changes = ChangesSoFar::new(&opened.plan, settings.members.as_deref(), calls)?;
    let mut rows = opened.rows(settings)?;
    let fault = |error| Failure::input(error, &settings.input);
    while let Some(row) = rows.next().map_err(fault)? {
        let mut plan = planner.plan(&row);
        counting.take_in(&row, &opened.layout);
        counting.note(&row, &plan, &planner);
        let is_same = counting.compare(&plan)? == Told::Same;
        let listed = listed(&opened.plan, &plan, keeping)?;
        if let (Some(changes), Some(listed)) = (&mut changes, &listed) {
            changes.take_in(&row, &plan, (&opened.plan, listed))?;
        }
        // What people changed on the platform is set again.
        if skips_known && is_same && !listed.is_some_and(|listed| listed.differs()) {
            plan = plan.unchanged(opened.plan.fault_text);
        }
        if first_calls.len() < calls {
            first_calls.extend(first_call(&row, &plan));
        }
        examination.take_in(&row, &plan, &planner);
    }
    examination.take_in_blank_records(rows.blank_places());
    let end = rows.finish().map_err(fault)?;
    let export = counting.export;
    let (changes, first_changes) = changes.map(ChangesSoFar::finish).unzip();
    if let Some(first) = first_changes.filter(|first| !first.is_empty()) {
        first_calls = first;
    }
    let tally = planner.into_tally();
    Ok(Examined {
        examination,
        export,
        first_calls,
        changes,
        notes: stages::notes(&tally, end.blank_records, settings.only_last),
        rows: end.rows,
        longest_value: tally.longest_value as u64,
    })
}

/// Returns what the mailing list has of the labels that a row sets, but for those that would be left as they
/// are: `keeping` is the store that knows them.
fn listed(settings: &PlanSettings, plan: &Plan, keeping: Option<&Store>) -> Result<Option<Listed>, Failure> {
    let listed = settings.listed(plan);
    let (Some(store), Some(some), Plan::Send(update)) = (keeping, &listed, plan) else {
        return Ok(listed);
    };
    let kept = store.would_keep(update, some).map_err(Failure::usage)?;
    Ok(Some(some.without(&kept)))
}

fn first_call(row: &Row<'_>, plan: &Plan) -> Option<FirstCall> {
    let Plan::Send(update) = plan else { return None };
    let labels = update
        .values()
        .map(|(label, value)| format!("{label}={}", clean(&value)));
    Some(FirstCall {
        row: row.position.row,
        respondent: update.respondent().to_owned(),
        labels: labels.collect::<Vec<_>>().join(", "),
    })
}

/// What the findings need besides the rows.
pub(in crate::run) struct About<'a> {
    pub(in crate::run) form: Vec<Message>,
    /// The objections of guards.
    pub(in crate::run) objections: Vec<Message>,
    pub(in crate::run) guards: &'a GuardSettings,
    pub(in crate::run) rate: Rate,
    pub(in crate::run) accept_failures: CountOrPercent,
}

impl Examined {
    /// Number of rows that would make a call.
    pub(in crate::run) fn to_send(&self) -> u64 {
        self.examination.to_send
    }

    /// Returns the findings, the most serious first.
    pub(in crate::run) fn into_findings(
        self,
        opened: &OpenedInput,
        settings: &ReadingSettings,
        about: About<'_>,
    ) -> Findings {
        let weight = |is_accepted| {
            if is_accepted {
                Weight::Warning
            } else {
                Weight::Refused
            }
        };
        let of_guard = |kind, weight, text| Finding {
            kind,
            weight,
            text,
            places: Places::default(),
        };
        let lets_through = weight(about.guards.lets_through);
        let mut found: Vec<Finding> = about
            .objections
            .into_iter()
            .map(|text| of_guard("guard", lets_through, text))
            .collect();
        found.extend(opened.crm_number().map(|why| {
            let weight = weight(about.guards.accepts_crm_ids);
            of_guard(guards::CRM_NUMBER, weight, guards::with_remedy(&why))
        }));
        let to_send = self.to_send();
        found.extend(
            self.examination
                .into_findings(opened.warnings(), &self.notes, |label| opened.column_of(label)),
        );
        Findings {
            input: settings.input.to_string(),
            form: about.form,
            encoding: opened.first.dialect.encoding.name(),
            rows: self.rows,
            may_be_empty: settings.options.may_be_empty,
            to_send,
            changes: self.changes,
            found,
            longest_value_bytes: self.longest_value,
            rate: about.rate.to_string(),
            time: about.rate.time_for(to_send),
            accept_failures: about.accept_failures,
        }
    }
}
