//! Stage two: decides what to do with each row. Pure and total: a [`Row`] goes in, a [`Plan`] comes
//! out, and nothing is opened, waited for or refused. A row that cannot be sent is a plan, too.
//!
//! The meaning of the columns is decided before ([`Layout`]); a command is sent after
//! ([`crate::send`]).

mod damage;
mod freshness;
mod guards;
mod last_rows;
mod overtaken;
mod repeats;
mod respondent;
mod selection;

pub(crate) use damage::Damage;
pub(crate) use freshness::{Freshness, Stale};
pub(crate) use guards::{Guards, Objection};
pub(crate) use last_rows::{DifferingRows, DifferingRowsPass, LastRows, LastRowsPass};
pub(crate) use overtaken::{Overtaken, OvertakenPass};
pub(crate) use repeats::Repeats;
pub(crate) use respondent::exclusion::{Exclusion, ListFault};
pub(crate) use respondent::id_table::IdTable;
pub(crate) use respondent::members::{Member, Members};
pub(crate) use selection::Selection;

use std::borrow::Cow;
use std::sync::Arc;

use super::model::{
    Digits, FaultText, Label, Layout, Listed, ListedLabel, Plan, PlannedRow, Row, RowFault, Unsent,
    UpdateRespondent, label_digest,
};
use respondent::ids::{self, Parsed};
use respondent::who::Who;

/// Maximum length of a value in bytes; a longer one is not sent.
const MAX_VALUE_BYTES: usize = 64 << 10;

/// What a blank cell of a label means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EmptyPolicy {
    /// Sends no parameter: the label stays unchanged.
    Skip,
    /// Sends an empty parameter. How the platform treats it is not documented.
    Send,
    /// Sends no parameter, but for a cell that is [`BLANK_MARK`] alone, which sends an empty one. Only
    /// the tool's own files have such cells.
    Marked,
}

/// A cell that stands for a blank to send: a character of private use, which no export has.
pub(crate) const BLANK_MARK: &str = "\u{E0FF}";

/// What a blank cell in the id column means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BlankId {
    /// An error of the row.
    Invalid,
    /// A contact that is not on the mailing list; the row is skipped.
    Skip,
}

/// The user's choices that planning needs.
#[derive(Clone, Debug)]
pub(crate) struct PlanPolicy {
    pub(crate) empty: EmptyPolicy,
    pub(crate) blank_id: BlankId,
    /// Whether a row is skipped if the table of ids does not have its address: a CRM holds people
    /// who were never invited.
    pub(crate) skips_unknown: bool,
    /// The rows that take part in the run.
    pub(crate) selection: Selection,
}

/// The user's choices, and what the inputs determine for every row.
#[derive(Clone, Debug)]
pub(crate) struct PlanSettings {
    pub(crate) policy: PlanPolicy,
    /// The maximum length of a query in bytes; `None` if commands travel in a body.
    pub(crate) max_query_bytes: Option<usize>,
    /// The survey for rows that name none; `None` if every row must name one.
    pub(crate) survey: Option<String>,
    /// The ids of the addresses in the id column; `None` if the column contains ids.
    pub(crate) table: Option<Arc<IdTable>>,
    /// The survey's mailing list; `None` if it was not read.
    pub(crate) members: Option<Arc<Members>>,
    /// The labels whose values on that list are believed.
    pub(crate) believed: Vec<Label>,
    /// The rows that a later row of their respondent supersedes; `None` if all rows are sent.
    pub(crate) last_rows: Option<Arc<LastRows>>,
    /// The respondents whose rows cannot all be right: one address with different values. `None` if
    /// all rows are sent.
    pub(crate) differing: Option<Arc<DifferingRows>>,
    /// The rows that would set a respondent back; `None` if there are none.
    pub(crate) overtaken: Option<Arc<Overtaken>>,
    /// The respondents that are never sent; `None` if there are none.
    pub(crate) excluded: Option<Arc<Exclusion>>,
    /// The text of a row's fault, in the user's language.
    pub(crate) fault_text: FaultText,
}

impl PlanSettings {
    /// Returns what the mailing list has of the labels that a row sets. `None` without a list, or if the
    /// row makes no call.
    pub(crate) fn listed(&self, plan: &Plan) -> Option<Listed> {
        let (Some(members), Plan::Send(update)) = (&self.members, plan) else {
            return None;
        };
        let member = members.find(Digits::new(update.respondent())?)?;
        let labels = update.labelled().filter_map(|(label, value)| {
            Some(ListedLabel {
                label,
                listed: member.digest(label)?,
                wanted: label_digest(&value),
                believed: self.believed.contains(&label),
            })
        });
        Some(Listed(labels.collect()))
    }

    /// Returns the same settings without a selection, for all rows.
    pub(crate) fn of_all_rows(&self) -> Self {
        let mut all = self.clone();
        all.policy.selection = Selection::default();
        all
    }
}

