//! The summary for machines: one JSON object. Field names are stable; fields may be added.

use std::collections::BTreeMap;

use serde::Serialize;

use super::stored::Said as SaidInBoth;
use super::{Diagnosis, Ending, RunEnd, RunFacts, RunReport, Verified};
use crate::model::{
    EarlyEnd, Fingerprint, Identity, RecordedSettings, ShownPath as _, Status, StoreRun, rfc3339, version,
};

/// The fields of the summary, in order.
#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "fields of an object, not states")]
struct Summary<'a> {
    tool: &'static str,
    version: &'static str,
    #[serde(flatten)]
    identity: &'a Identity,
    started_at: String,
    finished_at: String,
    input: &'a str,
    fingerprint: &'a Fingerprint,
    content_since: String,
    rehearsal: bool,
    finished: bool,
    end: &'static str,
    #[serde(flatten)]
    ending: &'a Ending,
    rows: u64,
    settled_before: u64,
    statuses: BTreeMap<&'static str, u64>,
    not_reached: u64,
    error_codes: BTreeMap<&'static str, u64>,
    attempts: u64,
    retries: u64,
    control_calls: u64,
    elapsed_ms: u64,
    mean_rate_per_second: Option<f64>,
    most_in_one_second: usize,
    slow_downs: u64,
    taken_per_second: Option<f64>,
    most_in_flight: usize,
    blank_records: u64,
    blanks_skipped: u64,
    ids_trimmed: u64,
    damaged_values: u64,
    respondents_on_several_rows: u64,
    respondents_with_different_values: u64,
    respondents_counted_in_part: bool,
    ids_with_other_zeros: u64,
    overtaken_failures: u64,
    edited_overwritten: u64,
    edited_kept: u64,
    has_list: bool,
    undo_file: Option<String>,
    verified: Option<&'a Verified>,
    failed_digest: Option<&'a str>,
    report: Option<String>,
    #[serde(flatten)]
    more: Option<More<'a>>,
}

/// What not every reader gets.
#[derive(Serialize)]
#[serde(untagged)]
enum More<'a> {
    Stored(Box<Stored<'a>>),
    Printed { facts: Printed<'a> },
}

/// The facts of the object that is printed: what a mail says.
#[derive(Serialize)]
struct Printed<'a> {
    early_end: Option<&'a SaidInBoth>,
    diagnosis: Option<&'a Diagnosis>,
    next_command: Option<&'a str>,
    page: Option<&'a str>,
}

/// The fields of the file alone.
#[derive(Serialize)]
struct Stored<'a> {
    settings: Option<&'a RecordedSettings>,
    store: Option<&'a StoreRun>,
    first_store_run: Option<i64>,
    retry_of: Option<String>,
    facts: &'a RunFacts,
}

/// Formats the report as one line of JSON with a line end. The fingerprint identifies what was sent
/// where, in parts; the failed file's digest (xxh3-128) shows whether it was edited since. `ending`
/// is the report's own, unless something failed after it.
pub(crate) fn to_json(report: &RunReport, ending: &Ending) -> String {
    formatted(report, ending, None)
}

/// Formats the report for the summary's file, with what a retry and the page about the run need. It
/// names columns and paths of this machine, so neither logs nor the monitor have it.
pub(crate) fn to_stored_json(report: &RunReport, ending: &Ending, facts: &RunFacts) -> String {
    let stored = Stored {
        settings: report.settings.as_ref(),
        store: report.store.as_ref(),
        first_store_run: report.first_store_run,
        retry_of: report.retry_of.map(rfc3339),
        facts,
    };
    formatted(report, ending, Some(More::Stored(Box::new(stored))))
}

/// Formats the report as the object that `--summary -` prints.
pub(crate) fn to_printed_json(report: &RunReport, ending: &Ending, facts: &RunFacts) -> String {
    let facts = Printed {
        early_end: facts.early_end.as_ref(),
        diagnosis: facts.diagnosis.as_ref(),
        next_command: facts.next_command.as_deref(),
        page: facts.page.as_deref(),
    };
    formatted(report, ending, Some(More::Printed { facts }))
}

fn formatted(report: &RunReport, ending: &Ending, more: Option<More<'_>>) -> String {
    let (summary, notes) = (&report.summary, &report.notes);
    let object = Summary {
        tool: env!("CARGO_PKG_NAME"),
        version: version::VERSION,
        identity: &report.identity,
        started_at: rfc3339(report.started_at),
        finished_at: rfc3339(report.finished_at),
        input: &report.input,
        fingerprint: &report.fingerprint,
        content_since: rfc3339(report.content_since),
        rehearsal: report.rehearsal,
        finished: report.end == RunEnd::Complete,
        end: end_name(&report.end),
        ending,
        rows: report.rows,
        settled_before: report.settled_before,
        statuses: Status::ALL
            .into_iter()
            .map(|status| (status.name(), summary.count(status)))
            .collect(),
        not_reached: report.not_reached(),
        error_codes: summary
            .codes()
            .map(|(code, count)| (code.name(), count.rows))
            .collect(),
        attempts: report.attempts,
        retries: report.retries,
        control_calls: report.control_calls,
        elapsed_ms: u64::try_from(report.elapsed.as_millis()).unwrap_or(u64::MAX),
        mean_rate_per_second: report.mean_rate,
        most_in_one_second: report.most_in_a_second,
        slow_downs: report.slow_downs,
        taken_per_second: report.taken_rate,
        most_in_flight: report.most_in_flight,
        blank_records: notes.blank_records,
        blanks_skipped: notes.blanks_skipped,
        ids_trimmed: notes.ids_trimmed,
        damaged_values: notes.damaged,
        respondents_on_several_rows: notes.repeated,
        respondents_with_different_values: notes.repeated_differently,
        respondents_counted_in_part: notes.repeated_at_least,
        ids_with_other_zeros: notes.other_zeros,
        overtaken_failures: summary.overtaken,
        edited_overwritten: report.edited.overwritten,
        edited_kept: report.edited.kept,
        has_list: report.has_list,
        undo_file: report.undo.as_ref().map(|(file, _)| file.shown().to_string()),
        verified: report.verified.as_ref(),
        failed_digest: report.failed_digest.as_deref(),
        report: report.page.as_ref().map(|page| page.shown().to_string()),
        more,
    };
    // A struct of numbers and texts always serialises.
    serde_json::to_string(&object).unwrap_or_default() + "\n"
}

fn end_name(end: &RunEnd) -> &'static str {
    match end {
        RunEnd::Complete => "complete",
        RunEnd::Early(EarlyEnd::Outage { .. }) => "outage",
        RunEnd::Early(EarlyEnd::Deadline) => "deadline",
        RunEnd::Early(EarlyEnd::Interrupted(_)) => "interrupted",
        RunEnd::Early(_) => "aborted",
        RunEnd::InputBroke(_) => "input_broke",
        RunEnd::InputChanged(_) => "input_changed",
        RunEnd::NotWritten(_) => "not_written",
        RunEnd::Bug(_) => "bug",
    }
}
