//! The end of a command, in English.

use super::English;
use crate::model::EarlyEnd;
use crate::read::Change;
use crate::text::number::en;
use crate::text::subjects::{EndWords, RetryWords as _};

impl EndWords for English {
    fn see_topic(&self, topic: &str) -> String {
        format!("see `respondent-sync help {topic}`")
    }

    fn close_in_excel(&self) -> String {
        "another program holds the file open: close it in Excel, then try again".to_owned()
    }

    fn press_enter(&self) -> String {
        "Press Enter to close this window.".to_owned()
    }

    fn corrected(&self) -> String {
        "probably meant:".to_owned()
    }

    fn keep_old(&self) -> String {
        "to keep the old files under another name and send this export:".to_owned()
    }

    fn resume_it(&self) -> String {
        "to go on with the interrupted run:".to_owned()
    }

    fn how_to_start(&self, console: Option<&str>) -> String {
        let open = match console {
            Some(console) => format!("Open `{console}` in the program's folder"),
            None => {
                "Open the folder of your export in the Explorer, type `cmd` into its address bar, press Enter"
                    .to_owned()
            }
        };
        format!(
            "This program is used by typing. {open}, and type: respondent-sync init FILE.csv. Or drop an export on the \
             program: it is checked, and nothing is sent."
        )
    }

    fn already_sent(&self, when: Option<&str>, results: &str, fixed: Option<(u64, u64)>) -> String {
        let when = when.map(|when| format!(" on {when}")).unwrap_or_default();
        let fixed = fixed.map(|(fixed, left_out)| format!("; {}", self.fixed_since(fixed, left_out)));
        format!(
            "already sent{when}: `{results}` has a line for every row of this input{}; nothing was sent now",
            fixed.unwrap_or_default()
        )
    }

    fn already_sent_with_failures(
        &self,
        when: Option<&str>,
        remaining: u64,
        failed: &str,
        retry: &str,
    ) -> String {
        let when = when.map(|when| format!(" on {when}")).unwrap_or_default();
        format!(
            "already sent{when}, and {} of it failed: fix them in `{failed}`, then `{retry}`; nothing was sent now",
            en(remaining, "row")
        )
    }

    fn early_end(&self, end: &EarlyEnd) -> String {
        end.to_string()
    }

    fn stopped_before_sending(&self, why: &str) -> String {
        format!("{why} before the first call: nothing was sent")
    }

    fn window_is_over(&self, until: &str) -> String {
        format!(
            "the window for calls ended at {until} (`--until`), less than 12 hours ago: nothing was sent; to send now, \
             add `--until none` or a later time"
        )
    }

    fn bug(&self, what: &str) -> String {
        format!("{what}: this is a bug, please report it")
    }

    fn resume_with(&self, why: &str, next: &str) -> String {
        format!("{why}; to go on: {next}")
    }

    fn changed_while_sent(&self, row: Option<u64>, change: &Change) -> String {
        let row = row.map(|row| format!("row {row}: ")).unwrap_or_default();
        format!("{row}the file changed while it was sent ({change}): nothing from here on was sent")
    }

    fn changed_input(&self, input: &str, why: &str, next: Option<&str>) -> String {
        let what_to_do = match next {
            Some(next) => format!(
                "for the new content, run again with `--resume --rotate`; to resume the old one, put it back and run \
                 {next}"
            ),
            None => "run again".to_owned(),
        };
        format!("{input}: {why}; {what_to_do}")
    }
}
