//! `check`, the question before a run and the preview, in English.

use std::time::Duration;

use crate::model::Lang;
use crate::report::{Changes, LabelChanges};
use crate::text::en::English;
use crate::text::number::{duration, en, thousands};
use crate::text::subjects::{CheckWords, Plans};

impl CheckWords for English {
    fn input_rows(&self, input: &str, rows: u64) -> String {
        format!("{input}: {}", en(rows, "row"))
    }

    fn nothing_would_be_sent(&self, why: &str) -> String {
        format!("Nothing would be sent: {why}")
    }

    fn warning(&self, text: &str) -> String {
        format!("Warning: {text}")
    }

    fn changes(&self, changes: &Changes) -> String {
        let all = en(changes.of, "contact");
        let count = |count| thousands(Lang::En, count);
        let listed = |labels: &[LabelChanges]| -> String {
            let some = labels.iter().filter(|label| label.contacts > 0);
            let some = some.map(|label| format!("{} in {}", label.label, count(label.contacts)));
            some.collect::<Vec<_>>().join(", ")
        };
        let labels = listed(&changes.labels);
        let text = if labels.is_empty() {
            format!("none of {all} changes: the platform has these values already")
        } else {
            let verb = if changes.contacts == 1 {
                "changes"
            } else {
                "change"
            };
            format!("{} of {all} {verb}: {labels}", count(changes.contacts))
        };
        match listed(&changes.unknown) {
            unknown if unknown.is_empty() => text,
            unknown => format!("{text}; not known, as no value was read back so far: {unknown}"),
        }
    }

    fn longest_value(&self, bytes: u64) -> String {
        format!("the longest value has {}", en(bytes, "byte"))
    }

    fn calls_take(&self, rate: &str, time: Option<Duration>) -> String {
        match time {
            Some(time) => format!("At {rate} the calls take at least {}.", duration(Lang::En, time)),
            None => "The rate is unlimited.".to_owned(),
        }
    }

    fn first_calls(&self, are_changes: bool) -> String {
        if are_changes {
            "First changes:"
        } else {
            "First calls:"
        }
        .to_owned()
    }

    fn call(&self, row: u64, respondent: &str, labels: &str) -> String {
        format!("row {row} → respondent {respondent}: {labels}")
    }

    fn next_trial(&self) -> String {
        "Next: update one contact and look at it on the platform".to_owned()
    }

    fn next_mend(&self) -> String {
        "Next: mend the export, then check it again".to_owned()
    }

    fn set_labels(&self, plans: &Plans<'_>) -> String {
        let survey = plans.survey.map(|survey| format!(" of survey {survey}"));
        let first = if plans.is_first {
            " It is the first full update from this file."
        } else {
            ""
        };
        let contacts = if plans.has_repeats {
            format!("the contacts on {}", en(plans.to_send, "row"))
        } else {
            en(plans.to_send, "contact")
        };
        let changed = plans.changed.map(|(changed, known)| {
            format!(
                " {} of {} known rows change something.",
                thousands(Lang::En, changed),
                thousands(Lang::En, known)
            )
        });
        format!(
            "Set {} of {}{} at {}?{}{first}",
            plans.labels,
            contacts,
            survey.unwrap_or_default(),
            plans.host,
            changed.unwrap_or_default()
        )
    }

    fn cannot_be_restored(&self) -> String {
        "Old values cannot be restored; with a key of the API, `--pull` writes them down first. No invitations are sent."
            .to_owned()
    }

    fn can_be_undone(&self) -> String {
        "`undo` can put the old values back. No invitations are sent.".to_owned()
    }

    fn better_no(&self) -> String {
        "Damaged values are sent as they stand: better answer n, mend the file and run again.".to_owned()
    }

    fn not_confirmed(&self) -> String {
        "not confirmed: nothing was sent".to_owned()
    }

    fn no_answer(&self, time: Duration) -> String {
        format!("no answer for {}: nothing was sent", duration(Lang::En, time))
    }

    fn odd_lengths(&self, digits: usize) -> String {
        format!("id without the {digits} digits of nearly all others: is it cut off, or of another system?")
    }

    fn preview_is_for_terminals(&self) -> String {
        "`--preview` shows cells, and only on a terminal: leave it out here".to_owned()
    }
}
