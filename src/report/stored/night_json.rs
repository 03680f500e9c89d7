//! Nights and respondents of `history` for machines: one JSON object a line. Field names are stable;
//! fields may be added. Pure.

use serde::Serialize;

use super::night::{KeptRow, Known, Night, NightEnd, NightKind};
use crate::model::{ErrorCode, ShownPath as _, Status, local_date, rfc3339};

/// The fields of a night, in order.
#[derive(Serialize)]
struct NightObject<'a> {
    kind: &'static str,
    /// The number of the retry round.
    #[serde(skip_serializing_if = "Option::is_none")]
    round: Option<u32>,
    /// The date of a night on which a run was expected and none started.
    #[serde(skip_serializing_if = "Option::is_none")]
    expected_on: Option<String>,
    started_at: Option<String>,
    finished_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_of: Option<String>,
    /// The export that was read, as the run was given it.
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<&'a str>,
    state: &'static str,
    exit_code: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
    #[serde(flatten)]
    counts: Option<Counts>,
    results: Option<String>,
    faults: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<Vec<RowObject<'a>>>,
}

#[derive(Serialize)]
struct Counts {
    rows: u64,
    updated: u64,
    to_fix: u64,
    to_resend: u64,
    unchanged: u64,
    skipped: u64,
    not_reached: u64,
    calls: Option<u64>,
    elapsed_ms: Option<u64>,
}

#[derive(Serialize)]
struct RowObject<'a> {
    respondent: &'a str,
    row: u64,
    survey: &'a str,
    status: &'static str,
    error_code: Option<&'static str>,
    message: &'a str,
    http_status: Option<u16>,
    attempts: u32,
    finished_at: Option<String>,
}

/// The fields of a respondent, after all nights.
#[derive(Serialize)]
struct RespondentObject<'a> {
    kind: &'static str,
    respondent: &'a str,
    /// `None` if it is in no night.
    survey: Option<&'a str>,
    rows: usize,
    last_acknowledged_at: Option<String>,
    /// A later call may have been applied without an answer.
    may_be_changed_since: bool,
    /// What the store knows; `None` if no store was read.
    known_in: Option<Vec<KnownObject<'a>>>,
}

#[derive(Serialize)]
struct KnownObject<'a> {
    account: &'a str,
    survey: &'a str,
    acknowledged: bool,
    in_doubt: bool,
    labels: Vec<&'static str>,
    run_started_at: Option<String>,
}

impl<'a> KnownObject<'a> {
    fn new(known: &'a Known) -> Self {
        Self {
            account: &known.account,
            survey: &known.survey,
            acknowledged: known.is_acknowledged,
            in_doubt: known.in_doubt,
            labels: known.labels.iter().map(|label| label.name()).collect(),
            run_started_at: known.run_started_at.map(rfc3339),
        }
    }
}

/// Formats a night as one line of JSON with a line end. `has_asked` is set if respondents were asked for.
pub(crate) fn night_to_json(night: &Night, has_asked: bool) -> String {
    let run = night.run.as_ref();
    let is_missed = night.kind == NightKind::Missed;
    // Without a summary, calls and time are unknown.
    let is_summary = run.is_some_and(|run| run.started_at.is_some());
    let counts = run.map(|run| Counts {
        rows: run.rows,
        updated: run.count(Status::Success),
        to_fix: run.to_fix(),
        to_resend: run.to_resend(),
        unchanged: run.unchanged(),
        skipped: run.skipped(),
        not_reached: run.not_reached,
        calls: is_summary.then_some(run.attempts),
        elapsed_ms: is_summary.then_some(run.elapsed_ms),
    });
    let object = NightObject {
        kind: match night.kind {
            NightKind::Run => "run",
            NightKind::Trial => "trial",
            NightKind::Retry(_) => "retry",
            NightKind::Undo => "undo",
            NightKind::Unsent => "unsent",
            NightKind::Missed => "missed",
        },
        round: match night.kind {
            NightKind::Retry(number) => Some(number),
            _ => None,
        },
        expected_on: night
            .started_at
            .filter(|_| is_missed)
            .map(|time| local_date(time).to_string()),
        started_at: night.started_at.filter(|_| !is_missed).map(rfc3339),
        finished_at: run.and_then(|run| run.finished_at).map(rfc3339),
        retry_of: night.retry_of.map(rfc3339),
        input: run
            .map(|run| run.input.as_str())
            .filter(|input| !input.is_empty()),
        state: match night.end {
            _ if night.kind == NightKind::Unsent => "unsent",
            _ if is_missed => "missed",
            NightEnd::UnderWay => "under_way",
            _ if night.is_unfinished() => "unfinished",
            _ if run.is_some_and(|run| run.finished) => "finished",
            _ => "unknown",
        },
        exit_code: match night.end {
            NightEnd::Code(code) => Some(code),
            _ => None,
        },
        why: night.why.as_ref().map(|why| why.english.as_str()),
        counts,
        results: night.results.as_ref().map(|path| path.shown().to_string()),
        faults: night.faults.iter().map(|fault| fault.english.as_str()).collect(),
        found: has_asked.then(|| night.rows.iter().map(RowObject::new).collect()),
    };
    line(&object)
}

impl<'a> RowObject<'a> {
    fn new(row: &'a KeptRow) -> Self {
        Self {
            respondent: &row.respondent,
            row: row.row,
            survey: &row.survey,
            status: row.status.name(),
            error_code: row.code.map(ErrorCode::name),
            message: &row.message,
            http_status: row.http_status,
            attempts: row.attempts,
            finished_at: row.finished_at.map(rfc3339),
        }
    }
}

/// Formats what was found of a respondent: a line of JSON with a line end for each survey, and one if there
/// is none. `known` is what the store knows of all respondents; `None` if none was read.
pub(crate) fn respondent_to_json(
    nights: &[Night],
    (asked, respondent): (usize, &str),
    known: Option<&[Known]>,
) -> String {
    let surveys = Night::surveys_of(nights, asked).into_iter().map(Some);
    let known = known.map(|known| known.iter().filter(|known| known.asked == asked));
    let of_nights: Vec<Option<&str>> = surveys.collect();
    let of_none = of_nights.is_empty().then_some(None);
    let objects = of_nights.iter().copied().chain(of_none).map(|survey| {
        let found = Night::acknowledged(nights, asked, survey);
        let last = found.last.and_then(|(_, row)| row.finished_at);
        // The first survey also has what is known of those that are in no night.
        let is_here = |known: &&Known| match survey {
            Some(survey) if of_nights.contains(&Some(&known.survey)) => known.survey == survey,
            _ => of_nights.first().is_none_or(|first| *first == survey),
        };
        line(&RespondentObject {
            kind: "respondent",
            respondent,
            survey,
            rows: found.rows,
            last_acknowledged_at: last.map(rfc3339),
            may_be_changed_since: found.may_be_changed,
            known_in: known
                .clone()
                .map(|known| known.filter(is_here).map(KnownObject::new).collect()),
        })
    });
    objects.collect()
}

fn line(object: &impl Serialize) -> String {
    // A struct of texts and numbers always serialises.
    serde_json::to_string(object).unwrap_or_default() + "\n"
}
