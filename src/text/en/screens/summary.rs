//! The summary of a run, in English.

use std::time::Duration;

use crate::model::Lang;
use crate::text::en::English;
use crate::text::number::{duration, en, per_second, thousands};
use crate::text::subjects::{Counted, NoteWords, SummaryWords};

fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        more => format!("{} times", thousands(Lang::En, more)),
    }
}

fn least(at_least: bool) -> &'static str {
    if at_least { "at least " } else { "" }
}

impl SummaryWords for English {
    fn counted(&self, counted: Counted, count: u64) -> String {
        match counted {
            Counted::Updated => "updated",
            Counted::ToFix if count == 1 => "needs a fix",
            Counted::ToFix => "need a fix",
            Counted::ToResend => "to send again",
            Counted::Unchanged => "unchanged",
            Counted::Skipped => "skipped",
            Counted::NotReached => "not reached",
            Counted::ToSend => "to send",
            Counted::CouldBeSent => "could be sent",
            Counted::Invalid => "invalid",
        }
        .to_owned()
    }

    fn counts_follow(&self) -> bool {
        false
    }

    fn rows(&self, first: &[u64], all: u64) -> String {
        let listed: Vec<String> = first.iter().map(u64::to_string).collect();
        let noun = if all == 1 { "row" } else { "rows" };
        let listed = listed.join(", ");
        match all.saturating_sub(first.len() as u64) {
            0 => format!("{noun} {listed}"),
            more => format!("{noun} {listed} and {} more", thousands(Lang::En, more)),
        }
    }

    fn settled_before(&self, rows: u64) -> String {
        let verb = if rows == 1 { "was" } else { "were" };
        format!("{} {verb} settled by the run before", en(rows, "row"))
    }

    fn platform_said(&self, message: &str) -> String {
        format!("the platform answered \"{message}\"")
    }

    fn reasons_are_in(&self, kind: &str, results: &str) -> String {
        format!("{kind} (the reasons may be about people, so they are not shown here: see {results})")
    }

    fn other_reasons(&self, results: &str) -> String {
        format!("other reasons, in {results}")
    }

    fn took(&self, time: Duration, rate: Option<f64>) -> String {
        let rate = rate.map(|rate| format!(" at {}", per_second(Lang::En, rate)));
        format!("{}{}", duration(Lang::En, time), rate.unwrap_or_default())
    }

    fn results_are(&self, path: &str) -> String {
        format!("results: {path}")
    }

    fn partial_results(&self, results: &str, failed: &str) -> String {
        format!("partial results: {results}; failed so far: {failed}. All other rows were not sent.")
    }

    fn journal_is_safe(&self, results: &str) -> String {
        format!(
            "Every verdict so far is safe in {results}.journal. Rows that are not in it may have been sent; resuming the \
             run sends them again."
        )
    }

    fn calls(&self, attempts: u64, retries: u64, most_in_a_second: u64, most_in_flight: u64) -> String {
        format!(
            "{} ({} repeated), at most {} in any one second and {} in flight",
            en(attempts, "call"),
            thousands(Lang::En, retries),
            thousands(Lang::En, most_in_a_second),
            thousands(Lang::En, most_in_flight)
        )
    }

    fn control_calls(&self, calls: u64) -> String {
        format!(
            "{} among them: an update that had succeeded before was repeated, to learn whether the failed rows themselves \
             were the cause",
            en(calls, "control call")
        )
    }

    fn slowed_down(&self, count: u64, taken: Option<f64>) -> String {
        let taken = taken.map(|taken| format!(" It accepted {}.", per_second(Lang::En, taken)));
        format!(
            "The platform asked to slow down {} (429).{} A lower `--rate` avoids the repeated calls.",
            times(count),
            taken.unwrap_or_default()
        )
    }

    fn took_nothing(&self, count: u64) -> String {
        format!(
            "The platform asked to slow down {} (429) and accepted nothing: is a quota used up?",
            times(count)
        )
    }

    fn overtaken(&self, rows: u64) -> String {
        format!(
            "{} overtaken by a later row of the same respondent. `respondent-sync retry` leaves them out; do not send the \
             failed file by `run`, which would undo the later update.",
            match rows {
                1 => "1 failed row was".to_owned(),
                rows => format!("{} failed rows were", thousands(Lang::En, rows)),
            }
        )
    }

    fn nobody_selected(&self) -> String {
        "No row was selected: are these ids in the input?".to_owned()
    }

    fn updated_contact(&self, respondent: &str, row: u64) -> String {
        format!("Updated: respondent {respondent} (row {row}). Look at this contact on the platform.")
    }

    fn next_fix(&self, rows: u64, failed: &str) -> String {
        format!("Next: fix the {} in {failed}, then", en(rows, "row"))
    }

    fn next_resend(&self, rows: u64) -> String {
        format!("Next: send the {} again (nothing to edit)", en(rows, "row"))
    }

    fn next_all(&self) -> String {
        "Next: send all rows".to_owned()
    }

    fn nobody_found(&self, rows: u64, message: &str) -> String {
        format!(
            "Nobody was updated: the platform refused all {} with the same answer, \"{message}\". This is another survey, \
             or the id column holds the CRM's own numbers.",
            en(rows, "row")
        )
    }

    fn all_invalid(&self, rows: u64, title: &str) -> String {
        format!(
            "Nothing can be sent: all {} have the same fault ({title}). Is it the right column?",
            en(rows, "row")
        )
    }

    fn no_address_known(&self, rows: u64) -> String {
        format!(
            "Nobody was found: the table of `--ids` has none of the addresses on {}. Is it the table of this survey, \
             and the right column?",
            en(rows, "row")
        )
    }
}

impl NoteWords for English {
    fn blank_records(&self, count: u64) -> String {
        format!("{}, not counted as rows", en(count, "blank record"))
    }

    fn blank_fields(&self, rows: u64) -> String {
        format!(
            "{} with blank fields after the last column, which are ignored",
            en(rows, "row")
        )
    }

    fn blank_cells(&self, count: u64) -> String {
        format!("{} not sent (`--empty skip`)", en(count, "blank cell"))
    }

    fn ids_trimmed(&self, count: u64) -> String {
        format!("{} with white space around, which is removed", en(count, "id"))
    }

    fn damaged_values(&self, count: u64) -> String {
        let (look, were) = if count == 1 {
            ("looks", "was")
        } else {
            ("look", "were")
        };
        format!(
            "{} {look} damaged by a spreadsheet or a wrong encoding and {were} sent as it stands: `check` lists the rows",
            en(count, "value")
        )
    }

    fn repeated(&self, count: u64, differently: u64, at_least: bool, only_last: bool) -> String {
        let least = least(at_least);
        let which = if only_last {
            "only the last row is sent"
        } else {
            "the last row wins"
        };
        let differently = match differently {
            0 => String::new(),
            some => format!(", {} with different values", thousands(Lang::En, some)),
        };
        format!(
            "{least}{} on several rows{differently}: {which}",
            en(count, "respondent")
        )
    }

    fn other_zeros(&self) -> String {
        "id with other leading zeros, too (`12` and `0012`): each is sent as a respondent of its own, and they may be one"
            .to_owned()
    }

    fn ids_with_other_zeros(&self, count: u64, at_least: bool) -> String {
        format!(
            "{}{} × {}",
            least(at_least),
            thousands(Lang::En, count),
            self.other_zeros()
        )
    }
}
