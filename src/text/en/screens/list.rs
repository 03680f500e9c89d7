//! The survey's mailing list, in English.

use crate::model::Lang;
use crate::report::Verified;
use crate::text::en::English;
use crate::text::number::{en, thousands};
use crate::text::subjects::{ListWords, Undoing};

impl ListWords for English {
    fn pull_needs_survey(&self) -> String {
        "whose respondents? give `--survey ID`".to_owned()
    }

    fn by_list(&self) -> String {
        " by the survey's mailing list".to_owned()
    }

    fn list_addresses(&self, respondents: u64, ambiguous: u64) -> String {
        let all = en(respondents, "respondent");
        match ambiguous {
            0 => format!("mailing list: {all}"),
            _ => format!(
                "mailing list: {all}; {} of several respondents",
                en(ambiguous, "address")
            ),
        }
    }

    fn list_needs_survey(&self) -> String {
        "`--pull` reads the list of one survey: name it with `--survey ID`".to_owned()
    }

    fn empty_list(&self, survey: &str) -> String {
        format!("survey {survey} has no respondents: is it the right survey? (`--survey`)")
    }

    fn older_list(&self, why: &str, table: &str) -> String {
        format!("{why}; the list of an earlier run is used, for ids alone: `{table}`")
    }

    fn keep_needs_pull(&self) -> String {
        "`--on-conflict keep` compares the list of `--pull` with what `--changed-only` remembers: give both"
            .to_owned()
    }

    fn list_unreadable(&self, table: &str, why: &str) -> String {
        format!("cannot read `{table}`: {why}")
    }

    fn list_replaced(&self, table: &str) -> String {
        format!("`{table}` has changed since it was read: run this again")
    }

    fn reads_back_at(&self, (time, last): (&str, &str), left: Option<u64>) -> String {
        let left = left.map(|left| format!("{} not visible yet; ", en(left, "label")));
        let at_last = if last == time {
            String::new()
        } else {
            format!(", at {last} at the latest")
        };
        format!(
            "{}the list is read back at {time}{at_last}. Ctrl-C ends the waiting; the results are written.",
            left.unwrap_or_default()
        )
    }

    fn proof_not_kept(&self, why: &str) -> String {
        format!("that labels were read back could not be remembered: {why}")
    }

    fn read_back(&self, verified: &Verified) -> String {
        let mut parts = vec![format!(
            "read back: {} of {} as sent",
            thousands(Lang::En, verified.seen),
            en(verified.labels(), "label")
        )];
        let further = [
            (verified.normalised, "with other white space or entities"),
            (verified.waiting, "not visible yet"),
            (verified.different, "with another value"),
            (
                verified.not_listed,
                "of respondents who are not on the list any more",
            ),
        ];
        for (count, what) in further {
            if count > 0 {
                parts.push(format!("{} {what}", thousands(Lang::En, count)));
            }
        }
        parts.join(", ")
    }

    fn read_back_in_file(&self, file: &str) -> String {
        format!("which ones: {file}")
    }

    fn reading_does_not_fit(&self) -> String {
        "reading does not fit writing: the list shows no label as it was sent, so it says nothing about the \
         rows; is it the right survey, and does the platform list the labels that the webhook sets?"
            .to_owned()
    }

    fn nothing_to_read_back(&self) -> String {
        "read back: no label was sent".to_owned()
    }

    fn read_back_cut_short(&self) -> String {
        "the reading back was stopped early".to_owned()
    }

    fn look_again(&self, command: &str) -> String {
        format!("to look again later: `{command}`")
    }

    fn cannot_read_back(&self, why: &str) -> String {
        format!("the list could not be read back: {why}")
    }

    fn edited(&self, overwritten: u64, kept: u64) -> String {
        match (overwritten, kept) {
            (_, 0) => format!(
                "{} changed on the platform meanwhile and set again",
                en(overwritten, "contact")
            ),
            (_, 1) => "1 label changed on the platform meanwhile and left as it is".to_owned(),
            _ => format!(
                "{} changed on the platform meanwhile and left as they are",
                en(kept, "label")
            ),
        }
    }

    fn how_to_prove(&self, labels: &str) -> String {
        format!(
            "old values of {labels} are not compared yet, because no value was read back so far: \
             `--limit 1 --verify` tries it with one contact"
        )
    }

    fn verify_needs_file(&self) -> String {
        "`--verify` reads the input once more after the run, which standard input does not allow: give a file"
            .to_owned()
    }