/// Counts made while planning.
#[derive(Clone, Debug, Default)]
pub(crate) struct PlanTally {
    /// Blank label cells of rows to be sent, for which no parameter is sent.
    pub(crate) blanks_skipped: u64,
    /// Ids from which surrounding white space or invisible characters were removed.
    pub(crate) ids_trimmed: u64,
    /// Values that seem to be damaged by a spreadsheet or a wrong encoding.
    pub(crate) damaged: u64,
    /// The longest value in bytes.
    pub(crate) longest_value: usize,
    /// Respondents on several rows.
    pub(crate) repeats: Repeats,
}

/// Plans one row after the other, in the input's order.
#[derive(Debug)]
pub(crate) struct Planner {
    settings: PlanSettings,
    layout: Layout,
    tally: PlanTally,
}

impl Planner {
    pub(crate) fn new(settings: PlanSettings, layout: Layout) -> Self {
        let repeats = settings.last_rows.as_ref().map(|last_rows| last_rows.repeats());
        Self {
            settings,
            layout,
            tally: PlanTally {
                repeats: repeats.unwrap_or_default(),
                ..PlanTally::default()
            },
        }
    }

    /// Plans a row, and copies everything that must outlive the reader's buffers.
    pub(crate) fn plan_row(&mut self, row: &Row<'_>) -> PlannedRow {
        let kept = |column: &usize| row.fields.get(*column).unwrap_or_default().to_owned();
        let plan = self.plan(row);
        PlannedRow {
            sequence: row.sequence,
            position: row.position,
            record: row.record.into(),
            kept: self.layout.kept.iter().map(kept).collect(),
            listed: self.settings.listed(&plan),
            plan,
            settled: None,
            doubt: None,
        }
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The counts up to here.
    pub(crate) fn tally(&self) -> &PlanTally {
        &self.tally
    }

    /// Ends planning and returns the counts.
    pub(crate) fn into_tally(self) -> PlanTally {
        self.tally
    }

    /// Plans a row. A row that is not selected is not checked any further. The first fault of any
    /// other row is its verdict.
    pub(crate) fn plan(&mut self, row: &Row<'_>) -> Plan {
        let table = self.settings.table.clone();
        let cell = row.fields.get(self.layout.respondent).unwrap_or_default();
        let who = Who::parse(cell, table.as_deref(), self.survey_named(row));
        let name = match who {
            Who::Respondent { id, .. } => id.as_str(),
            // An address is not an id.
            _ if table.is_some() => "",
            _ => ids::trimmed(cell),
        };
        let skip = |fault: RowFault| Plan::Skip(self.unsent(row, name, fault));
        if row.fault.is_none() && self.is_excluded(who, table.is_some().then_some(cell)) {
            return skip(RowFault::Excluded);
        }
        if !self.settings.policy.selection.takes(name) {
            return skip(RowFault::NotSelected);
        }
        if self.is_superseded(row.sequence) {
            return skip(RowFault::Superseded);
        }
        match self.command(row, who) {
            Ok(update) => {
                self.settings.policy.selection.count_sent();
                self.tally.repeats.note(&update);
                Plan::Send(update)
            }
            Err(fault) => {
                let unsent = self.unsent(row, name, fault);
                match fault {
                    RowFault::BlankId | RowFault::NothingToSend => Plan::Skip(unsent),
                    RowFault::NoMatch | RowFault::NotListed if self.settings.policy.skips_unknown => {
                        Plan::Skip(unsent)
                    }
                    _ => Plan::Reject(unsent),
                }
            }
        }
    }

    /// Whether a later row or run takes the place of this row.
    fn is_superseded(&self, sequence: u64) -> bool {
        let PlanSettings {
            last_rows, overtaken, ..
        } = &self.settings;
        last_rows
            .as_ref()
            .is_some_and(|last_rows| last_rows.is_superseded(sequence))
            || overtaken
                .as_ref()
                .is_some_and(|overtaken| overtaken.has(sequence))
    }

    /// Whether the list of `--exclude` names the row's respondent. `address` is the row's cell, if
    /// rows have addresses.
    fn is_excluded(&self, who: Who<'_>, address: Option<&str>) -> bool {
        let id = match who {
            Who::Respondent { id, .. } => Some(id),
            _ => None,
        };
        let excluded = self.settings.excluded.as_ref();
        excluded.is_some_and(|excluded| excluded.has(id, address))
    }

    /// Builds the command of a row. Fails if the row has none.
    fn command(&mut self, row: &Row<'_>, who: Who<'_>) -> Result<UpdateRespondent, RowFault> {
        if let Some(fault) = row.fault {
            return Err(fault);
        }
        let by_address = self.settings.table.is_some();
        let respondent = who.respondent(self.settings.policy.blank_id, by_address);
        let (respondent, trimmed) = respondent.map_err(|fault| match fault {
            RowFault::NoMatch if self.settings.members.is_some() => RowFault::NotListed,
            fault => fault,
        })?;
        self.tally.ids_trimmed += u64::from(trimmed);
        let members = self.settings.members.as_ref();
        if members.is_some_and(|members| members.find(respondent).is_none()) {
            return Err(RowFault::UnknownId);
        }
        let survey = self.survey(row)?;
        let longest = self.check_lengths(row)?;
        let mut sent = 0;
        let labels = labels(&self.layout, self.settings.policy.empty, row).inspect(|_| sent += 1);
        let update = UpdateRespondent::new(survey, respondent, labels);
        if update.labels().is_empty() {
            return Err(RowFault::NothingToSend);
        }
        if self
            .settings
            .differing
            .as_ref()
            .is_some_and(|differing| differing.has(&update))
        {
            return Err(RowFault::SharedAddress);
        }
        if self
            .settings
            .max_query_bytes
            .is_some_and(|most| update.form().len() > most)
        {
            return Err(RowFault::QueryTooLong);
        }
        self.tally.longest_value = self.tally.longest_value.max(longest);
        self.tally.damaged += self.damaged(row).count() as u64;
        self.tally.blanks_skipped += (self.layout.labels.len() - sent) as u64;
        Ok(update)
    }

    /// Returns the row's survey: from its own cell, or else the one for all rows. Fails if the two
    /// contradict each other.
    fn survey<'a>(&'a self, row: &Row<'a>) -> Result<Digits<'a>, RowFault> {
        let for_all = self.settings.survey.as_deref();
        let cell = self
            .layout
            .survey
            .and_then(|column| row.fields.get(column))
            .unwrap_or_default();
        match (ids::parse(cell), for_all) {
            (Parsed::Id { digits, .. }, Some(survey)) if digits.as_str() != survey => {
                Err(RowFault::SurveyDiffers)
            }
            (Parsed::Id { digits, .. }, _) => Ok(digits),
            (Parsed::Blank, for_all) => for_all.and_then(Digits::new).ok_or(RowFault::MissingSurvey),
            (Parsed::Bad(_), _) => Err(RowFault::SurveyNotDigits),
        }
    }

    /// Returns the damaged values of a row, each with its label.
    pub(crate) fn damaged(&self, row: &Row<'_>) -> impl Iterator<Item = (Damage, Label)> {
        let fields = row.fields;
        let cells = self.layout.labels.iter();
        let cells = cells.flat_map(|(label, from)| from.columns().map(move |column| (*label, *column)));
        cells.filter_map(move |(label, column)| Some((Damage::find(fields.get(column)?)?, label)))
    }

    /// Returns the length of the row's longest value in bytes. Fails if it exceeds
    /// [`MAX_VALUE_BYTES`].
    fn check_lengths(&self, row: &Row<'_>) -> Result<usize, RowFault> {
        let mut longest = 0;
        for (label, from) in &self.layout.labels {
            let length = from.value(&row.fields).map_or(0, |value| value.len());
            longest = longest.max(length);
            if length > MAX_VALUE_BYTES {
                return Err(RowFault::ValueTooLong {
                    label: *label,
                    bytes: length,
                    most: MAX_VALUE_BYTES,
                });
            }
        }
        Ok(longest)
    }

    fn unsent(&self, row: &Row<'_>, respondent: &str, fault: RowFault) -> Unsent {
        Unsent {
            respondent: respondent.to_owned(),
            survey: self.survey_named(row).to_owned(),
            fault,
            message: (self.settings.fault_text)(&fault),
        }
    }

    /// Returns the row's survey as written in its cell or the setting, even if it is invalid.
    fn survey_named<'a>(&'a self, row: &Row<'a>) -> &'a str {
        let cell = self.layout.survey.and_then(|column| row.fields.get(column));
        cell.map(ids::trimmed)
            .filter(|cell| !cell.is_empty())
            .or(self.settings.survey.as_deref())
            .unwrap_or_default()
    }
}

/// Returns the labels to send.
fn labels<'a>(
    layout: &'a Layout,
    empty: EmptyPolicy,
    row: &Row<'a>,
) -> impl Iterator<Item = (Label, Cow<'a, str>)> {
    let fields = row.fields;
    layout
        .labels
        .iter()
        .filter_map(move |(label, from)| match (from.value(&fields), empty) {
            (Some(value), EmptyPolicy::Marked | EmptyPolicy::Send) if value == BLANK_MARK => {
                Some((*label, Cow::Borrowed("")))
            }
            // A failed file of an undoing, sent by hand: the mark itself never reaches a person.
            (Some(value), EmptyPolicy::Skip) if value == BLANK_MARK => None,
            (Some(value), _) => Some((*label, value)),
            (None, EmptyPolicy::Send) => Some((*label, Cow::Borrowed(""))),
            (None, EmptyPolicy::Skip | EmptyPolicy::Marked) => None,
        })
}

#[cfg(test)]
mod tests;
