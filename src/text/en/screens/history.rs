//! `history`, in English.

use std::time::Duration;

use crate::model::{ErrorCode, Label, Lang, Status};
use crate::report::{Known, NightKind};
use crate::text::en::English;
use crate::text::number::{duration, en, thousands};
use crate::text::subjects::{Absent, Headline, HistoryWords, RowView};

/// What is added if a later call had no clear answer.
const MAY_BE_CHANGED: &str = " A later call had no clear answer and may have been applied, too.";

fn kept_nights(nights: u64) -> String {
    match nights {
        1 => "the one night that is kept".to_owned(),
        more => format!("the {more} nights that are kept"),
    }
}

impl HistoryWords for English {
    fn history_found_no_run(&self, results: &str) -> String {
        format!(
            "no run against the platform has written `{results}`: is the input's name right, and where do its runs write (`--output`, \
             `--output-dir`)? With `--newest` name the pattern, or the `--config`"
        )
    }

    fn history_heads(&self) -> [&'static str; 3] {
        ["Started", "Exit", "Rows"]
    }

    fn night_kind(&self, kind: NightKind) -> Option<String> {
        match kind {
            NightKind::Run | NightKind::Unsent | NightKind::Missed => None,
            NightKind::Trial => Some("trial".to_owned()),
            NightKind::Retry(number) => Some(format!("retry {number}")),
            NightKind::Undo => Some("undo".to_owned()),
        }
    }

    fn night_counts(&self, counts: Headline, calls: Option<u64>, took: Option<Duration>) -> String {
        let number = |count| thousands(Lang::En, count);
        let mut parts = vec![format!(
            "{} of {} updated",
            number(counts.updated),
            number(counts.rows)
        )];
        let needs = if counts.to_fix == 1 { "needs" } else { "need" };
        for (count, what) in [
            (counts.to_fix, format!("{needs} a fix")),
            (counts.to_resend, "to send again".to_owned()),
            (counts.unchanged, "unchanged".to_owned()),
            (counts.skipped, "skipped".to_owned()),
            (counts.not_reached, "not reached".to_owned()),
        ] {
            if count > 0 {
                parts.push(format!("{}\u{A0}{what}", number(count)));
            }
        }
        let mut text = parts.join(", ");
        text.extend(calls.map(|calls| format!(" · {}", en(calls, "call").replace(' ', "\u{A0}"))));
        text.extend(took.map(|took| format!(" · {}", duration(Lang::En, took))));
        text
    }

    fn night_under_way(&self) -> String {
        "under way: these are the rows so far".to_owned()
    }

    fn night_killed(&self) -> String {
        "interrupted without an end (killed, or a power cut): these are the rows of its journal".to_owned()
    }

    fn night_unsent(&self, why: &str) -> String {
        format!("no calls: {why}")
    }

    fn night_unsent_briefly(&self, code: u8) -> String {
        format!("no calls (exit {code})")
    }

    fn night_missed(&self) -> String {
        "no run started".to_owned()
    }

    fn code_means(&self, code: u8, meaning: &str) -> String {
        format!("Exit {code}: {meaning}")
    }

    fn history_no_results(&self) -> String {
        "the results of this run are missing".to_owned()
    }

    fn history_under_way(&self) -> String {
        "A run is under way. What it has not recorded yet is not here.".to_owned()
    }

    fn history_resume(&self, has_command: bool, lacks_flags: bool) -> String {
        match (has_command, lacks_flags) {
            (true, true) => "Next: resume the newest run, which is not finished, with the flags that it had",
            (true, false) => "Next: resume the newest run, which is not finished",
            (false, _) => {
                "Next: resume the newest run, which is not finished: its own command with `--resume`, or `--config` here to \
                 have it named"
            }
        }
        .to_owned()
    }

    fn respondent_heading(&self, respondent: &str, survey: Option<&str>) -> String {
        match survey {
            Some(survey) => format!("Respondent {respondent}, survey {survey}"),
            None => format!("Respondent {respondent}"),
        }
    }

    fn status_word(&self, status: Status) -> &'static str {
        match status {
            Status::Success => "updated",
            Status::Failed => "failed",
            Status::Unconfirmed => "unconfirmed",
            Status::Invalid => "invalid",
            Status::Skipped => "skipped",
        }
    }

    fn respondent_row(&self, row: RowView<'_>) -> String {
        let mut text = format!("row {}", row.row.row);
        text.extend(row.survey.map(|survey| format!(", survey {survey}")));
        text.extend(row.id.map(|id| format!(", id {id}")));
        text += ": ";
        text += self.status_word(row.row.status);
        text.extend(row.title.map(|title| format!(", {title}")));
        text.extend(row.row.code.map(|code| format!(" ({})", ErrorCode::name(code))));
        text.extend(row.message.map(|message| format!(": {message}")));
        text.extend(row.when.map(|when| format!(" · {when}")));
        text
    }

    fn respondent_absent(&self, absent: Absent) -> String {
        match absent {
            Absent::NotInExport => "not in the export",
            Absent::NotReached => "not among the rows so far",
            Absent::Unknown => "unknown",
        }
        .to_owned()
    }

    fn of_survey(&self, survey: &str, sentence: &str) -> String {
        format!("Survey {survey}: {sentence}")
    }

    fn last_acknowledged(&self, when: &str, may_be_changed: bool) -> String {
        let more = if may_be_changed { MAY_BE_CHANGED } else { "" };
        format!("Labels last acknowledged: {when}.{more}")
    }

    fn never_acknowledged(&self, nights: u64, may_be_changed: bool) -> String {
        let more = if may_be_changed {
            " A call had no clear answer and may have been applied."
        } else {
            ""
        };
        let nights = kept_nights(nights);
        format!("No labels were acknowledged in {nights}.{more}")
    }

    fn nothing_of_respondent(&self, respondent: &str, nights: u64) -> String {
        let nights = kept_nights(nights);
        format!("Nothing about respondent {respondent} in {nights}.")
    }

    fn state_knows(&self, state: &str, known: &Known, account: Option<&str>, when: Option<&str>) -> String {
        let account = account.map(|account| format!(" of account {account}"));
        let place = format!("survey {}{}", known.survey, account.unwrap_or_default());
        if !known.is_acknowledged {
            return format!("The state ({state}) knows no acknowledgement for {place}.");
        }
        let when = when.map_or_else(
            || " by a run that is not kept here".to_owned(),
            |when| format!(" by the run of {when}"),
        );
        let labels: Vec<&str> = known.labels.iter().map(|label| Label::name(*label)).collect();
        let labels = match labels.join(", ") {
            none if none.is_empty() => none,
            some => format!(" (labels {some})"),
        };
        let mut text = format!("The state ({state}) has an acknowledgement for {place}{labels},{when}");
        text += ".";
        if known.in_doubt {
            text += " It is not relied on: the next run sends the row again.";
        }
        text
    }

    fn state_knows_nothing(&self, state: &str) -> String {
        format!("The state ({state}) knows nothing about this respondent.")
    }

    fn history_incomplete(&self) -> String {
        "Not every file could be read, so something may be missing here.".to_owned()
    }
}