    fn mail_subject_of_labels(&self, input: &str, code: u8) -> String {
        format!("{input}: exit {code}, every row is well, but the mailing list does not confirm all labels")
    }

    fn labels_differ(&self, labels: u64, file: &str) -> String {
        format!(
            "{} read back with another value than was sent: {file}",
            en(labels, "label")
        )
    }

    fn verify_without_run(&self, summary: &str) -> String {
        format!(
            "no run to verify: there is no `{summary}`; name the input of the run, and with `--output-dir` or `--output` where it wrote"
        )
    }

    fn verify_of_unfinished(&self, results: &str) -> String {
        format!("the run of `{results}` is not finished: start it again with `--resume` first, then `verify`")
    }

    fn verify_of_rehearsal(&self, summary: &str) -> String {
        format!(
            "`{summary}` is of a rehearsal or a trial, which has nothing to verify: a trial with `--pull` reads its labels back by itself"
        )
    }

    fn list_is_missing(&self, table: &str) -> String {
        format!("there is no `{table}`, which has the ids of the run: put it back")
    }

    fn verify_knows_no_rounds(&self) -> String {
        "rows that `retry` has sent are not among them: give `retry` the flag `--verify`".to_owned()
    }

    fn verify_of_other_input(&self, input: &str) -> String {
        format!(
            "`{input}` is not what the run has sent: it has changed since, so nothing can be said about its rows"
        )
    }

    fn nothing_to_undo(&self, undo: &str, older: Option<&str>) -> String {
        let older =
            older.map(|older| format!("; what an earlier run has changed, undone or not, is in `{older}`"));
        format!(
            "nothing to undo: `{undo}`, which a run with `--pull` writes, is not there or has no change{}",
            older.unwrap_or_default()
        )
    }

    fn undo_of_earlier_run(&self, undo: &str) -> String {
        format!(
            "the last run has not written down what it changed, as it had no fresh list (`--pull`); to undo the run before \
             it, name its file: `undo {undo}`"
        )
    }

    fn undo_of_other_survey(&self, survey: &str, asked: &str) -> String {
        format!(
            "the changes are of survey {survey}, not of {asked}: leave `--survey` out, or name the file of the other run"
        )
    }

    fn undoing(&self, undoing: &Undoing<'_>) -> Vec<String> {
        let count = |count| en(count, "label");
        let mut lines = vec![match undoing.labels {
            0 => "nothing to put back".to_owned(),
            labels => format!(
                "{} of {} to put back as before the run",
                count(labels),
                en(undoing.contacts, "contact")
            ),
        }];
        if undoing.as_before > 0 {
            lines.push(format!("{} as before already", count(undoing.as_before)));
        }
        if undoing.not_restored > 0 {
            let which = undoing
                .refused
                .map(|file| format!(": {file}"))
                .unwrap_or_default();
            lines.push(format!(
                "{} not restored, changed since the run{which}",
                count(undoing.not_restored)
            ));
        }
        if undoing.left_filled > 0 {
            lines.push(format!(
                "{} not restored, blank before the run: `--empty send` makes them blank again",
                count(undoing.left_filled)
            ));
        }
        if undoing.labels > 0 {
            lines.push("The next scheduled run would set these labels again, unless you stop it or change the export.".to_owned());
        }
        lines
    }

    fn how_to_undo(&self, command: &str) -> String {
        format!("to put the old values back: `{command}`")
    }

    fn undone(&self, labels: u64, contacts: u64) -> String {
        format!("{} of {} put back", en(labels, "label"), en(contacts, "contact"))
    }

    fn undo_of_trial(&self, undo: &str) -> String {
        format!("A trial has changed contacts, too, which this does not undo: `respondent-sync undo {undo}`")
    }

    fn undo_question(&self) -> String {
        "Put these labels back?".to_owned()
    }

    fn undo_needs_yes(&self) -> String {
        "nothing was sent: nobody is here to be asked, so look at it with `--dry-run` and add `--yes`"
            .to_owned()
    }

    fn pulling(&self, respondents: u64, time: Option<String>) -> String {
        let count = thousands(Lang::En, respondents);
        match time {
            Some(time) => format!("reading the list: {count} respondents, about {time}"),
            None => format!("reading the list: {count} respondents"),
        }
    }

    fn pull_stopped(&self, why: &str) -> String {
        format!("{why}: the list was not read to its end, and no table was written")
    }

    fn pulled(&self, respondents: u64, survey: &str, table: &str) -> String {
        format!(
            "list of survey {survey}: {} in `{table}`",
            en(respondents, "respondent")
        )
    }
}
